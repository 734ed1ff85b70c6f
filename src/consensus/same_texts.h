#pragma once
#include <string>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// How far two spaces agree on which rows are alike, in [-1, 1]: the Pearson correlation of the cosines of all pairs of rows of
/// a (n, d_a) and of b (n, d_b), centred unit rows, when row i of `a` belongs to row i + shift of `b` (representational
/// similarity, Kriegeskorte et al. 2008). Up to 1,000 rows in unbroken runs, spread evenly. Cost: 2 n^2 (d_a + d_b) flops.
double similarity_agreement(MatrixView a, MatrixView b, Index shift);

/// Throws Error{kBadInput} when rows of a and b, equally many, are not of the same texts in the same order: their cosines do
/// not go together, or do so better when one side is shifted by a row.
void check_same_texts(MatrixView a, const std::string& name_a, MatrixView b, const std::string& name_b);

}  // namespace vec2vec
