// SPDX-License-Identifier: Apache-2.0
#include "align/evidence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "align/calibration.h"
#include "align/effort.h"
#include "align/pairs/pairs.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "kernels/nearest_candidate.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"
#include "linear/shrunk_map.h"
#include "space/sample.h"

namespace vec2vec {

double score_margin(const ViewPair& view, double score, std::uint64_t seed, int threads) {
  constexpr Index kClimbs = 2;
  // Of null scores: 0.001-0.0034 over all pairs and sizes of bench/verdict/runs.py; an estimate from two climbs varies more.
  constexpr double kDeviation = 0.002;
  Climber nulls[kClimbs];
  parallel_for(kClimbs, threads, [&](Index i) {
    Random random(seed, Stream::kNullClimb, static_cast<std::uint64_t>(i));
    Matrix start(view.x.cols(), view.y.cols());
    for (Index e = 0; e < start.rows() * start.cols(); ++e) start.data()[e] = static_cast<float>(random.normal());
    nulls[i].map = polar_factor(start);
    climb(view, {}, anneal({0.1f, 0.05f}, 15), random, nulls[i]);
  });
  double mean = 0;
  for (const Climber& c : nulls) mean += c.score / kClimbs;
  return (score - mean) / kDeviation;
}

void judge_map(MatrixView source, const Spectrum& source_principal, MatrixView target, MatrixView map, double ridge,
               int threads, Evidence& evidence) {
  constexpr Index kRows = 2000;
  const SpreadRows x(source, 2 * kRows), y(target, 2 * kRows), probe(source, kRows), among(target, kRows);
  const Matrix moved = project(probe, map, threads);
  const std::vector<Index> there = nearest_of(moved, among, threads).index, back = nearest_of(among, moved, threads).index;
  Index mutual = 0;
  for (std::size_t i = 0; i < there.size(); ++i) mutual += back[static_cast<std::size_t>(there[i])] == static_cast<Index>(i);
  evidence.mutual_neighbours = static_cast<double>(mutual) / static_cast<double>(there.size());

  const float temperature = refine_temperature(std::min(source.rows, target.rows));
  std::vector<Index> found[2];
  for (Index first : {Index{0}, Index{1}}) {
    const auto half = [first](MatrixView rows) { return gather(rows, every(rows.rows, 2, first, true)); };
    const Matrix xs = half(x), ys = half(y);
    const Matrix cross = cross_product(xs, soft_match(project(xs, map, threads), ys, ys, {temperature, 2, threads}), threads);
    const Matrix of_half = shrunk_map(source_principal, mean_cross({cross, xs.rows()}, {}, threads), ridge, 0.25);
    found[first] = nearest_of(project(probe, of_half, threads), among, threads).index;
  }
  Index same = 0;
  for (std::size_t i = 0; i < found[0].size(); ++i) same += found[0][i] == found[1][i];
  evidence.half_agreement = static_cast<double>(same) / static_cast<double>(found[0].size());
}

double success_probability(const Evidence& e) {
  const double z = kIntercept + kAgreement * std::log(std::max(kLeastAgreement, e.agreement)) +
                   kMargin * std::log1p(std::max(0.0, e.score_margin)) + kHalves * std::min(kMostHalves, e.half_agreement) +
                   kSearches * std::log(e.searches_needed);
  return 1 / (1 + std::exp(-z));
}

}  // namespace vec2vec
