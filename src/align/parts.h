#pragma once
#include <functional>

#include "vec2vec/align.h"

namespace vec2vec {

/// Aligns parts of the two sides where the whole of them did not: when the sides are about different things in part, rows
/// without counterpart bend means, axes and couplings until no map fits. Each side is split in two by k-means; pairs of
/// parts (or of a part and a whole) are tried with little effort, and the first that aligns is aligned again with all of it.
/// `align_rows` aligns a problem as it is. Returns `whole`, which is what became of all rows, when no part aligns.
AlignSummary align_parts(const AlignProblem& problem, const AlignOptions& options, AlignSummary whole,
                         const std::function<AlignSummary(const AlignProblem&, const AlignOptions&)>& align_rows);

}  // namespace vec2vec
