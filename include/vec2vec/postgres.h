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
  std::vector<std::string> key;
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
  Index batch_rows = 4096;   ///< rows a transaction writes
  Index verify_rows = 1000;  ///< rows read back and translated again
  bool ignore_fingerprint = false;
  bool skip_triggers = false;       ///< the table's triggers do not fire for our updates; needs a superuser
  bool build_indexes = true;        ///< switch_postgres: first build each index of the source column for the new one too
  bool allow_untranslated = false;  ///< switch_postgres: although vectors of a wrong dimension have no translation
  double retry_seconds = 60;        ///< how long to wait for a server that went away
  Progress progress = {};
};

/// What a migration would meet; nothing is written.
struct MigratePlan {
  Index rows = 0;                    ///< the server's estimate, or counted when it has none
  Index table_bytes = 0;             ///< table, TOAST and indexes
  Index growth_bytes = 0;            ///< about what the migration adds until the next VACUUM
  Index sampled = 0, wrong_dim = 0;  ///< of a sample: vectors read, and how many of them the map cannot translate
  Index source_dim = 0, target_dim = 0;
  std::string state;  ///< "new", or the state of the migration that is there
  std::string server, target_type;
  std::vector<std::string> notes;  ///< what will cost time or needs a decision
  std::string to_json() const;
};

/// rows = translated + null_rows + wrong_dim + pending, counted by the server at the end.
struct MigrateSummary {
  std::string state;  ///< "translated", "switched", "rolled back"
  Index rows = 0, translated = 0, null_rows = 0, wrong_dim = 0;
  Index pending = 0;  ///< written by others since; the next call translates them, and so does switch_postgres under a lock
  Index translated_now = 0, zero_rows = 0;  ///< by this call; and how many of those were all zero
  Index verified = 0;                       ///< rows read back and compared
  double largest_difference = 0;            ///< of a value, over the verified rows
  double seconds = 0;
  bool resumed = false;
  std::vector<std::string> wrong_keys;  ///< keys of the first vectors of a wrong dimension
  std::vector<std::string> notes;
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

/// Undoes one step: a switched migration gets its names back, another one loses the column `into`.
MigrateSummary roll_back_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options);

}  // namespace vec2vec
