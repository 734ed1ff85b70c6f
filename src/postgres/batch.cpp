#include "postgres/batch.h"

#include "postgres/copy_format.h"

namespace vec2vec::postgres {

BatchTranslator::BatchTranslator(Connection& connection, const Table& table, const Migration& migration, const Map& map,
                                 bool skip_triggers)
    : c_(connection), table_(table), migration_(migration), map_(map) {
  // A commit that a crash of the server loses takes the note that its range is done with it, so none has to wait for the disk.
  // Locks are waited for less than deadlock_timeout (1 s): in a deadlock it is we who give up, not the application.
  // Sequential scans: estimates may be far off, and every read here is by key. Their price would also call for the JIT
  // compiler.
  c_.run(
      "SET synchronous_commit = off; SET lock_timeout = '500ms'; SET enable_seqscan = off; SET jit = off; SET temp_buffers = "
      "'16MB'");
  if (skip_triggers) c_.run("SET session_replication_role = replica");
  c_.run("CREATE TEMPORARY TABLE vec2vec_batch (" + table.key.copy_columns() + ", version xid, vector " +
         table.of_extension(c_, migration.type) + ") ON COMMIT DELETE ROWS");
}

std::string BatchTranslator::within(const std::string& table, const Range& range) const {
  std::string sql = "true";
  if (range.first) sql += " AND " + table_.key.at_least(c_, table, *range.first);
  if (range.until) sql += " AND " + table_.key.before(c_, table, *range.until);
  return sql;
}

BatchCounts BatchTranslator::translate(const Range& range) {
  Transaction transaction(c_);
  const BatchCounts counts = translate_rows(range);
  close_range(c_, table_, migration_, range);
  transaction.commit();
  return counts;
}

BatchCounts BatchTranslator::translate_rows(const Range& range) {
  const std::string sql = table_.sql(c_), target = c_.name(migration_.target);
  in_ = c_.copy_out("COPY (SELECT " + table_.key.list(c_, "t") + ", t.xmin, t." + c_.name(migration_.source) + " FROM " + sql +
                        " t WHERE " + within("t", range) + " AND t." + c_.name(migration_.source) + " IS NOT NULL AND t." +
                        target + " IS NULL) TO STDOUT (FORMAT binary)",
                    std::move(in_));
  std::vector<std::optional<std::string_view>> fields;
  std::vector<std::string_view> names, vectors;  // names: of each row its key and version
  const std::size_t name_fields = table_.key.columns.size() + 1;
  for (CopyReader reader(in_); reader.next(name_fields + 1, fields);) {
    if (vector_dim(*fields[name_fields]) != migration_.dim) continue;  // counted at the end, in the table
    for (std::size_t i = 0; i < name_fields; ++i) names.push_back(*fields[i]);
    vectors.push_back(*fields[name_fields]);
  }
  const auto rows = static_cast<Index>(vectors.size());
  if (rows == 0) return {};
  if (x_.rows() < rows) {
    x_ = Matrix(rows, migration_.dim);
    y_ = Matrix(rows, map_.target_dim());
  }
  for (Index i = 0; i < rows; ++i) read_vector(vectors[static_cast<std::size_t>(i)], table_.value_type(), x_.row(i));
  TranslateOptions options;
  options.threads = 1;                // other connections use the other cores
  options.ignore_fingerprint = true;  // checked once, on a sample
  const MatrixView x = x_.view().middle_rows(0, rows);
  const MatrixSpan y = y_.span().middle_rows(0, rows);
  const Index zero_rows = vec2vec::translate(map_, x, y, options, table_.name).zero_rows;

  CopyWriter out(std::move(out_));
  for (Index i = 0; i < rows; ++i) {
    out.begin_row(static_cast<int>(name_fields + 1));
    for (std::size_t f = 0; f < name_fields; ++f) out.field(names[static_cast<std::size_t>(i) * name_fields + f]);
    out.vector_field(y.row(i), y.cols, migration_.type == "halfvec" ? ValueType::kFloat16 : ValueType::kFloat32);
  }
  out_ = out.finish();
  c_.copy_in("COPY pg_temp.vec2vec_batch FROM STDIN (FORMAT binary)", out_);
  // xmin tells whether somebody changed the row since it was read; its translation would be stale. It stays pending.
  const Result updated = c_.run("UPDATE " + sql + " t SET " + target + " = b.vector FROM pg_temp.vec2vec_batch b WHERE " +
                                table_.key.same(c_, "t", "b") + " AND t.xmin = b.version AND " + within("t", range));
  return {updated.affected(), zero_rows};
}

}  // namespace vec2vec::postgres
