// SPDX-License-Identifier: Apache-2.0
#include "core/text/number.h"
#include "export/writers.h"

namespace vec2vec {
namespace {

std::string decimal(float x) {
  // The shortest decimal of the float, not of the double that it becomes.
  return significant(static_cast<double>(x), 9);
}

/// "[1,2,3]" of column j of m, or of its one row.
std::string vector_of(const Matrix& m, Index j, bool column) {
  std::string text = "[";
  const Index count = column ? m.rows() : m.cols();
  for (Index i = 0; i < count; ++i) text += (i ? "," : "") + decimal(column ? m(i, j) : m(0, i));
  return text + "]";
}

}  // namespace

std::string sql_of(const Map& map, const std::string& function) {
  const std::string table = function + "_columns", in = std::to_string(map.source_dim()),
                    out = std::to_string(map.target_dim());
  std::string sql = "-- " + function + "(vector(" + in + ")) gives a vector(" + out +
                    ") of norm 1 in the map's target space. Needs the extension vector (pgvector 0.5 or later).\n"
                    "-- Written by vec2vec.cpp. DROP FUNCTION " +
                    function + "; DROP TABLE " + table +
                    "; takes it out again.\n"
                    "BEGIN;\n"
                    "CREATE TABLE " +
                    table + " (number integer PRIMARY KEY, weights vector(" + in +
                    ") NOT NULL, mean double precision NOT NULL);\n";
  for (Index j = 0; j < map.target_dim(); ++j)
    sql += "INSERT INTO " + table + " VALUES (" + std::to_string(j + 1) + ", '" + vector_of(map.weight, j, true) + "', " +
           decimal(map.target_mean(0, j)) + ");\n";
  const std::string least = shortest(static_cast<double>(kLeastNorm));
  sql += "CREATE FUNCTION " + function +
         "(vector) RETURNS vector LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$\n"
         "  WITH given AS (  -- unit(x) - mean of the source\n"
         "    SELECT array_agg(x / greatest(vector_norm($1), " +
         least +
         ") - m ORDER BY i)::real[]::vector AS u\n"
         "    FROM unnest($1::real[], '" +
         vector_of(map.source_mean, 0, false) +
         "'::vector::real[]) WITH ORDINALITY AS rows(x, m, i)),\n"
         "  products AS (\n"
         "    SELECT c.number, c.mean, -(c.weights <#> given.u) AS v FROM " +
         table +
         " c, given),\n"
         "  moved AS (  -- unit(v) * spread + mean of the target\n"
         "    SELECT number, v / greatest(sqrt(sum(v * v) OVER ()), " +
         least + ") * " + decimal(map.target_spread) +
         " + mean AS y FROM products),\n"
         "  scaled AS (SELECT number, y / greatest(sqrt(sum(y * y) OVER ()), " +
         least +
         ") AS y FROM moved)\n"
         "  SELECT array_agg(y ORDER BY number)::real[]::vector FROM scaled\n"
         "$$;\n"
         "COMMIT;\n";
  return sql;
}

}  // namespace vec2vec
