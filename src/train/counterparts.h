// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "neural/network.h"
#include "vec2vec/neural.h"

namespace vec2vec::neural {

/// Rows of both sides that batches are drawn from for a while, each with its soft counterpart in the other space: the targets
/// of the matching loss (docs/neural.md). For a translated row f, t = P(f, Y) Y + debias (f - P(f, F) F), where P couples one
/// half of the rows with the other half's native rows Y or translations F. With debias 1, t - f is minus the gradient of the
/// Sinkhorn divergence (Feydy et al. 2019), which vanishes when translations are distributed as native rows; with 0, targets
/// are shrunk towards each other by the coupling's blur.
class Counterparts {
 public:
  /// train[s] (n_s, d_s): centred unit rows of side s, which must outlive this. Cost: the spectrum of each side.
  Counterparts(const std::array<MatrixView, 2>& train, const NeuralOptions& options);

  /// New rows by the random numbers given, coupled by networks that translate from side 0 and from side 1.
  /// Cost: 8 couplings of a half pool each.
  void renew(const Network& forward, const Network& backward, Random random);

  const Matrix& rows(int side) const { return rows_[static_cast<std::size_t>(side)]; }
  /// (n, d of the other side), row by row of rows(side).
  const Matrix& targets(int side) const { return targets_[static_cast<std::size_t>(side)]; }

 private:
  std::array<MatrixView, 2> train_;
  const NeuralOptions& options_;
  std::array<Matrix, 2> view_;  ///< (d, d): the whitened view of each side
  std::array<Matrix, 2> rows_, targets_;
};

/// The first and the second half of rows (2 k, d).
std::array<MatrixView, 2> halves(MatrixView rows);

}  // namespace vec2vec::neural
