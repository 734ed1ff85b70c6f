// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "align/pairs/pairs.h"
#include "align/side.h"

namespace vec2vec {

/// How a coupling of two sides is made. rows: at most so many a side, spread evenly.
struct Coupling {
  Index rows = 20000;
  float temperature = 0.05f;
  int threads = 0;
};

/// The rows that a map is fitted to: x (n, p) and y (m, q).
struct FitRows {
  MatrixView x, y;
};

/// fit.x^T P fit.y (p, q) for the coupling P made between match.x map and match.y.
Matrix coupled_cross(const ViewPair& match, MatrixView map, const FitRows& fit, const Coupling& how);

/// From the orthogonal map of soft steps to the last cross-covariance.
struct SettleOptions {
  int couplings = 1;          ///< the first is made with the map given, each further one with those fitted to the one before
  Index most_rows = 20000;    ///< a side
  float temperature = 0.05f;  ///< of the first coupling; further ones are kept within 0.03 to 0.04
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Sum of x^T P y (d_source, d_target) over the source's rows (up to most_rows of them), P being the last of several couplings.
/// `first`: the rows of both sides in the coordinates that `map` acts on.
/// The maps between couplings are fitted in the same way as the last one (shrunk_map with fit.ridge and fit.power, known pairs
/// included). They are closer to the truth than orthogonal maps, most of all with few rows. They are also cross-fitted: the
/// rows are divided into folds, and each fold is coupled by a map fitted to the others, because a map fitted to a row's own
/// counterpart would only find it again (docs/research/many-known.md). `step` is called after each coupling and may throw.
Matrix settle(const Side& source, const Side& target, const Pairs& pairs, const ViewPair& first, MatrixView map,
              const PairFit& fit, const SettleOptions& options, const std::function<void()>& step);

/// How much work a coupling of so many rows is (align/effort.h); the first and the last, of all rows, count as those between.
double settle_work(Index source_rows, Index target_rows);

}  // namespace vec2vec
