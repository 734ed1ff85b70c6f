// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Scales in (1, d) to norm 1 and writes it to out; a zero row stays zero. Returns the norm of in (not finite when a value is
/// not).
double unit_row(const float* in, Index dim, std::span<double> out);

/// unit(unit(in) - mean), the direction that centred cosines compare; a zero row in or after centring gives zeros.
/// mean has dim values. Returns the norm of in.
double centred_unit_row(const float* in, std::span<const float> mean, std::span<double> out);

/// Rows whose sums one task adds up.
constexpr Index kRowsATask = 4096;

/// The mean of the unit rows of rows (n, d). Sums in double over fixed blocks, so it is the same for every thread count.
std::vector<float> mean_of_unit_rows(MatrixView rows, int threads);

}  // namespace vec2vec
