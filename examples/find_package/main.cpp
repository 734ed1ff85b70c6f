// Fits a map to known pairs of two toy spaces, translates new rows with it, and scores them.
// Build it against an installed vec2vec: cmake -S . -B build -DCMAKE_PREFIX_PATH=<prefix> && cmake --build build
#include <cmath>
#include <cstdio>
#include <exception>
#include <random>

#include "vec2vec/align.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/map.h"

namespace {

using vec2vec::Index;
using vec2vec::Matrix;

constexpr Index kDim = 32, kPairs = 2000, kNewRows = 500, kClusters = 20;

/// Rows (n, kDim) around random cluster centres.
Matrix gaussian_mixture(Index n, std::mt19937& random) {
  std::normal_distribution<float> normal;
  Matrix centres(kClusters, kDim), rows(n, kDim);
  for (Index i = 0; i < kClusters * kDim; ++i) centres.data()[i] = normal(random);
  for (Index i = 0; i < n; ++i) {
    const Index cluster = static_cast<Index>(random() % kClusters);
    for (Index j = 0; j < kDim; ++j) rows(i, j) = centres(cluster, j) + 0.5f * normal(random);
  }
  return rows;
}

/// Turns every row by the same angles in random planes, in place: the "other model" of the toy.
void rotate(Matrix& rows, std::mt19937& random) {
  for (int turn = 0; turn < 500; ++turn) {
    const Index a = static_cast<Index>(random() % kDim);
    const Index b = (a + 1 + static_cast<Index>(random() % (kDim - 1))) % kDim;
    const float angle = std::uniform_real_distribution<float>(0.0f, 6.28f)(random);
    const float c = std::cos(angle), s = std::sin(angle);
    for (Index i = 0; i < rows.rows(); ++i) {
      const float x = rows(i, a), y = rows(i, b);
      rows(i, a) = c * x - s * y;
      rows(i, b) = s * x + c * y;
    }
  }
}

int run() {
  std::mt19937 random(1);
  const Matrix source = gaussian_mixture(kPairs + kNewRows, random);
  Matrix target = source;
  rotate(target, random);

  const vec2vec::Map map = vec2vec::fit_paired(source.view().middle_rows(0, kPairs), target.view().middle_rows(0, kPairs));

  Matrix translated(kNewRows, kDim);
  map.translate(source.view().middle_rows(kPairs, kNewRows), translated.span());
  const vec2vec::Evaluation evaluation =
      vec2vec::evaluate(translated, target.view().middle_rows(kPairs, kNewRows), map.target_mean);
  std::printf("%s", evaluation.brief().c_str());
  return evaluation.top1.value > 0.95 ? 0 : 1;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
