#pragma once
#include <string>

#include "postgres/table.h"

namespace vec2vec::postgres {

/// Throws Error{kBadInput}: `rows` updated rows of the table still have no translation although nobody else changed them. Names
/// the triggers that may have undone it; first_key: of one of these rows, for people.
[[noreturn]] void report_suppressed(Connection& connection, const Table& table, Index rows, const std::string& first_key);

}  // namespace vec2vec::postgres
