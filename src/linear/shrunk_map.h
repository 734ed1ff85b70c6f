// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "linear/svd.h"
#include "space/spectral/spectrum.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// The maps between Procrustes and ridge regression: with A = (X^T X / n + ridge I)^(-1/2) and U S V^T the singular value
/// decomposition of A X^T T / n, W (p, q) = A U S^power V^T. Power 1 is ridge regression, which has the best cosine but shrinks
/// weak directions until neighbours are confused; power 0 keeps them all at full strength (Procrustes of whitened rows).
/// In between both gain over plain Procrustes: docs/how-it-works.md.
/// source: principal directions of the unit rows X (n, p); cross = X^T T / n (p, q). ridge > 0 is in units of the variance of
/// unit rows, whose mean is 1 / p. Cost: O(p q min(p, q)).
Matrix shrunk_map(const Spectrum& source, MatrixView cross, double ridge, double power);

/// The same for several powers of one ridge, which share the singular value decomposition, where most of the time goes.
class ShrunkMaps {
 public:
  /// source has to outlive it.
  ShrunkMaps(const Spectrum& source, MatrixView cross, double ridge);

  double ridge() const { return ridge_; }
  Matrix of(double power) const;

 private:
  const Spectrum& source_;
  double ridge_;
  Svd parts_;  // with A in the basis of the principal directions before U
};

}  // namespace vec2vec
