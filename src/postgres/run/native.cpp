// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/native.h"

#include <utility>

namespace vec2vec::postgres {
namespace {

std::string log_name(const Migration& m) { return "vec2vec_native_" + std::to_string(m.id); }
std::string log_table(Connection& c, const Table& table, const Migration& m) {
  return c.name(table.schema) + "." + c.name(log_name(m));
}

/// The columns k1, k2 ... of Key::copy_columns.
std::string copied_key(const Table& table) {
  std::string list;
  for (std::size_t i = 1; i <= table.key.columns.size(); ++i) list += (i > 1 ? ", k" : "k") + std::to_string(i);
  return list;
}

/// Whether the columns differ in a byte. The = of their types may be outside the search path, and that of pgvector up to 0.6
/// fails on two different dimensions.
std::string changed(const std::string& old_columns, const std::string& new_columns) {
  return "(ROW(" + old_columns + ")::record OPERATOR(pg_catalog.*<>) ROW(" + new_columns + ")::record)";
}
std::string changed(const std::string& column) { return changed("OLD." + column, "NEW." + column); }

struct Trigger {
  std::string name, event, condition, function, arguments;
};

/// The last one of its event in the order of names: Postgres fires them in that order, and it must see what others have
/// changed.
std::string stale_trigger(const Migration& m) { return "zzz_vec2vec_stale_" + std::to_string(m.id); }

std::vector<Trigger> triggers_of(Connection& c, const Table& table, const Migration& m) {
  const std::string id = std::to_string(m.id), stem = "vec2vec_", stale = "vec2vec_stale_" + id, note = log_name(m);
  const std::string source = c.name(source_now(m)), target = c.name(target_now(m));
  const std::string key = changed(table.key.list(c, "OLD"), table.key.list(c, "NEW"));
  std::vector<Trigger> all = {
      {stem + "inserted_" + id, "AFTER INSERT", "NEW." + target + " IS NOT NULL", note, "'native', ''"},
      {stem + "moved_" + id, "AFTER UPDATE", key, note, "'moved', ''"},
      {stem + "deleted_" + id, "AFTER DELETE", "true", note, "'gone', ''"},
  };
  if (m.state == "switched") {
    all.push_back({stem + "written_" + id, "AFTER UPDATE", changed(target), note, "'native', " + c.literal(source_now(m))});
    return all;
  }
  // A new vector that came with the same statement is as new as the old one.
  all.push_back({stale_trigger(m), "BEFORE UPDATE",
                 "OLD." + target + " IS NOT NULL AND NOT " + changed(target) + " AND " + changed(source), stale, ""});
  all.push_back({stem + "written_" + id, "AFTER UPDATE",
                 "NEW." + target + " IS NOT NULL AND current_setting('vec2vec.translating', true) IS DISTINCT FROM 'on' AND " +
                     changed(target),
                 note, "'native', ''"});
  all.push_back({stem + "emptied_" + id, "AFTER UPDATE", "OLD." + target + " IS NOT NULL AND NEW." + target + " IS NULL", note,
                 "'gone', ''"});
  return all;
}

/// Arguments: what happened, and the name of the column whose former value is hashed. The column is looked up in the row by
/// name, so that nobody's writes fail when it is dropped by hand; nor when the table of notes is.
void make_note_function(Connection& c, const Table& table, const Migration& m) {
  const std::string log = log_table(c, table, m), keys = copied_key(table);
  const std::string insert = "INSERT INTO " + log + " (" + keys + ", source_before) VALUES (" + table.key.list(c, "NEW") +
                             ", before) ON CONFLICT (" + keys + ") DO UPDATE SET source_before = excluded.source_before; ";
  const std::string body = "DECLARE before text; BEGIN IF to_regclass(" + c.literal(log) +
                           ") IS NULL THEN RETURN NULL; END IF; "
                           "IF TG_ARGV[0] = 'native' THEN "
                           "IF TG_OP = 'UPDATE' THEN before := md5(to_jsonb(OLD) ->> TG_ARGV[1]); END IF; " +
                           insert + "ELSE DELETE FROM " + log + " w WHERE " + table.key.same(c, "OLD", "w") +
                           " RETURNING w.source_before INTO before; "
                           "IF FOUND AND TG_ARGV[0] = 'moved' THEN " +
                           insert + "END IF; END IF; RETURN NULL; END";
  const std::string function = log + "()";
  // Roles that write to the table need no rights on ours. FROM CURRENT: operators of a key's type may lie in a schema of their
  // own.
  c.run("CREATE OR REPLACE FUNCTION " + function +
        " RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS " + c.literal(body));
  c.run("REVOKE EXECUTE ON FUNCTION " + function + " FROM PUBLIC");
}

void make_stale_function(Connection& c, const Table& table, const Migration& m) {
  c.run("CREATE OR REPLACE FUNCTION " + c.name(table.schema) + "." + c.name("vec2vec_stale_" + std::to_string(m.id)) +
        "() RETURNS trigger LANGUAGE plpgsql AS " + c.literal("BEGIN NEW." + c.name(m.target) + " := NULL; RETURN NEW; END"));
}

void drop_triggers(Connection& c, const Table& table, const Migration& m) {
  const Result found = c.run(
      "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace "
      "WHERE t.tgrelid = $1 AND NOT t.tgisinternal AND n.nspname = $2 AND p.proname IN ($3, $4)",
      {std::to_string(table.oid), table.schema, log_name(m), "vec2vec_stale_" + std::to_string(m.id)});
  for (Index i = 0; i < found.rows(); ++i) c.run("DROP TRIGGER " + c.name(found.text(i, 0)) + " ON " + table.sql(c));
}

}  // namespace

void make_native_log(Connection& c, const Table& table, const Migration& m) {
  c.run("CREATE TABLE " + log_table(c, table, m) + " (" + table.key.copy_columns() + ", source_before text, PRIMARY KEY (" +
        copied_key(table) + "))");
  make_triggers(c, table, m);
}

bool native_names_taken(Connection& c, const Table& table, const Migration& m) {
  return has_native_log(c, table, m) || !c.run("SELECT to_regproc($1)", {log_table(c, table, m)}).is_null(0, 0);
}

void make_triggers(Connection& c, const Table& table, const Migration& m) {
  drop_triggers(c, table, m);
  make_note_function(c, table, m);
  make_stale_function(c, table, m);
  for (const Trigger& t : triggers_of(c, table, m)) {
    const std::string name = c.name(t.name);
    c.run("CREATE TRIGGER " + name + " " + t.event + " ON " + table.sql(c) + " FOR EACH ROW WHEN (" + t.condition +
          ") EXECUTE FUNCTION " + c.name(table.schema) + "." + c.name(t.function) + "(" + t.arguments + ")");
    c.run("ALTER TABLE " + table.sql(c) + " ENABLE ALWAYS TRIGGER " + name);
  }
}

void drop_native_log(Connection& c, const Table& table, const Migration& m) {
  drop_triggers(c, table, m);
  c.run("DROP FUNCTION IF EXISTS " + log_table(c, table, m) + "()");
  c.run("DROP FUNCTION IF EXISTS " + c.name(table.schema) + "." + c.name("vec2vec_stale_" + std::to_string(m.id)) + "()");
  c.run("DROP TABLE IF EXISTS " + log_table(c, table, m));
}

bool has_native_log(Connection& c, const Table& table, const Migration& m) {
  return !c.run("SELECT to_regclass($1)", {log_table(c, table, m)}).is_null(0, 0);
}

void forget_emptied(Connection& c, const Table& table, const Migration& m) {
  if (!has_native_log(c, table, m)) return;
  c.run("DELETE FROM " + log_table(c, table, m) + " w USING " + table.sql(c) + " t WHERE " + table.key.same(c, "t", "w") +
        " AND t." + c.name(target_now(m)) + " IS NULL");
}

NativeConditions native_conditions(Connection& c, const Table& table, const Migration& m) {
  const bool switched = m.state == "switched", log = has_native_log(c, table, m);
  const std::string source = "t." + c.name(source_now(m)), target = "t." + c.name(target_now(m));
  const std::string noted = "EXISTS (SELECT FROM " + log_table(c, table, m) + " w WHERE " + table.key.same(c, "t", "w");
  NativeConditions is;
  is.native = "(" + target + " IS NOT NULL AND (" + source + " IS NULL" + (log ? " OR " + noted + ")" : "") + "))";
  is.stale = "(" + source + " IS NOT NULL AND " + (switched ? "true" : target + " IS NOT NULL") + " AND " +
             (log        ? noted + " AND w.source_before = md5(" + source + "::text))"
              : switched ? "true"  // not known: any of them may be
                         : "false") +
             ")";
  is.missing =
      "(" + source + " IS NOT NULL AND " + target + " IS NULL" + (switched && log ? " AND NOT " + noted + ")" : "") + ")";
  return is;
}

CountedRows count_rows(Connection& c, const Table& table, const std::string& condition) {
  const std::string from = " FROM " + table.sql(c) + " t WHERE " + condition;
  CountedRows rows{c.run("SELECT count(*)" + from).number(0, 0), {}};
  if (rows.count == 0) return rows;
  // Ordered inside: outside, a column's name would be that of its text.
  const Result found =
      c.run("SELECT " + table.key.shown(c) + " FROM (SELECT t.*" + from + " ORDER BY " + table.key.order(c) + " LIMIT 5) t");
  for (Index i = 0; i < found.rows(); ++i) rows.keys.push_back(found.text(i, 0));
  return rows;
}

std::string shown_rows(const CountedRows& rows, const std::string& what) {
  std::string text = std::to_string(rows.count) + " " + what + (rows.count == 1 ? " (" : "s (");
  for (std::size_t i = 0; i < rows.keys.size(); ++i) text += (i > 0 ? ", " : "") + rows.keys[i];
  return text + (rows.count > static_cast<Index>(rows.keys.size()) ? " ...)" : ")");
}

}  // namespace vec2vec::postgres
