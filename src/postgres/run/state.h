// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "postgres/table/table.h"

/// The state of migrations, kept in the database beside the table: vec2vec_migrations (one row each), vec2vec_ranges (its
/// work), and what native.h describes.
namespace vec2vec::postgres {

struct Migration {
  Index id = 0;
  /// "translating", "translated", "switched"; at its end "finished" (the old column is dropped) or "dropped" (the new one).
  std::string state;
  std::string table, source, target, old_name, type, map_sha256;
  Index dim = 0;                 ///< of the source vectors that the map takes
  bool not_null = false;         ///< of the source column
  std::vector<std::string> key;  ///< columns of the key that the table is divided by; empty: made by an older version

  /// Neither switched nor ended, so that it is still being filled.
  bool open() const { return state == "translating" || state == "translated"; }
  bool ended() const { return state == "finished" || state == "dropped"; }
};

/// The columns of the old and of the new vectors by the names that they have now.
inline const std::string& source_now(const Migration& m) { return m.state == "switched" ? m.old_name : m.source; }
inline const std::string& target_now(const Migration& m) {
  return m.state == "switched" || m.state == "finished" ? m.source : m.target;
}

/// Keys k with first <= k < until, bounds of Key; nothing = no bound.
struct Range {
  Index number = 0;
  std::optional<std::string> first, until;
};

/// Takes the lock of this table's migrations for the session. Waits half a minute: the server notices late that a client was
/// killed. Throws Error{kBadInput} when another session works on it.
void take_lock(Connection& connection, const Table& table);

/// Runs work in a transaction that waits for locks two seconds at most, again and again for about a minute: others queue behind
/// whoever waits for a table's lock, so nobody may wait for long.
void with_short_locks(Connection& connection, const std::function<void()>& work);

/// The latest migration of the table into the column, one that has ended too; "finished" also when its old column was dropped
/// by hand. Not one whose outcome is not there: the table was made anew since.
std::optional<Migration> find_migration(Connection& connection, const Table& table, const std::string& target);
/// Those of all tables of the schema that have not ended and whose columns are both there.
std::vector<Migration> live_migrations(Connection& connection, const Table& table);
/// Ends those of the table whose old column somebody dropped after the switch, and tidies up what is left of them.
void finish_dropped_by_hand(Connection& connection, const Table& table);

/// Makes state tables, row, column (of a type such as public.vector(768)), comment and triggers in one transaction; migration
/// gets its id.
void start_migration(Connection& connection, const Table& table, const std::string& target_type_sql, Migration& migration);

void set_state(Connection& connection, const Table& table, Migration& migration, const std::string& state);

/// Adds ranges of batch_rows keys each; only_pending: of rows that have a vector and no translation.
void add_ranges(Connection& connection, const Table& table, const Migration& migration, Index batch_rows, bool only_pending);
std::vector<Range> open_ranges(Connection& connection, const Table& table, const Migration& migration);
Index count_ranges(Connection& connection, const Table& table, const Migration& migration);
void close_range(Connection& connection, const Table& table, const Migration& migration, const Range& range);
void drop_ranges(Connection& connection, const Table& table, const Migration& migration);

/// In a transaction. Drops the state tables of the schema, and what is left of migrations whose table was dropped.
void drop_tables(Connection& connection, const Table& table);

void rename_column(Connection& connection, const Table& table, const std::string& from, const std::string& to);

/// SQL: rows with a vector of the right dimension that have no translation.
std::string pending(Connection& connection, const Table& table, const Migration& migration);

}  // namespace vec2vec::postgres
