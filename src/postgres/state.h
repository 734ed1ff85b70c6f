#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "postgres/table.h"

/// The state of migrations, kept in the database beside the table: vec2vec_migrations (one row each) and vec2vec_ranges (its
/// work).
namespace vec2vec::postgres {

struct Migration {
  Index id = 0;
  std::string state;  ///< "translating", "translated", "switched"; finding skips "rolled back"
  std::string source, target, old_name, type, map_sha256;
  Index dim = 0;          ///< of the source vectors that the map takes
  bool not_null = false;  ///< of the source column
};

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

/// The latest migration of the table into the column that was not rolled back.
std::optional<Migration> find_migration(Connection& connection, const Table& table, const std::string& target);

/// Makes state tables, row, column (of a type such as public.vector(768)), comment and trigger in one transaction; migration
/// gets its id.
void start_migration(Connection& connection, const Table& table, const std::string& target_type_sql, Migration& migration);

/// The trigger that empties the target when somebody changes the source. To be run in a transaction.
void make_trigger(Connection& connection, const Table& table, const Migration& migration);
void drop_trigger(Connection& connection, const Table& table, const Migration& migration);

void set_state(Connection& connection, const Table& table, Migration& migration, const std::string& state);

/// Adds ranges of batch_rows keys each; only_pending: of rows that have a vector and no translation.
void add_ranges(Connection& connection, const Table& table, const Migration& migration, Index batch_rows, bool only_pending);
std::vector<Range> open_ranges(Connection& connection, const Table& table, const Migration& migration);
Index count_ranges(Connection& connection, const Table& table, const Migration& migration);
void close_range(Connection& connection, const Table& table, const Migration& migration, const Range& range);
void drop_ranges(Connection& connection, const Table& table, const Migration& migration);

/// SQL: rows with a vector of the right dimension that have no translation.
std::string pending(Connection& connection, const Table& table, const Migration& migration);

}  // namespace vec2vec::postgres
