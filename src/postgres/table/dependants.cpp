// SPDX-License-Identifier: Apache-2.0
#include "postgres/table/dependants.h"

#include "postgres/server/names.h"

namespace vec2vec::postgres {
namespace {

/// One row for each object that the server would have to drop with the column: its kind, its name as in SQL, and what it says.
constexpr const char* kDependants =
    "SELECT DISTINCT CASE d.classid "
    "WHEN 'pg_rewrite'::regclass THEN CASE v.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'rule' END "
    "WHEN 'pg_attrdef'::regclass THEN CASE WHEN ad.adnum = a.attnum THEN 'default' ELSE 'generated column' END "
    "WHEN 'pg_constraint'::regclass THEN 'constraint' WHEN 'pg_proc'::regclass THEN 'function' "
    "WHEN 'pg_policy'::regclass THEN 'policy' WHEN 'pg_trigger'::regclass THEN 'trigger' ELSE 'other' END, "
    "CASE d.classid WHEN 'pg_rewrite'::regclass THEN CASE WHEN v.relkind IN ('v', 'm') THEN v.oid::regclass::text "
    "ELSE quote_ident(r.rulename) END "
    "WHEN 'pg_attrdef'::regclass THEN (SELECT quote_ident(g.attname) FROM pg_attribute g "
    "WHERE g.attrelid = ad.adrelid AND g.attnum = ad.adnum) "
    "WHEN 'pg_constraint'::regclass THEN quote_ident(co.conname) WHEN 'pg_proc'::regclass THEN d.objid::regprocedure::text "
    "WHEN 'pg_policy'::regclass THEN quote_ident(p.polname) WHEN 'pg_trigger'::regclass THEN quote_ident(t.tgname) "
    "ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END, "
    "coalesce(pg_get_constraintdef(co.oid), pg_get_expr(ad.adbin, ad.adrelid), '') "
    "FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid "
    "LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid LEFT JOIN pg_class v ON v.oid = "
    "r.ev_class "
    "LEFT JOIN pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND ad.oid = d.objid "
    "LEFT JOIN pg_constraint co ON d.classid = 'pg_constraint'::regclass AND co.oid = d.objid "
    "LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid "
    "LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid "
    "WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 AND a.attname = $2 "
    "AND d.classid <> 'pg_class'::regclass AND coalesce(co.contype, 'c') NOT IN ('n', 'p', 'u') "
    "AND coalesce(t.tgname, '') NOT LIKE '%vec2vec%' ORDER BY 1, 2";

std::string note_of(const std::string& kind, const std::string& name, const std::string& text, const std::string& column,
                    const std::string& when) {
  if (kind == "view" || kind == "materialized view")
    return kind + " " + name + " goes on reading the old vectors " + when + "; define it again";
  if (kind == "generated column")
    return "generated column " + name + " goes on being computed from the old vectors " + when +
           ", and is NULL in new rows: a search over it mixes two models; drop it, and add it for the new column. It is " +
           text;
  if (kind == "constraint")
    return "constraint " + name + " goes on checking the old vectors " + when +
           ", and new rows have none; drop it, and add it for the new column. It is " + text;
  if (kind == "function")
    return "function " + name + " (BEGIN ATOMIC) goes on reading the old vectors " + when + "; replace it";
  if (kind == "policy") return "policy " + name + " goes on looking at the old vectors " + when + "; create it again";
  if (kind == "trigger") return "trigger " + name + " goes on watching the old vectors " + when + "; create it again";
  if (kind == "default")
    return "the default of column " + column + " stays with the old vectors " + when + "; the new column has none. It is " +
           text;
  return (kind == "rule" ? "rule " + name : name) + " stays with the old vectors " + when + "; make it again";
}

void note_triggers(Connection& c, const Table& table, std::vector<std::string>& notes) {
  const Result triggers = c.run(
      "SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = $1 AND NOT tgisinternal AND tgenabled <> 'D' "
      "AND (tgtype & 16) <> 0 AND tgname NOT LIKE '%vec2vec%' AND tgattr::text = '' ORDER BY 1",
      {std::to_string(table.oid)});
  for (Index i = 0; i < triggers.rows(); ++i)
    notes.push_back("trigger " + triggers.text(i, 0) +
                    " fires for each updated row; `MigrateOptions::skip_triggers = true` prevents it");
}

/// Two plain vectors may be too much for a page, so the new column does not take this over by itself.
void note_storage(Connection& c, const Table& table, const std::string& column, std::vector<std::string>& notes) {
  const Result found = c.run(
      "SELECT CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END, "
      "quote_ident(a.attname) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1 AND a.attname = "
      "$2 "
      "AND a.attstorage <> t.typstorage",
      {std::to_string(table.oid), column});
  if (found.rows() == 0) return;
  notes.push_back("column " + found.text(0, 1) +
                  " is stored in its own way, the new column in the usual one; after `switch_postgres()`: ALTER TABLE " +
                  table.shown + " ALTER COLUMN " + found.text(0, 1) + " SET STORAGE " + found.text(0, 0));
}

}  // namespace

std::vector<std::string> find_notes(Connection& c, const Table& table, const std::optional<Migration>& migration,
                                    bool skip_triggers) {
  std::vector<std::string> notes;
  const bool switched = migration && migration->state == "switched";
  const std::string old = switched ? migration->old_name : table.column;
  if (!switched) {
    for (const std::string& index : table.slow_indexes)
      notes.push_back("index " + index + ": Postgres enters each updated row into it again, which takes most of the time");
    if (!skip_triggers) note_triggers(c, table, notes);
    note_storage(c, table, old, notes);
  }
  const Result found = c.run(kDependants, {std::to_string(table.oid), old});
  const std::string when = switched ? "(column " + quoted(c, old) + ")" : "after `switch_postgres()`";
  for (Index i = 0; i < found.rows(); ++i)
    notes.push_back(note_of(found.text(i, 0), found.text(i, 1), found.text(i, 2), quoted(c, old), when));
  return notes;
}

}  // namespace vec2vec::postgres
