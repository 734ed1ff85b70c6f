// SPDX-License-Identifier: Apache-2.0
#include "align/pairs/pairs.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "linear/polar.h"
#include "linear/shrunk_map.h"
#include "space/sample.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Known pairs from which on the kind of their map is cross-validated, the folds, the most pairs of a fold that are scored, and
/// the candidates they are ranked among (docs/research/hard-pairs.md, ridge and power chosen by cross-validation).
constexpr Index kFewestForValidation = 50, kFolds = 5, kLargestFold = 1000, kCandidates = 4096;

Matrix map_of(const Spectrum& source, MatrixView cross, const PairFit& fit) {
  return fit.procrustes ? polar_factor(cross) : shrunk_map(source, cross, fit.ridge, fit.power);
}

struct HeldOutScore {
  double top1 = 0, cosine = 0;  // sums
};

/// Scores translated rows (n, d) against their true rows (n, d) among the candidates (k, d), all of unit norm. The true row may
/// be among the candidates.
HeldOutScore score(MatrixView translated, MatrixView truth, MatrixView candidates, int threads) {
  constexpr Index kBlock = 128;
  const Index n = truth.rows, blocks = (n + kBlock - 1) / kBlock;
  std::vector<HeldOutScore> parts(static_cast<std::size_t>(blocks));
  parallel_for(blocks, threads, [&](Index b) {
    const Index begin = b * kBlock, count = std::min(kBlock, n - begin);
    HeldOutScore& part = parts[static_cast<std::size_t>(b)];
    Matrix cosines(count, candidates.rows);
    gemm(translated.middle_rows(begin, count), false, candidates, true, cosines.span());
    for (Index i = 0; i < count; ++i) {
      float own = 0;
      for (Index c = 0; c < truth.cols; ++c) own += translated.row(begin + i)[c] * truth.row(begin + i)[c];
      part.cosine += own;
      const float* row = cosines.row(i);
      part.top1 += *std::max_element(row, row + candidates.rows) <= own + 1e-5f;
    }
  });
  HeldOutScore sum;
  for (const HeldOutScore& part : parts) {
    sum.top1 += part.top1;
    sum.cosine += part.cosine;
  }
  return sum;
}

/// 95 % interval of a proportion (Wilson 1927).
void add_wilson_interval(PairFit& fit) {
  const double n = static_cast<double>(fit.pairs), z = 1.96, centre = (fit.top1 + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(fit.top1 * (1 - fit.top1) / n + z * z / (4 * n * n));
  fit.top1_low = std::max(0.0, centre - half);
  fit.top1_high = std::min(1.0, centre + half);
}

}  // namespace

void check_pairs(const AlignProblem& problem) {
  for (std::size_t i = 0; i < problem.pairs.size(); ++i) {
    const RowPair& pair = problem.pairs[i];
    if (pair.source < 0 || pair.source >= problem.source.rows || pair.target < 0 || pair.target >= problem.target.rows)
      bad_input("pair " + std::to_string(i) + " names rows " + std::to_string(pair.source) + " and " +
                    std::to_string(pair.target) + " of " + std::to_string(problem.source.rows) + " and " +
                    std::to_string(problem.target.rows),
                "pairs", "rows are counted from 0");
  }
}

Pairs gather_pairs(const std::vector<RowPair>& pairs, MatrixView source, MatrixView target) {
  std::vector<Index> source_rows, target_rows;
  for (const RowPair& pair : pairs) {
    source_rows.push_back(pair.source);
    target_rows.push_back(pair.target);
  }
  return {gather(source, source_rows), gather(target, target_rows)};
}

std::vector<Index> every(Index count, Index step, Index first, bool inside) {
  std::vector<Index> numbers;
  for (Index i = 0; i < count; ++i)
    if ((i % step == first) == inside) numbers.push_back(i);
  return numbers;
}

Pairs select(const Pairs& pairs, const std::vector<Index>& numbers) {
  return {gather(pairs.x, numbers), gather(pairs.y, numbers)};
}

