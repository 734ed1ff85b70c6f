// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// The fewest rows a side that anything here aligns or compares.
constexpr Index kFewestRowsASide = 64;

/// Throws Error{kBadInput} for fewer rows. hint: how many the caller needs to work well.
void require_enough_rows(MatrixView rows, const std::string& where, const std::string& hint);

/// Throws the Error{kBadInput} for row number `row` of `where`, which has a value that is not finite.
[[noreturn]] void refuse_row(const std::string& where, Index row);

bool is_finite(const float* row, Index dim);

/// Refuses the first of rows (n, d) that has a value that is not finite. first: the number of the first row within `where`.
void require_finite_rows(MatrixView rows, const std::string& where, Index first = 0);

}  // namespace vec2vec
