// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/batch.h"

#include <algorithm>

#include "core/time.h"
#include "postgres/server/copy_format.h"
#include "postgres/suppressed.h"

namespace vec2vec::postgres {
namespace {

constexpr double kSecondsOfLocks = 0.35;  // for the locks of a transaction; a busy server may need twice as long

}  // namespace

BatchTranslator::BatchTranslator(Connection& connection, const Table& table, const Migration& migration, const Map& map,
                                 Index most_rows, Index first_rows, bool skip_triggers)
    : c_(connection),
      table_(table),
      migration_(migration),
      map_(map),
      most_rows_(most_rows),
      limit_(std::min(first_rows, most_rows)) {
  // A commit that a crash of the server loses takes the note that its range is done with it, so none has to wait for the disk.
  // Locks are waited for less than deadlock_timeout (1 s): in a deadlock it is we who give up, not the application.
  // Sequential scans: estimates may be far off, and every read here is by key. Their price would also call for the JIT
  // compiler.
  c_.run(
      "SET synchronous_commit = off; SET lock_timeout = '250ms'; SET enable_seqscan = off; SET jit = off; SET temp_buffers = "
      "'16MB'");
  c_.run("SET vec2vec.translating = 'on'");  // shows our triggers that the change is ours
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

/// A condition on rows t.
std::string BatchTranslator::untranslated(const Range& range) const {
  return within("t", range) + " AND t." + c_.name(migration_.source) + " IS NOT NULL AND t." + c_.name(migration_.target) +
         " IS NULL";
}

/// As many rows as a transaction takes.
Range BatchTranslator::first_part(const Range& rest) {
  Range part = rest;
  if (limit_ >= most_rows_) return part;  // no range has more
  const Result end =
      c_.run("SELECT " + table_.key.text(c_) + " AS vec2vec_bound FROM " + table_.sql(c_) + " t WHERE " + untranslated(rest) +
             " ORDER BY " + table_.key.order(c_) + " OFFSET " + std::to_string(limit_) + " LIMIT 1");
  if (end.rows() > 0) part.until = end.text(0, 0);
  return part;
}

/// The next transaction takes the rows that this one could have updated in time; at most twice as many.
void BatchTranslator::fit_limit(Index rows) {
  if (rows == 0) return;
  const double seconds = seconds_since(update_start_);
  const double in_time = kSecondsOfLocks * static_cast<double>(rows) / std::max(seconds, 1e-6);
  limit_ = static_cast<Index>(std::min(in_time, 2.0 * static_cast<double>(limit_)));
  limit_ = std::clamp<Index>(limit_, 1, most_rows_);
}

BatchCounts BatchTranslator::translate(std::optional<Range>& rest) {
  Transaction transaction(c_);
  const Range part = first_part(*rest);
  const BatchCounts counts = translate_rows(part);
  const bool last = part.until == rest->until;
  if (last) close_range(c_, table_, migration_, *rest);
  transaction.commit();
  fit_limit(counts.translated);
  last ? rest.reset() : static_cast<void>(rest->first = part.until);
  return counts;
}

BatchCounts BatchTranslator::translate_rows(const Range& range) {
  in_ = c_.copy_out("COPY (SELECT " + table_.key.list(c_, "t") + ", t.xmin, t." + c_.name(migration_.source) + " FROM " +
                        table_.sql(c_) + " t WHERE " + untranslated(range) + ") TO STDOUT (FORMAT binary)",
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
  return {update(range, rows), zero_rows};
}

/// Writes the rows of the temporary table; returns how many.
Index BatchTranslator::update(const Range& range, Index rows) {
  const std::string sql = table_.sql(c_), target = c_.name(migration_.target);
  update_start_ = Clock::now();
  // xmin tells whether somebody changed the row since it was read; its translation would be stale. It stays pending.
  const Result updated =
      c_.run("WITH updated AS (UPDATE " + sql + " t SET " + target + " = b.vector FROM pg_temp.vec2vec_batch b WHERE " +
             table_.key.same(c_, "t", "b") + " AND t.xmin = b.version AND " + within("t", range) + " RETURNING t." + target +
             " IS NULL AS undone) SELECT count(*), count(*) FILTER (WHERE undone) FROM updated");
  const Index written = updated.number(0, 0);
  if (written == rows && updated.number(0, 1) == 0) return written;
  // Rows as they were, or emptied by ourselves: not others did that, but a trigger.
  const CountedRows undone =
      count_rows(c_, table_,
                 within("t", range) + " AND t." + target + " IS NULL AND EXISTS (SELECT FROM pg_temp.vec2vec_batch b WHERE " +
                     table_.key.same(c_, "t", "b") + " AND (t.xmin = b.version OR t.xmin = pg_current_xact_id()::xid))");
  if (undone.count > 0) report_suppressed(c_, table_, undone);
  return written;
}

}  // namespace vec2vec::postgres