Pairs join(const Pairs& a, const Pairs& b) {
  auto stack = [](const Matrix& top, const Matrix& bottom) {
    Matrix out(top.rows() + bottom.rows(), top.cols());
    std::copy_n(bottom.data(), bottom.rows() * bottom.cols(), std::copy_n(top.data(), top.rows() * top.cols(), out.data()));
    return out;
  };
  return {stack(a.x, b.x), stack(a.y, b.y)};
}

PairTerm in_view(const Pairs& pairs, const ViewPair& view) {
  return {project(pairs.x, view.a, 1), project(pairs.y, view.b, 1)};
}

Matrix mean_cross(const SoftCross& soft, const Pairs& pairs, int threads) {
  const float weight = soft.rows > 0 ? kPairWeight * static_cast<float>(soft.rows) : 1.0f;
  const float total = weight * static_cast<float>(pairs.count()) + static_cast<float>(soft.rows);
  Matrix cross = pairs.count() > 0 ? cross_product(pairs.x, pairs.y, threads) : Matrix(soft.sum.rows, soft.sum.cols);
  for (Index i = 0; i < cross.rows(); ++i)
    for (Index j = 0; j < cross.cols(); ++j)
      cross(i, j) = (weight * cross(i, j) + (soft.rows > 0 ? soft.sum.row(i)[j] : 0.0f)) / total;
  return cross;
}

void score_held_out(const Pairs& held_out, MatrixView map, MatrixView target, int threads, PairFit& fit) {
  if (held_out.count() == 0) return;
  const HeldOutScore sum = score(project(held_out.x, map, threads), held_out.y, SpreadRows(target, kCandidates), threads);
  fit.pairs = held_out.count();
  fit.pool = std::min(kCandidates, target.rows);
  fit.top1 = sum.top1 / static_cast<double>(fit.pairs);
  fit.cosine = sum.cosine / static_cast<double>(fit.pairs);
  add_wilson_interval(fit);
}

Matrix fit_pairs(const Spectrum& source, const Pairs& pairs, MatrixView target, const AlignOptions& options, PairFit& fit) {
  const int threads = options.threads;
  if (pairs.count() >= kFewestForValidation) {
    std::vector<PairFit> choices = {{.ridge = 0, .power = 0, .procrustes = true}};
    for (double ridge : {1e-4, 1e-3, 3e-3})
      for (double power : {0.0, 0.25, 0.5, 0.75, 1.0}) choices.push_back({.ridge = ridge, .power = power});
    Random random(options.seed, Stream::kPairFolds);
    const Pairs shuffled = select(pairs, random.sample(pairs.count(), pairs.count()));
    const SpreadRows candidates(target, kCandidates);
    for (Index fold = 0; fold < kFolds; ++fold) {
      std::vector<Index> inside = every(pairs.count(), kFolds, fold, true);
      inside.resize(std::min<std::size_t>(inside.size(), kLargestFold));
      const Pairs train = select(shuffled, every(pairs.count(), kFolds, fold, false)), held_out = select(shuffled, inside);
      const Matrix cross = mean_cross({}, train, threads);
      std::optional<ShrunkMaps> maps;  // of the ridge at hand
      for (PairFit& choice : choices) {
        if (!choice.procrustes && (!maps || maps->ridge() != choice.ridge)) maps.emplace(source, cross, choice.ridge);
        const Matrix map = choice.procrustes ? polar_factor(cross) : maps->of(choice.power);
        const HeldOutScore s = score(project(held_out.x, map, threads), held_out.y, candidates, threads);
        choice.top1 += s.top1;
        choice.cosine += s.cosine;
        choice.pairs += held_out.count();
      }
    }
    double best = 0;
    for (PairFit& choice : choices) {
      choice.top1 /= static_cast<double>(choice.pairs);
      choice.cosine /= static_cast<double>(choice.pairs);
      choice.pool = std::min(kCandidates, target.rows);
      best = std::max(best, choice.top1);
    }
    const double error = std::sqrt(best * (1 - best) / static_cast<double>(choices[0].pairs));
    fit = {};
    for (const PairFit& choice : choices)
      if ((options.by_cosine || choice.top1 >= best - error) && (fit.pairs == 0 || choice.cosine > fit.cosine)) fit = choice;
    add_wilson_interval(fit);
  }
  return map_of(source, mean_cross({}, pairs, threads), fit);
}

}  // namespace vec2vec
