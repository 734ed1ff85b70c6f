// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>

#include "core/matrix/gemm.h"
#include "core/random.h"
#include "linear/polar.h"
#include "space/unit.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/map.h"

namespace vec2vec {

/// Latent points with structure that no rotation keeps: clusters of unequal size and spread.
inline Matrix latent(Index rows, Index dim, std::uint64_t seed) {
  Random centres(11), random(seed);
  Matrix centre(40, dim), out(rows, dim);
  for (Index i = 0; i < 40 * dim; ++i)
    centre.data()[i] = static_cast<float>(centres.normal() * std::pow(0.97, static_cast<double>(i % dim)));
  for (Index i = 0; i < rows; ++i) {
    const Index c = static_cast<Index>(40 * random.uniform() * random.uniform());
    for (Index j = 0; j < dim; ++j)
      out(i, j) = centre(c, j) + 0.6f * static_cast<float>(random.normal() * std::pow(0.97, static_cast<double>(j)));
  }
  return out;
}

/// A random semi-orthogonal map (from, to).
inline Matrix random_map(Index from, Index to, std::uint64_t seed) {
  Random random(seed);
  Matrix m(from, to);
  for (Index i = 0; i < from * to; ++i) m.data()[i] = static_cast<float>(random.normal());
  return polar_factor(m);
}

/// a b plus normal noise.
inline Matrix times(MatrixView a, MatrixView b, double noise = 0, std::uint64_t seed = 0) {
  Matrix c(a.rows, b.cols);
  gemm(a, false, b, false, c.span());
  Random random(seed);
  if (noise > 0)
    for (Index i = 0; i < c.rows() * c.cols(); ++i) c.data()[i] += static_cast<float>(noise * random.normal());
  return c;
}

inline Evaluation scores(const Map& map, MatrixView source, MatrixView target) {
  Matrix out(source.rows, map.target_dim());
  map.translate(source, out.span());
  return evaluate(out, target, map.target_mean, {.bootstrap = 0});
}

inline double top1(const Map& map, MatrixView source, MatrixView target) { return scores(map, source, target).top1.value; }

}  // namespace vec2vec
