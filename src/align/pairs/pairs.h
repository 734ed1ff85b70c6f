// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "align/search/climb.h"
#include "vec2vec/align.h"

namespace vec2vec {

/// Known pairs as centred unit rows: x (p, d_source) row i belongs to y (p, d_target) row i.
struct Pairs {
  Matrix x, y;
  Index count() const { return x.rows(); }
};

/// Throws Error{kBadInput} naming the first pair whose rows are not there.
void check_pairs(const AlignProblem& problem);

/// The problem's pairs, from the centred rows of both sides.
Pairs gather_pairs(const std::vector<RowPair>& pairs, MatrixView source, MatrixView target);

/// The numbers 0 .. count - 1 whose remainder by `step` is (inside) or is not `first`.
std::vector<Index> every(Index count, Index step, Index first, bool inside);

/// The pairs with these numbers.
Pairs select(const Pairs& pairs, const std::vector<Index>& numbers);

/// Both, one after the other.
Pairs join(const Pairs& a, const Pairs& b);

/// The pairs in a view's coordinates.
PairTerm in_view(const Pairs& pairs, const ViewPair& view);

/// Sum of x t^T (d_source, d_target) over softly matched rows; rows = 0 and an empty sum: there are none.
struct SoftCross {
  MatrixView sum;
  Index rows = 0;
};

/// Mean of x t^T over the soft matches and of x y^T over the pairs, each weighing kPairWeight times the soft matches.
Matrix mean_cross(const SoftCross& soft, const Pairs& pairs, int threads);

/// Sets pairs, pool, top-1 with its interval, and cosine of fit: what pairs that the map (d_source, d_target) has not seen say
/// of it, ranked among 4,096 rows spread over target (m, d_target), centred unit rows.
void score_held_out(const Pairs& held_out, MatrixView map, MatrixView target, int threads, PairFit& fit);

/// The map (d_source, d_target) of pairs alone. With 50 and more, its kind is chosen by 5-fold cross-validation (PairFit).
/// source: principal directions of the source's rows; target as above. Of options: seed, threads, by_cosine.
/// Cost: 20 singular value decompositions and 80 products of 1,000 x 4,096 x d_target.
Matrix fit_pairs(const Spectrum& source, const Pairs& pairs, MatrixView target, const AlignOptions& options, PairFit& fit);

}  // namespace vec2vec
