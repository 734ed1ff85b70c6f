// SPDX-License-Identifier: Apache-2.0
// What takes the place of src/postgres/ in a build without libpq.
#include "vec2vec/postgres.h"

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

[[noreturn]] void missing() {
  bad_input("this build cannot talk to Postgres: libpq was not found", "the database",
            "scripts/setup.sh, then configure and build again (cmake --preset release)");
}

}  // namespace

bool has_postgres() { return false; }

Matrix sample_postgres(const PostgresColumn&, Index, std::uint64_t, const Progress&, Index) { missing(); }

MigratePlan plan_postgres(const Map&, const std::string&, const PostgresColumn&, const MigrateOptions&) { missing(); }

MigrateSummary translate_postgres(const Map&, const std::string&, const PostgresColumn&, const MigrateOptions&) { missing(); }

MigrateSummary switch_postgres(const Map&, const std::string&, const PostgresColumn&, const MigrateOptions&) { missing(); }

MigrateSummary roll_back_postgres(const std::string&, const PostgresColumn&, const MigrateOptions&) { missing(); }

MigrateSummary drop_new_postgres(const std::string&, const PostgresColumn&, const MigrateOptions&) { missing(); }

MigrateSummary drop_old_postgres(const std::string&, const PostgresColumn&, const MigrateOptions&) { missing(); }

MigrateSummary forget_postgres(const PostgresColumn&, const MigrateOptions&) { missing(); }

}  // namespace vec2vec
