// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/map.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"
#include "vec2vec/rows.h"

/// Vectors that lie in Postgres, in columns of the types vector and halfvec of pgvector (docs/postgres.md). A library of its
/// own, vec2vec::postgres; built without libpq it throws Error{kBadInput} wherever a database would be needed.
// Thread-safe: each call has its own connections; of two that write the same column the server refuses one. An exception of a
// progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// Whether this build can talk to Postgres.
bool has_postgres();

/// Whether text is a connection URL (postgres://, postgresql://) and not the name of a file.
bool is_postgres_url(const std::string& text);

/// A column of vectors. The URL, or libpq's "host=... dbname=..." string, may leave out what libpq finds elsewhere (PGPASSWORD,
/// ~/.pgpass, a service file); no error, report or comment ever repeats it.
struct PostgresColumn {
  std::string url;
  std::string table;   ///< as in SQL: documents, public.documents, "Mixed Case"
  std::string column;  ///< exact name
  /// Exact names of the columns of a unique index without NULLs, in any order; empty = the primary key.
  std::vector<std::string> key_column;
};

/// Up to `rows` vectors drawn at random, (n, dim) with n <= rows: Bernoulli sampling of rows, of pages for tables above 8 GiB.
/// NULLs are left out. Throws Error{kBadInput} when there are none, or when they differ in dimension; with dim > 0 those of
/// another dimension are left out.
Matrix sample_postgres(const PostgresColumn& column, Index rows, std::uint64_t seed, const Progress& progress = {},
                       Index dim = 0);

struct MigrateOptions {
  std::string into;          ///< the column to make and fill
  std::string type;          ///< "vector" or "halfvec"; empty = that of the source column
  std::string old_name;      ///< what switch_postgres calls the source column; empty = its name and "_old"
  int connections = 0;       ///< 0 = twice the cores of this machine, at most 8
  Index batch_rows = 4096;   ///< rows a transaction writes at most; fewer where they take longer than a third of a second
  Index verify_rows = 1000;  ///< rows read back and translated again
  bool ignore_fingerprint = false;
  bool skip_triggers = false;       ///< the table's triggers do not fire for our updates; needs a superuser
  bool build_indexes = true;        ///< switch_postgres: first build each index of the source column for the new one too.
                                    ///< All of them: refuse a type that such an index cannot hold
  bool allow_untranslated = false;  ///< switch_postgres: although vectors of a wrong dimension have no translation
  bool measure = false;             ///< plan_postgres: also count what is pending, and time some rows in a temporary table
  Index accept_stale = 0;           ///< roll_back_postgres: although at most so many rows get an old vector that may be stale
  Index accept_loss = 0;            ///< drop_new_postgres, drop_old_postgres: drop just so many vectors that are nowhere else
  double retry_time = 60;           ///< seconds to wait for a server that went away; 0 = not at all
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Why a migration would be refused, and what to try.
struct MigrateProblem {
  std::string what, where, hint;
};

/// What a migration would meet; nothing is written.
struct MigratePlan {
  Index rows = 0;                    ///< the server's estimate, or counted when it has none
  Index table_bytes = 0;             ///< table, TOAST and indexes
  Index growth_bytes = 0;            ///< about what the migration adds until the next VACUUM
  Index sampled = 0, wrong_dim = 0;  ///< of a sample: vectors read, and how many of them the map cannot translate
  Index source_dim = 0, target_dim = 0;
  Index translated = 0, pending = 0;            ///< of a migration that is there: rows done, and rows still to be translated
  double row_seconds = -1, index_seconds = -1;  ///< about what translating and building the indexes will take; -1: not known
  std::string time_basis;                       ///< what the two figures come from
  std::string state;                            ///< "new", or the state of the migration that is there
  std::string server, target_type;
  Index native = 0, stale = 0;  ///< of a migration that is there: as in MigrateSummary
  std::vector<std::string> native_keys, stale_keys;
  std::string old_column;                ///< what the old column will be called, or is called, after the switch
  std::vector<MigrateProblem> problems;  ///< why a migration would be refused; empty = it would not
  std::vector<std::string> notes;        ///< what will cost time or needs a decision

  std::string brief() const;
  std::string to_json() const;
};

/// rows = translated + native + null_rows + wrong_dim + pending, counted by the server at the end.
struct MigrateSummary {
  std::string state;  ///< "translated", "switched", "finished", "dropped", "forgotten"
  Index rows = 0, translated = 0, null_rows = 0, wrong_dim = 0;
  Index native = 0;   ///< vectors of the new model that others wrote, since the switch or before
  Index stale = 0;    ///< rows whose old vector is older than the new one that others wrote: it may be that of an older text
  Index pending = 0;  ///< written by others since; the next call translates them, and so does switch_postgres under a lock
  Index translated_now = 0, zero_rows = 0;  ///< by this call; and how many of those were all zero
  Index verified = 0;                       ///< rows read back and compared
  double largest_difference = 0;            ///< of a value, over the verified rows
  double seconds = 0;
  bool resumed = false;
  std::string old_column;                            ///< what the source column is called after the switch
  std::string drop_old_sql;                          ///< after the switch: the statement that drops the old vectors for good
  std::vector<std::string> wrong_keys;               ///< keys of the first vectors of a wrong dimension
  std::vector<std::string> native_keys, stale_keys;  ///< likewise
  std::vector<std::string> notes;

  std::string brief() const;
  std::string to_json() const;
};

/// Looks, reads a sample, and says what a migration would do.
MigratePlan plan_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                          const MigrateOptions& options);

/// Fills options.into with the translations of column, in short transactions of options.batch_rows, while others read and write
/// the table. Killed at any moment, of either side, the same call goes on where it stopped; another map or source is refused.
/// Rows that others insert or change meanwhile are translated too. Cost: one GEMM, and for the server an UPDATE of each row.
MigrateSummary translate_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                                  const MigrateOptions& options);

/// The same, then indexes, then in one transaction: the rows still missing, column -> old_name, into -> column.
MigrateSummary switch_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                               const MigrateOptions& options);

/// Undoes switch_postgres: gives the columns their former names back, and keeps both. Nothing to do when they have them. Throws
/// Error{kBadInput} when more than options.accept_stale rows would get an old vector that may be stale.
MigrateSummary roll_back_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options);

/// Ends a migration that is not switched: drops the column options.into. Ends one that is switched: drops the old column, after
/// which nothing can be rolled back. Throws Error{kBadInput} unless options.accept_loss vectors, no more and no fewer, would be
/// lost that are nowhere else: for the new column those that others wrote, for the old one those without a counterpart. Nothing
/// to do when it was dropped before.
MigrateSummary drop_new_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options);
MigrateSummary drop_old_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options);

/// Drops the tables of the schema in which migrations keep their state. Throws Error{kBadInput} when a migration still needs
/// them.
MigrateSummary forget_postgres(const PostgresColumn& column, const MigrateOptions& options);

}  // namespace vec2vec
