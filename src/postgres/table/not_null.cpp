// SPDX-License-Identifier: Apache-2.0
#include "postgres/table/not_null.h"

#include "postgres/run/state.h"

namespace vec2vec::postgres {

bool require_not_null(Connection& c, const Table& table, const std::string& column) {
  const std::string sql = table.sql(c), name = c.name(column);
  if (c.run("SELECT 1 FROM pg_attribute WHERE attrelid = $1 AND attname = $2 AND attnotnull",
            {std::to_string(table.oid), column})
          .rows() > 0)
    return true;
  with_short_locks(c, [&] {
    c.run("ALTER TABLE " + sql + " DROP CONSTRAINT IF EXISTS vec2vec_not_null");  // of a call that was killed
    c.run("ALTER TABLE " + sql + " ADD CONSTRAINT vec2vec_not_null CHECK (" + name + " IS NOT NULL) NOT VALID");
  });
  bool good = true;
  try {
    c.run("ALTER TABLE " + sql + " VALIDATE CONSTRAINT vec2vec_not_null");
  } catch (const SqlError& error) {
    if (error.state() != "23514") throw;
    good = false;
  }
  with_short_locks(c, [&] {
    if (good) c.run("ALTER TABLE " + sql + " ALTER COLUMN " + name + " SET NOT NULL");
    c.run("ALTER TABLE " + sql + " DROP CONSTRAINT vec2vec_not_null");
  });
  return good;
}

}  // namespace vec2vec::postgres
