// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "postgres/run/state.h"

/// Native vectors: those of the new model that others wrote into its column, whichever name it has at the time. No translation
/// makes them again. From the beginning of a migration until one of its columns is dropped, triggers note their rows in the
/// table vec2vec_native_<id> beside the migrations: its key, and a hash of the old vector that the row had before. A row whose
/// old vector still has that hash is stale: its old vector may belong to an older text.
namespace vec2vec::postgres {

/// The table and its triggers; they fire for whoever writes, of any role, logical replication included. In a transaction.
void make_native_log(Connection& connection, const Table& table, const Migration& migration);
/// Fits the triggers to the migration's state and the names of its columns, in the transaction that changes them.
void make_triggers(Connection& connection, const Table& table, const Migration& migration);
void drop_native_log(Connection& connection, const Table& table, const Migration& migration);

/// Whether something of another migration has the names: its line in vec2vec_migrations was deleted by hand.
bool native_names_taken(Connection& connection, const Table& table, const Migration& migration);

/// Whether the table is there. Without it all that is known of a migration is in the two columns.
bool has_native_log(Connection& connection, const Table& table, const Migration& migration);
/// Forgets the rows whose new vector somebody took away: they are to be translated.
void forget_emptied(Connection& connection, const Table& table, const Migration& migration);

/// SQL: conditions on rows t of the table.
struct NativeConditions {
  std::string native;   ///< a vector of the new model that is no translation
  std::string stale;    ///< an old vector that may belong to an older text
  std::string missing;  ///< an old vector and no new one, and nobody took the new one away
};
NativeConditions native_conditions(Connection& connection, const Table& table, const Migration& migration);

/// Rows that meet a condition, and the keys of the first ones, for people.
struct CountedRows {
  Index count = 0;
  std::vector<std::string> keys;
};
CountedRows count_rows(Connection& connection, const Table& table, const std::string& condition);
/// "17 rows (5, 9, 12 ...)", "1 row (5)".
std::string shown_rows(const CountedRows& rows, const std::string& what = "row");

}  // namespace vec2vec::postgres
