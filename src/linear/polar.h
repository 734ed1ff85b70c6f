// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

/// The semi-orthogonal matrix nearest to c (p, q): U V^T of its singular value decomposition; the solution of the orthogonal
/// Procrustes problem for a cross-covariance c (Schoenemann 1966).
/// Cost O(p q min(p, q)).
Matrix polar_factor(MatrixView c);

}  // namespace vec2vec
