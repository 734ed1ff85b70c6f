// SPDX-License-Identifier: Apache-2.0
#include "postgres/table/indexes.h"

#include <chrono>

#include "postgres/run/session.h"
#include "postgres/server/names.h"

namespace vec2vec::postgres {
namespace {

/// vector_cosine_ops -> halfvec_cosine_ops when the new column has another type.
std::string class_for(const ColumnIndex& index, const std::string& from, const std::string& to) {
  return index.operator_class.starts_with(from + "_") ? to + index.operator_class.substr(from.size()) : index.operator_class;
}

/// The largest dimension that an index of the method takes; 0: not known.
Index most_dims(const std::string& method, const std::string& type) {
  if (method == "hnsw" || method == "ivfflat") return type == "halfvec" ? 4000 : 2000;
  if (method == "btree") return type == "halfvec" ? 1344 : 672;  // an entry has at most 2,704 bytes
  return 0;
}

/// Shows the progress of CREATE INDEX, looked up over a second connection, while it lives.
class Watch {
 public:
  Watch(Session& session, const std::string& stage) : session_(session), monitor_(session.control.another({})) {
    const std::string pid = std::to_string(session.control.backend_pid());
    session.stage.set(stage);
    session.control.set_keep_going([this, stage, pid] {
      if (const auto now = std::chrono::steady_clock::now(); now - last_ > std::chrono::seconds(1)) {
        last_ = now;
        session_.stage.set(stage, done_part(pid));
      }
      return session_.stage.go_on();
    });
  }
  ~Watch() {
    session_.control.set_keep_going([&session = session_] { return session.stage.go_on(); });
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  /// 0 when the server does not say.
  double done_part(const std::string& pid) {
    try {
      const Result p = monitor_.run(
          "SELECT coalesce(greatest(1000 * tuples_done / nullif(tuples_total, 0), 1000 * blocks_done / nullif(blocks_total, "
          "0)), 0) "
          "FROM pg_stat_progress_create_index WHERE pid = $1",
          {pid});
      return p.rows() > 0 ? static_cast<double>(p.number(0, 0)) / 1000 : 0;
    } catch (const SqlError&) {  // the build does not end because nobody watches it
      return 0;
    }
  }

  Session& session_;
  Connection monitor_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

void build_twin(Session& s, const ColumnIndex& index) {
  Connection& c = s.control;
  const std::string operators = class_for(index, s.table.type, s.migration->type), schema = c.name(s.table.schema);
  const Result there = c.run(
      "SELECT ic.relname, i.indisvalid FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid "
      "JOIN pg_am am ON am.oid = ic.relam JOIN pg_opclass o ON o.oid = i.indclass[0] "
      "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = $2 "
      "WHERE i.indrelid = $1 AND i.indkey::text = a.attnum::text AND i.indpred IS NULL AND am.amname = $3 AND o.opcname = $4",
      {std::to_string(s.table.oid), s.migration->target, index.method, operators});
  for (Index i = 0; i < there.rows(); ++i) {
    if (there.flag(i, 1)) return;
    c.run("DROP INDEX CONCURRENTLY " + schema + "." + c.name(there.text(i, 0)));  // of a build that was killed
  }
  const std::string name = fitting_name(c, index.name, "_vec2vec", [&](const std::string& taken) {
    return !c.run("SELECT to_regclass($1)", {schema + "." + c.name(taken)}).is_null(0, 0);
  });
  const Watch watch(s, "build an index like " + index.name);
  c.run(twin_sql(c, s.table, index, s.migration->type, name, s.table.sql(c), s.migration->target));
}

}  // namespace

void find_indexes(Connection& c, Table& table) {
  const Result found = c.run(
      "SELECT ic.relname, am.amname, i.indnkeyatts = 1 AND i.indnatts = 1 AND i.indkey[0] = a.attnum AND i.indpred IS NULL, "
      "n.nspname, o.opcname, array_to_string(ARRAY(SELECT option_name || '=' || quote_literal(option_value) "
      "FROM pg_options_to_table(ic.reloptions)), ', '), pg_get_indexdef(ic.oid), "
      "a.attnum = ANY (i.indkey::int2[]) OR EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass "
      "AND d.objid = ic.oid AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum), i.indisunique "
      "FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam "
      "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = $2 "
      "JOIN pg_opclass o ON o.oid = i.indclass[0] JOIN pg_namespace n ON n.oid = o.opcnamespace "
      "WHERE i.indrelid = $1 AND i.indisvalid AND ic.relname NOT LIKE 'vec2vec\\_pending\\_%' ORDER BY ic.relname",  // ours
      {std::to_string(table.oid), table.column});
  for (Index i = 0; i < found.rows(); ++i) {
    const std::string method = found.text(i, 1);
    if (method == "hnsw" || method == "ivfflat") table.slow_indexes.push_back(found.text(i, 0) + " (" + method + ")");
    if (!found.flag(i, 7)) continue;
    if (found.flag(i, 2))
      table.indexes.push_back(
          {found.text(i, 0), method, found.text(i, 3), found.text(i, 4), found.text(i, 5), found.flag(i, 8)});
    else
      table.other_indexes.push_back(found.text(i, 6));
  }
}

std::vector<MigrateProblem> type_problems(Connection& c, const Table& table, const std::string& type, Index dim) {
  std::vector<MigrateProblem> problems;
  const std::string where = c.where() + ", table " + table.shown;
  for (const ColumnIndex& index : table.indexes) {
    const std::string cannot = "index " + index.name + " (" + index.method + ") cannot be built for the new column: ";
    const std::string operators = class_for(index, table.type, type);
    const Index most = most_dims(index.method, type);
    if (most > 0 && dim > most) {
      const bool half_fits = type != "halfvec" && dim <= most_dims(index.method, "halfvec");
      problems.push_back({cannot + "on a " + type + " it takes at most " + std::to_string(most) +
                              " dimensions, and the map translates into " + std::to_string(dim),
                          where,
                          half_fits ? "`MigrateOptions::type = halfvec` (pgvector 0.7 or newer), or "
                                      "`MigrateOptions::build_indexes = false`: search without this index"
                                    : "`MigrateOptions::build_indexes = false`: search without this index"});
      continue;
    }
    const Result found = c.run(
        "SELECT 1 FROM pg_opclass o JOIN pg_am am ON am.oid = o.opcmethod JOIN pg_namespace n ON n.oid = o.opcnamespace "
        "WHERE am.amname = $1 AND n.nspname = $2 AND o.opcname = $3",
        {index.method, index.operator_schema, operators});
    if (found.rows() == 0)
      problems.push_back({cannot + "there is no operator class " + operators + " for " + index.method, where,
                          "`MigrateOptions::type = " + table.type +
                              "`, or `MigrateOptions::build_indexes = false`: search without this index"});
  }
  return problems;
}

std::vector<MigrateProblem> hand_made_indexes(Connection& c, const Table& table, const std::string& target) {
  std::vector<MigrateProblem> problems;
  const std::string where = c.where() + ", table " + table.shown;
  const std::string hint = "create its twin on column " + quoted(c, target) +
                           " before `switch_postgres()` with `MigrateOptions::build_indexes = false`";
  for (const std::string& definition : table.other_indexes)
    problems.push_back({"an index on the column cannot be built for the new one automatically: " + definition, where, hint});
  if (table.partitioned)
    for (const ColumnIndex& index : table.indexes)
      problems.push_back({"indexes of partitioned tables are not built automatically: " + index.name, where, hint});
  return problems;
}

std::string twin_sql(Connection& c, const Table& table, const ColumnIndex& index, const std::string& type,
                     const std::string& name, const std::string& table_sql, const std::string& on) {
  return std::string("CREATE ") + (index.unique ? "UNIQUE " : "") + "INDEX " +
         (name.empty() ? "" : "CONCURRENTLY " + c.name(name)) + " ON " + table_sql + " USING " + c.name(index.method) + " (" +
         c.name(on) + " " + c.name(index.operator_schema) + "." + c.name(class_for(index, table.type, type)) + ")" +
         (index.options.empty() ? "" : " WITH (" + index.options + ")");
}

void build_twins(Session& s) {
  for (const ColumnIndex& index : s.table.indexes) build_twin(s, index);
}

}  // namespace vec2vec::postgres
