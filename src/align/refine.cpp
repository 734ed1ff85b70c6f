#include "align/refine.h"

#include <algorithm>
#include <vector>

#include "core/gemm.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"
#include "linear/shrunk_map.h"

namespace vec2vec {

Side prepare_side(MatrixView rows, int threads) {
  Side side{centre(rows, threads), {}};
  side.principal = spectrum(side.centred.rows, threads);
  return side;
}

namespace {

/// x^T P y / rows for the coupling P made in the view `from` of at most `rows` rows a side.
Matrix coupled_cross(const ViewPair& from, MatrixView map, MatrixView x, MatrixView y, Index rows, float temperature,
                     int threads) {
  const SoftMatch match = soft_match(project(SpreadRows(from.x, rows), map, threads), SpreadRows(from.y, rows),
                                     SpreadRows(y, rows), {temperature, 2, threads});
  Matrix cross = cross_product(SpreadRows(x, rows), match.targets, threads);
  const float scale = 1.0f / static_cast<float>(match.targets.rows());
  for (Index i = 0; i < cross.rows() * cross.cols(); ++i) cross.data()[i] *= scale;
  return cross;
}

}  // namespace

Matrix refine(const Side& source, const Side& target, const ViewPair& view, MatrixView map, std::uint64_t seed, int threads,
              const std::function<void(double)>& step) {
  constexpr double kPower = 0.25;
  constexpr int kFewestSteps = 4, kMostSteps = 20;
  constexpr Index kStepRows = 8000, kAllRows = 20000;
  Random random(seed, 1000);
  const Index dims = std::min(source.centred.rows.cols(), target.centred.rows.cols());
  const ViewPair full =
      view_pair(source.centred.rows, source.principal, target.centred.rows, target.principal, dims, kPower, threads);
  Matrix w = polar_factor(coupled_cross(view, map, full.x, full.y, kAllRows, 0.05f, threads));
  step(0.1);
  // Steps go on while the score still rises: same-corpus encoders settle in a few, unrelated ones climb for long.
  std::vector<double> scores;
  for (int i = 0; i < kMostSteps; ++i) {
    w = soft_steps(full.x, full.y, std::move(w), {{0.03f}, kStepRows, 0}, random, threads);
    scores.push_back(pair_free_score(full.x, full.y, w, 2000, threads));
    step(0.1 + 0.8 * (i + 1) / kMostSteps);
    if (i >= kFewestSteps && scores.back() - scores[scores.size() - 4] < 0.004 * scores.back()) break;
  }
  // The last coupling is made in the whitened view, of all rows (up to 20,000 a side: more rows, more cosine); its map is
  // fitted in the space itself, where cosines are meant. Ridge and power: docs/research/hard-pairs.md.
  const Matrix cross = coupled_cross(full, w, source.centred.rows, target.centred.rows, kAllRows, 0.02f, threads);
  return shrunk_map(source.principal, cross, 0.003, 0.25);
}

double map_agreement(MatrixView rows, MatrixView map_a, MatrixView map_b, int threads) {
  const Matrix a = project(rows, map_a, threads), b = project(rows, map_b, threads);
  double sum = 0;
  for (Index i = 0; i < a.rows(); ++i)
    for (Index c = 0; c < a.cols(); ++c) sum += static_cast<double>(a(i, c)) * b(i, c);
  return sum / static_cast<double>(std::max<Index>(1, a.rows()));
}

}  // namespace vec2vec
