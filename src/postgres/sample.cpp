// SPDX-License-Identifier: Apache-2.0
#include "core/boundary.h"
#include "core/tell.h"
#include "postgres/table/table.h"
#include "vec2vec/postgres.h"

namespace vec2vec {

bool has_postgres() { return true; }

Matrix sample_postgres(const PostgresColumn& column, Index rows, std::uint64_t seed, const Progress& progress, Index dim) try {
  postgres::Connection connection(column.url, [&] {
    tell(progress, "read " + column.table, 0);
    return true;
  });
  const postgres::Table table = postgres::look_up(connection, column);
  const postgres::Sample sample =
      postgres::draw_sample(connection, table, rows, dim > 0 ? dim : std::max<Index>(table.dim, 0), seed);
  const std::string where = connection.where() + ", " + column.table + "." + column.column;
  if (sample.rows.rows() == 0) bad_input("holds no vectors", where, "another `PostgresColumn::column`");
  if (dim == 0 && sample.wrong_dim > 0)
    bad_input("holds vectors of several dimensions", where, "a column of one model, such as vector(384)");
  return sample.rows;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
