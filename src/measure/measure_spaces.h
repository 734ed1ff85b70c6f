// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"

namespace vec2vec {

/// Throws Error{kBadInput} unless all spaces have equally many rows, enough of them for options.
void require_pairs(std::span<const NamedRows> spaces, const MeasureOptions& options);

/// The rows to use: all, or options.max_rows random ones in ascending order.
std::vector<Index> choose_rows(Index given, const MeasureOptions& options);

/// A space, with its neighbours if options ask for a measure of them.
Space prepare_space(const NamedRows& given, const std::vector<Index>& chosen, const MeasureOptions& options);

/// All measures asked for of two prepared spaces.
Measurement measure_spaces(const Space& a, const Space& b, const MeasuredSide& side_a, const MeasuredSide& side_b,
                           Index rows_given, const MeasureOptions& options);

}  // namespace vec2vec
