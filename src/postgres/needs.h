// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "postgres/run/state.h"
#include "vec2vec/postgres.h"

namespace vec2vec::postgres {

/// What a migration is to make: by which map, of what type and dimension.
struct Target {
  std::string map_sha256, type;
  Index dim = 0;
};

/// Whatever would stop a migration of the table into options.into: names, rights of the role, inheritance, rules, a standby,
/// indexes that no column of the target's type and dimension can have; and when a migration is there that is not yet switched,
/// another map, column or type than its own. Reads the catalogue only.
std::vector<MigrateProblem> find_problems(Connection& connection, const Table& table, const MigrateOptions& options,
                                          const std::optional<Migration>& migration, const Target& target);

/// Throws the first one as Error{kBadInput}.
void require_none(const std::vector<MigrateProblem>& problems);

}  // namespace vec2vec::postgres
