// SPDX-License-Identifier: Apache-2.0
#include "postgres/table/key.h"

#include <algorithm>
#include <utility>

#include "core/text/layout.h"

namespace vec2vec::postgres {
namespace {

/// f of each column, separated by commas.
template <class F>
std::string for_each(const Key& key, F&& f, const std::string& between = ", ") {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < key.columns.size(); ++i) parts.push_back(f(key.columns[i], i));
  return listed(parts, between);
}

/// A unique index that every row is in, and its columns in the order of the index.
struct Candidate {
  bool primary = false, visible = true;
  std::vector<KeyColumn> columns;
  std::vector<std::string> operator_schemas;

  bool has(std::vector<std::string> names) const {
    std::vector<std::string> mine;
    for (const KeyColumn& column : columns) mine.push_back(column.name);
    std::sort(mine.begin(), mine.end());
    std::sort(names.begin(), names.end());
    return mine == names;
  }
};

std::vector<Candidate> find_candidates(Connection& c, Index table_oid) {
  // One row for each column of each such index. Classes whose operators have other names (text_pattern_ops) order otherwise
  // than the type does; the type's own operators, of pg_catalog, will do.
  const Result found = c.run(
      "SELECT i.indexrelid, i.indisprimary, a.attname, format_type(a.atttypid, a.atttypmod), "
      "CASE WHEN op.oprname = '=' AND less.oprname = '<' THEN quote_ident(n.nspname) ELSE 'pg_catalog' END, "
      "op.oprname <> '=' OR less.oprname <> '<' OR pg_operator_is_visible(op.oid) "
      "FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam AND am.amname = 'btree' "
      "CROSS JOIN LATERAL generate_series(0, i.indnkeyatts - 1) AS p(place) "
      "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.place] "
      "JOIN pg_opclass oc ON oc.oid = i.indclass[p.place] "
      "JOIN pg_amop eq ON eq.amopfamily = oc.opcfamily AND eq.amopstrategy = 3 AND eq.amoplefttype = oc.opcintype "
      "AND eq.amoprighttype = oc.opcintype JOIN pg_operator op ON op.oid = eq.amopopr "
      "JOIN pg_amop lt ON lt.amopfamily = oc.opcfamily AND lt.amopstrategy = 1 AND lt.amoplefttype = oc.opcintype "
      "AND lt.amoprighttype = oc.opcintype JOIN pg_operator less ON less.oid = lt.amopopr "
      "JOIN pg_namespace n ON n.oid = op.oprnamespace "
      "WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL "
      "AND (SELECT bool_and(k.attnotnull) FROM pg_attribute k WHERE k.attrelid = i.indrelid "
      "AND k.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) "
      "ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid, p.place",
      {std::to_string(table_oid)});
  std::vector<Candidate> candidates;
  Index last = -1;
  for (Index i = 0; i < found.rows(); ++i) {
    if (std::exchange(last, found.number(i, 0)) != found.number(i, 0)) candidates.emplace_back().primary = found.flag(i, 1);
    Candidate& candidate = candidates.back();
    candidate.columns.push_back({found.text(i, 2), found.text(i, 3)});
    candidate.operator_schemas.push_back(found.text(i, 4));
    candidate.visible &= found.flag(i, 5);
  }
  return candidates;
}

std::string hint_for(const std::vector<Candidate>& candidates) {
  if (candidates.empty()) return "a primary key, or a unique index on columns that are NOT NULL, for the time of the migration";
  std::string hint;
  for (const KeyColumn& column : candidates[0].columns)
    hint += (hint.empty() ? "`PostgresColumn::key_column = '" : " `PostgresColumn::key_column = '") + column.name + "'`";
  return hint;
}

}  // namespace

std::string Key::with_operator(const std::string& name) const {
  return operator_schema.empty() ? name : "OPERATOR(" + operator_schema + "." + name + ")";
}

std::string Key::list(const Connection& c, const std::string& alias) const {
  return for_each(*this, [&](const KeyColumn& k, std::size_t) { return (alias.empty() ? "" : alias + ".") + c.name(k.name); });
}

std::string Key::order(const Connection& c) const {
  return for_each(*this, [&](const KeyColumn& k, std::size_t) { return c.name(k.name) + " USING " + with_operator("<"); });
}

std::string Key::text(const Connection& c) const {
  return "ARRAY[" + for_each(*this, [&](const KeyColumn& k, std::size_t) { return c.name(k.name) + "::text"; }) + "]::text";
}

std::string Key::shown(const Connection& c) const {
  const std::string list = for_each(
      *this, [&](const KeyColumn& k, std::size_t) { return c.name(k.name) + "::text"; }, " || ', ' || ");
  return columns.size() == 1 ? list : "'(' || " + list + " || ')'";
}

std::string Key::bound_row(const Connection& c, const std::string& bound) const {
  return "ROW(" +
         for_each(*this,
                  [&](const KeyColumn& k, std::size_t i) {
                    return "((" + c.literal(bound) + "::text[])[" + std::to_string(i + 1) + "])::" + k.type;
                  }) +
         ")";
}

std::string Key::at_least(const Connection& c, const std::string& alias, const std::string& bound) const {
  return "ROW(" + list(c, alias) + ") " + with_operator(">=") + " " + bound_row(c, bound);
}

std::string Key::before(const Connection& c, const std::string& alias, const std::string& bound) const {
  return "ROW(" + list(c, alias) + ") " + with_operator("<") + " " + bound_row(c, bound);
}

std::string Key::copy_columns() const {
  return for_each(*this, [](const KeyColumn& k, std::size_t i) { return "k" + std::to_string(i + 1) + " " + k.type; });
}

std::string Key::same(const Connection& c, const std::string& alias, const std::string& copy) const {
  return for_each(
      *this,
      [&](const KeyColumn& k, std::size_t i) {
        return alias + "." + c.name(k.name) + " " + with_operator("=") + " " + copy + ".k" + std::to_string(i + 1);
      },
      " AND ");
}

Key find_key(Connection& c, Index table_oid, const std::string& where, const std::vector<std::string>& given) {
  const std::vector<Candidate> candidates = find_candidates(c, table_oid);
  for (const Candidate& candidate : candidates) {
    if (given.empty() ? !candidate.primary : !candidate.has(given)) continue;
    Key key{candidate.columns, candidate.operator_schemas[0]};
    for (const std::string& schema : candidate.operator_schemas)
      if (schema != key.operator_schema) key.operator_schema.clear();
    if (key.operator_schema.empty() && !candidate.visible)
      bad_input("the key has a column whose operators are not in the search path of schemas", where,
                "the extension's schema in it: ALTER ROLE ... SET search_path, or ?options=-csearch_path%3Dpublic,extensions "
                "in the URL");
    return key;
  }
  if (given.empty()) bad_input("has no primary key", where, hint_for(candidates));
  bad_input("there is no unique index on just " + listed(given) + ", or NULL is allowed there", where, hint_for(candidates));
}

}  // namespace vec2vec::postgres
