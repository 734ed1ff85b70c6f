// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <string>

#include "core/tell.h"
#include "postgres/run/batch.h"
#include "postgres/run/state.h"
#include "vec2vec/postgres.h"

namespace vec2vec::postgres {

/// The progress of a long piece of work, for the caller's Progress; whoever waits asks for it some times a second.
class Stage {
 public:
  explicit Stage(const Progress& progress) : progress_(progress) {}
  void set(std::string name, double done = 0) {
    name_ = std::move(name);
    done_ = done;
  }
  /// True, for KeepGoing; throws Error{kInterrupted} when the caller's function ends the work.
  bool go_on() const {
    tell(progress_, name_, done_, {}, "the same command goes on where it stopped");
    return true;
  }

 private:
  const Progress& progress_;
  std::string name_ = "connect";
  double done_ = 0;
};

/// One call's work on one migration: the session that holds its lock, and what it knows.
class Session {
 public:
  /// Connects, takes the lock, looks the table up, and finds the migration if there is one; of one whose old column was dropped
  /// by hand it tidies up what is left.
  Session(const PostgresColumn& column, const MigrateOptions& options);

  /// Starts the migration, or checks that the one there is of the same map, source and type.
  void open(const Map& map, const std::string& map_sha256);
  /// Whether the migration that is there has been switched over by this map already.
  bool switched_by(const std::string& map_sha256) const;
  /// Throws Error{kBadInput} unless there is a migration, by this map; one that has ended will do.
  void require_made_by(const std::string& map_sha256) const;

  /// Adds what users should know of the table.
  void note(MigrateSummary& summary);

  /// Runs all open ranges, then those of rows that others wrote meanwhile.
  void translate_all(const Map& map, MigrateSummary& summary);
  /// Lets the server count the rows.
  void count(MigrateSummary& summary);
  /// Gives the source column the NOT NULL back that it had before the switch. Where rows prevent it, a note names them and the
  /// statement; `again`: what else will do it.
  void restore_not_null(MigrateSummary& summary, const std::string& again);
  /// Translates rows of a sample again and compares. Throws Error{kBadInput} when one differs: others wrote it unseen.
  void verify(const Map& map, MigrateSummary& summary);

  const PostgresColumn& column;
  const MigrateOptions& options;
  Stage stage;
  Connection control;
  Table table;
  std::optional<Migration> migration;
  std::atomic<Index> rows_at_once{64};  ///< that a transaction takes: what the last batches found out

  Index batch_rows() const { return std::max<Index>(1, options.batch_rows); }

 private:
  void find();
  void start(const Map& map, const std::string& map_sha256);
};

/// Throws Error{kBadInput} unless the map takes rows of the column's dimension and, by a sample of them, of its model.
Sample check_sample(Connection& connection, const Table& table, const Map& map, bool ignore_fingerprint);

/// Calls work with a session; again, with a new one, whenever the connection is lost and the server comes back within
/// options.retry_time.
MigrateSummary resuming(const PostgresColumn& column, const MigrateOptions& options,
                        const std::function<void(Session&, MigrateSummary&)>& work);

}  // namespace vec2vec::postgres
