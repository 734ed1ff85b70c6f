// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "vec2vec/align.h"

namespace vec2vec {

/// Aligns parts of the two sides when the sides as a whole did not align. If the sides share only some topics, rows without a
/// counterpart distort means, axes and couplings until no map fits. Each side is split in two by k-means. Pairs of parts (or of
/// a part and a whole side) are tried with low effort, and the first pair that aligns is aligned again with the full effort.
/// `align_rows` aligns a problem as it is; `whole` is its result for all rows, which is returned if no part aligns.
AlignSummary align_parts(const AlignProblem& problem, const AlignOptions& options, AlignSummary whole,
                         const std::function<AlignSummary(const AlignProblem&, const AlignOptions&)>& align_rows);

}  // namespace vec2vec
