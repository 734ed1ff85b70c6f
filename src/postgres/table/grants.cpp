// SPDX-License-Identifier: Apache-2.0
#include "postgres/table/grants.h"

namespace vec2vec::postgres {

void copy_grants(Connection& c, const Table& table, const std::string& to) {
  const Result found = c.run(
      "SELECT format('GRANT %s (%I) ON %s TO %s%s', x.privilege_type, $3::text, $4::text, "
      "CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, "
      "CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) "
      "FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = $1 AND a.attname = $2",
      {std::to_string(table.oid), table.column, to, table.sql(c)});
  for (Index i = 0; i < found.rows(); ++i) c.run(found.text(i, 0));
}

}  // namespace vec2vec::postgres
