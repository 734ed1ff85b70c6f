// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/timing.h"

#include <algorithm>
#include <cmath>

#include "core/time.h"
#include "postgres/server/copy_format.h"
#include "vec2vec/map.h"

namespace vec2vec::postgres {
namespace {

constexpr const char* kTrial = "pg_temp.vec2vec_trial";
constexpr Index kTrialRows = 1000, kTrialBytes = Index{64} << 20;

/// What entering a row costs in an hnsw index of n rows, against another n. Measured with pgvector 0.6 and 0.8, 384 dimensions:
/// it grows by the same amount with each doubling from 1,000 to 64,000 rows.
double hnsw_cost(double n) { return std::max(1.0, std::log2(std::max(n, 2.0)) - 7); }

/// Copies rows of the table into the trial, which gets the new column; the number of rows.
Index make_trial(Connection& c, const Table& table, const Map& map, const std::string& type, Index rows) {
  const std::string sql = table.sql(c), vector = c.name(table.column);
  const Index row_bytes = table.bytes / std::max<Index>(rows, 1);
  const Index wanted = std::clamp<Index>(kTrialBytes / std::max<Index>(row_bytes, 1), 10, kTrialRows);
  c.run("CREATE TEMPORARY TABLE vec2vec_trial (LIKE " + sql + " INCLUDING INDEXES INCLUDING STORAGE) ON COMMIT DROP");
  const Index copied = c.run("INSERT INTO " + std::string(kTrial) + " SELECT * FROM " + sql + " WHERE " + vector +
                             " IS NOT NULL AND " + table.of_extension(c, "vector_dims") + "(" + vector +
                             ") = " + std::to_string(map.source_dim()) + " LIMIT " + std::to_string(wanted))
                           .affected();
  c.run("ALTER TABLE " + std::string(kTrial) + " ADD COLUMN vec2vec_new " + table.of_extension(c, type) + "(" +
        std::to_string(map.target_dim()) + ")");
  c.run("CREATE TEMPORARY TABLE vec2vec_trial_batch (" + table.key.copy_columns() + ", vector " + table.of_extension(c, type) +
        ") ON COMMIT DROP");
  return copied;
}

/// Does with the trial what a batch does with a range.
void translate_trial(Connection& c, const Table& table, const Map& map, const std::string& type) {
  const std::string bytes = c.copy_out("COPY (SELECT " + table.key.list(c) + ", " + c.name(table.column) + " FROM " + kTrial +
                                       ") TO STDOUT (FORMAT binary)");
  std::vector<std::optional<std::string_view>> fields;
  Matrix x(1, map.source_dim()), y(1, map.target_dim());
  CopyWriter writer;
  const std::size_t keys = table.key.columns.size();
  for (CopyReader reader(bytes); reader.next(keys + 1, fields);) {
    read_vector(*fields[keys], table.value_type(), x.data());
    map.translate(x, y.span());
    writer.begin_row(static_cast<int>(keys + 1));
    for (std::size_t i = 0; i < keys; ++i) writer.field(*fields[i]);
    writer.vector_field(y.data(), y.cols(), type == "halfvec" ? ValueType::kFloat16 : ValueType::kFloat32);
  }
  c.copy_in("COPY pg_temp.vec2vec_trial_batch FROM STDIN (FORMAT binary)", writer.finish());
  c.run("UPDATE " + std::string(kTrial) + " t SET vec2vec_new = b.vector FROM pg_temp.vec2vec_trial_batch b WHERE " +
        table.key.same(c, "t", "b"));
}

}  // namespace

Timing measure_timing(Connection& c, const Table& table, const Map& map, const std::string& type, bool build_indexes,
                      Index rows) {
  Timing timing;
  try {
    const Transaction transaction(c);  // never committed
    timing.timed_rows = make_trial(c, table, map, type, rows);
    if (timing.timed_rows == 0) {
      timing.basis = "not known: there are no rows to time";
      return timing;
    }
    const auto n = static_cast<double>(timing.timed_rows), all = static_cast<double>(rows);
    const double larger = std::max(1.0, hnsw_cost(all) / hnsw_cost(n)) * all / n;
    auto start = Clock::now();
    translate_trial(c, table, map, type);
    timing.rows = seconds_since(start) * (table.slow_indexes.empty() ? all / n : larger);
    timing.indexes = 0;
    if (build_indexes) {
      for (const ColumnIndex& index : table.indexes) {
        start = Clock::now();
        c.run(twin_sql(c, table, index, type, {}, kTrial, "vec2vec_new"));
        timing.indexes += seconds_since(start) * (index.method == "hnsw" ? larger : all / n);
      }
    }
    timing.basis = std::to_string(timing.timed_rows) +
                   " rows timed in a temporary table, over one connection; longer when the table does not fit into the memory, "
                   "or others keep the server busy";
  } catch (const SqlError& error) {
    if (error.lost()) throw;
    timing = {};
    timing.basis = "not known: the server refused to time it (" + error.message() + ")";
  }
  return timing;
}

}  // namespace vec2vec::postgres
