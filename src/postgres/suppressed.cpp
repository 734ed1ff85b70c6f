// SPDX-License-Identifier: Apache-2.0
#include "postgres/suppressed.h"

namespace vec2vec::postgres {

void report_suppressed(Connection& c, const Table& table, const CountedRows& rows) {
  // Of the partitions too; and only those that fire in this session.
  const Result found = c.run(
      "SELECT DISTINCT quote_ident(t.tgname), t.tgfoid::regproc::text FROM pg_trigger t "
      "WHERE (t.tgrelid = $1 OR t.tgrelid IN (SELECT relid FROM pg_partition_tree($1::oid::regclass))) "
      "AND NOT t.tgisinternal AND (t.tgtype & 19) = 19 AND t.tgname NOT LIKE '%vec2vec%' "  // BEFORE, UPDATE, of each row
      "AND t.tgenabled IN ('A', CASE current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END) "
      "ORDER BY 1",
      {std::to_string(table.oid)});
  std::string names, disable;
  for (Index i = 0; i < found.rows(); ++i) {
    names += (i > 0 ? ", " : "") + found.text(i, 0) + " (function " + found.text(i, 1) + ")";
    disable += (i > 0 ? "; " : "") + ("ALTER TABLE " + table.shown + " DISABLE TRIGGER " + found.text(i, 0));
  }
  const std::string what =
      "the translation of " + shown_rows(rows) + " does not stay in the table, though nobody else wrote there";
  const std::string where = c.where() + ", table " + table.shown;
  if (names.empty()) bad_input(what, where, "look for what undoes an UPDATE of this table: a rule, an extension");
  bad_input(what + ". A BEFORE UPDATE trigger undoes it: " + names, where,
            disable + " for the time of the migration, or `MigrateOptions::skip_triggers = true` (superusers)");
}

}  // namespace vec2vec::postgres
