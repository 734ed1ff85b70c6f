// SPDX-License-Identifier: Apache-2.0
#include "align/search/climb.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"
#include "match/tabu.h"
#include "space/kmeans.h"
#include "space/sample.h"

namespace vec2vec {
namespace {

/// Most rows that the anchors of a run are made of (never more than two thirds, so that runs differ); Lloyd steps of k-means.
/// Round numbers, not tuned.
constexpr Index kAnchorRows = 12000;
constexpr int kLloydSteps = 10;
/// The cosine at which a pair is trusted by half, and the width of the rise of that trust (docs/research/hard-pairs.md,
/// weight of a known pair).
constexpr float kHalfTrust = 0.15f, kTrustWidth = 0.05f;
/// Fewest and most rows of a side in a step (docs/research/hard-pairs.md, fewer rows a step).
constexpr Index kFewestStepRows = 200, kMostStepRows = 1000;
/// SoftSteps::keep of a climb (docs/research/hard-pairs.md, overshooting by 2, 3 and 5 times). The second keeps this part of
/// the running mean of the last steps, which is over some 7 of them; a round number, not tuned.
constexpr float kOvershoot = -2, kMeanKeep = 0.85f;
/// Temperature of the last coupling of a climb and of its score (docs/research/hard-pairs.md, reheating). Rows of the score:
/// not tuned; as many as evidence.cpp looks at.
constexpr float kTemperature = 0.05f;
constexpr Index kScoreRows = 2000;

double frobenius(MatrixView m) {
  double sum = 0;
  for (Index i = 0; i < m.rows; ++i)
    for (Index j = 0; j < m.cols; ++j) sum += static_cast<double>(m.row(i)[j]) * m.row(i)[j];
  return std::sqrt(sum);
}

void scale(Matrix& m, double factor) {
  for (Index i = 0; i < m.rows() * m.cols(); ++i) m.data()[i] = static_cast<float>(m.data()[i] * factor);
}

/// Gram matrix (k, k) of anchors, of unit Frobenius norm.
Matrix unit_gram(MatrixView anchors) {
  Matrix gram(anchors.rows, anchors.rows);
  gemm(anchors, false, anchors, true, gram.span());
  scale(gram, 1 / std::max(frobenius(gram), 1e-30));
  return gram;
}

}  // namespace

ViewPair view_pair(MatrixView source, const Spectrum& source_spectrum, MatrixView target, const Spectrum& target_spectrum,
                   Index dims, double power, int threads) {
  ViewPair view;
  dims = std::min({dims, source.cols, target.cols});
  view.a = view_of(source_spectrum, dims, power);
  view.b = view_of(target_spectrum, dims, power);
  view.b_inverse = Matrix(dims, target.cols);
  for (Index j = 0; j < dims; ++j) {
    double square = 0;
    for (Index i = 0; i < target.cols; ++i) square += static_cast<double>(view.b(i, j)) * view.b(i, j);
    for (Index i = 0; i < target.cols; ++i) view.b_inverse(j, i) = static_cast<float>(view.b(i, j) / square);
  }
  view.x = project(source, view.a, threads);
  view.y = project(target, view.b, threads);
  return view;
}

std::vector<AnchorMatch> match_anchors(const ViewPair& view, const AnchorOptions& options, std::uint64_t seed,
                                       std::uint64_t search, int threads) {
  std::vector<AnchorMatch> matches(static_cast<std::size_t>(options.runs));
  parallel_for(options.runs, threads, [&](Index run) {
    Random random(seed, Stream::kAnchors, search, static_cast<std::uint64_t>(run));
    auto anchors = [&](MatrixView rows) {
      const Index count = std::min(kAnchorRows, rows.rows * 2 / 3);
      return kmeans_anchors(gather(rows, random.sample(rows.rows, count)), options.anchors, kLloydSteps, random);
    };
    const Matrix a = anchors(view.x), b = anchors(view.y);
    const Assignment assignment = tabu_search(unit_gram(a), unit_gram(b), options.tabu_iterations, options.tabu_starts, random);
    const Matrix matched = gather(b, std::vector<Index>(assignment.target.begin(), assignment.target.end()));
    AnchorMatch match{Matrix(a.cols(), b.cols()), assignment.objective};
    gemm(a, true, matched, false, match.cross.span());
    scale(match.cross, 1 / std::max(frobenius(match.cross), 1e-30));
    matches[static_cast<std::size_t>(run)] = std::move(match);
  });
  return matches;
}

std::vector<Start> consensus(std::span<const AnchorMatch> matches) {
  const double n = static_cast<double>(matches.size());
  double mean = 0, variance = 0;
  std::vector<double> sorted;
  for (const auto& m : matches) {
    mean += m.objective / n;
    sorted.push_back(m.objective);
  }
  for (const auto& m : matches) variance += (m.objective - mean) * (m.objective - mean) / n;
  std::sort(sorted.begin(), sorted.end());
  const double median = sorted[sorted.size() / 2], deviation = std::max(std::sqrt(variance), 1e-12);

  std::vector<Start> starts;
  auto add = [&](const char* name, auto weight) {
    Matrix sum(matches[0].cross.rows(), matches[0].cross.cols());
    for (const auto& m : matches) {
      const auto w = static_cast<float>(weight(m.objective));
      for (Index i = 0; i < sum.rows() * sum.cols(); ++i) sum.data()[i] += w * m.cross.data()[i];
    }
    starts.push_back({name, polar_factor(sum)});
  };
  add("softmax", [&](double f) { return std::exp((f - mean) / deviation); });
  add("upper half", [&](double f) { return f >= median ? 1.0 : 0.0; });
  return starts;
}

float pair_trust(const float* translated, const float* y, Index v) {
  float cosine = 0;
  for (Index c = 0; c < v; ++c) cosine += translated[c] * y[c];
  return 1 / (1 + std::exp((kHalfTrust - cosine) / kTrustWidth));
}

void add_pairs(const PairTerm& pairs, MatrixView map, Index soft_rows, MatrixSpan cross) {
  if (pairs.x.rows() == 0) return;
  const float weight = kPairWeight * static_cast<float>(soft_rows);
  Matrix weighted = project(pairs.x, map, 1);
  for (Index i = 0; i < weighted.rows(); ++i) {
    const float trust = weight * pair_trust(weighted.row(i), pairs.y.row(i), weighted.cols());
    for (Index c = 0; c < weighted.cols(); ++c) weighted(i, c) = trust * pairs.x(i, c);
  }
  gemm(weighted, true, pairs.y, false, cross, 1, 1);
}

Matrix soft_steps(MatrixView x, MatrixView y, Matrix map, const SoftSteps& steps, Random& random, int threads) {
  for (float temperature : steps.temperatures) {
    const Matrix xs = gather(x, random.sample(x.rows, steps.source_rows)),
                 ys = gather(y, random.sample(y.rows, steps.target_rows));
    const Matrix counterparts = soft_match(project(xs, map, threads), ys, ys, {temperature, 2, threads});
    Matrix cross = cross_product(xs, counterparts, threads);
    if (steps.pairs) add_pairs(*steps.pairs, map, xs.rows(), cross.span());
    Matrix next = polar_factor(cross);
    if (steps.keep != 0) {
      for (Index i = 0; i < next.rows() * next.cols(); ++i)
        next.data()[i] = steps.keep * map.data()[i] + (1 - steps.keep) * next.data()[i];
      next = polar_factor(next);
    }
    map = std::move(next);
  }
  return map;
}

double pair_free_score(MatrixView x, MatrixView y, MatrixView map, Index rows, int threads) {
  // The rows are always the same, so that scores of two maps differ by the maps alone.
  const SpreadRows ys(y, rows);
  const Matrix moved = project(SpreadRows(x, rows), map, threads);
  return soft_score(moved, soft_match(moved, ys, ys, {kTemperature, 4, threads}));
}

std::vector<float> anneal(std::initializer_list<float> levels, int each) {
  std::vector<float> values;
  for (float level : levels) values.insert(values.end(), static_cast<std::size_t>(each), level);
  return values;
}

void climb(const ViewPair& view, const PairTerm& pairs, const std::vector<float>& temperatures, Random random, Climber& climber,
           int mean_of) {
  // Fresh rows in each step are noise that leads out of local optima, so a step never takes most of them. A small side needs
  // many rows of the larger one: with 200 a side even the true map is lost (docs/research/many-known.md).
  const auto third = [](const Matrix& side) { return std::clamp(side.rows() / 3, kFewestStepRows, kMostStepRows); };
  const Index source_rows = third(view.x), target_rows = third(view.y);
  climber.map = soft_steps(view.x, view.y, std::move(climber.map), {temperatures, source_rows, target_rows, kOvershoot, &pairs},
                           random, 1);
  climber.mean = soft_steps(view.x, view.y, climber.map,
                            {anneal({kTemperature}, mean_of), source_rows, target_rows, kMeanKeep, &pairs}, random, 1);
  climber.score = pair_free_score(view.x, view.y, climber.mean, kScoreRows, 1);
}

}  // namespace vec2vec
