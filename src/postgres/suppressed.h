// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "postgres/run/native.h"

namespace vec2vec::postgres {

/// Throws Error{kBadInput}: updated rows of the table still have no translation although nobody else changed them. Names the
/// triggers that may have undone it.
[[noreturn]] void report_suppressed(Connection& connection, const Table& table, const CountedRows& rows);

}  // namespace vec2vec::postgres
