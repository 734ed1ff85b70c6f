// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "postgres/run/state.h"

namespace vec2vec::postgres {

/// What users should know of the table before and after a switch, a sentence each: objects that read the source column by its
/// place and go on reading the old vectors, what the new column does not take over, and what makes writing slow.
std::vector<std::string> find_notes(Connection& connection, const Table& table, const std::optional<Migration>& migration,
                                    bool skip_triggers);

}  // namespace vec2vec::postgres
