// SPDX-License-Identifier: Apache-2.0
#include "align/refine/settle.h"

#include <algorithm>
#include <vector>

#include "align/effort.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "kernels/soft_match.h"
#include "linear/shrunk_map.h"
#include "space/sample.h"
#include "space/unit.h"

namespace vec2vec {
namespace {

// Chosen in docs/research/many-known.md, "The last map settles".
constexpr Index kFolds = 5;                          // of the cross-fitting: 10 are no better
constexpr Index kFreshRows = 10000;                  // of the target, drawn for each coupling but the first and the last
constexpr float kCoolest = 0.03f, kWarmest = 0.04f;  // temperatures between couplings
constexpr double kViewPower = 0.25;                  // whitening of the target's view between couplings
/// Directions of that view: of 96, 150 and 250, 150 were best at 1,000 rows; 200 were best at 20,000.
constexpr Index kFewestDims = 150, kMostDims = 200, kRowsOfMostDims = 5000;

/// Rows (n, v) translated by maps of their folds (d, v) each, of norm 1.
Matrix translate_folds(MatrixView x, const std::vector<Matrix>& maps, int threads) {
  Matrix moved(x.rows, maps[0].cols());
  for (Index f = 0; f < kFolds; ++f) {
    const std::vector<Index> numbers = every(x.rows, kFolds, f, true);
    const Matrix part = project(gather(x, numbers), maps[static_cast<std::size_t>(f)], threads);
    for (Index i = 0; i < part.rows(); ++i)
      std::copy_n(part.row(i), part.cols(), moved.row(numbers[static_cast<std::size_t>(i)]));
  }
  return moved;
}

/// The map for each fold of x (n, d), fitted to the soft counterparts (n, v) of all other folds and to the pairs.
std::vector<Matrix> fit_folds(const Spectrum& source, MatrixView x, MatrixView counterparts, const Pairs& pairs,
                              const PairFit& fit, int threads) {
  std::vector<Matrix> maps(static_cast<std::size_t>(kFolds));
  parallel_for(kFolds, threads, [&](Index f) {
    const std::vector<Index> others = every(x.rows, kFolds, f, false);
    const Matrix cross = cross_product(gather(x, others), gather(counterparts, others), 1);
    maps[static_cast<std::size_t>(f)] =
        shrunk_map(source, mean_cross({cross, static_cast<Index>(others.size())}, pairs, 1), fit.ridge, fit.power);
  });
  return maps;
}

/// The soft counterparts P y (how.rows, q) of the source's rows, P being the coupling between match.x map and match.y.
Matrix coupled(const ViewPair& match, MatrixView map, MatrixView y, const Coupling& how) {
  return soft_match(project(SpreadRows(match.x, how.rows), map, how.threads), SpreadRows(match.y, how.rows),
                    SpreadRows(y, how.rows), {how.temperature, 2, how.threads});
}

Index settle_dims(Index fewer_rows) { return fewer_rows < kRowsOfMostDims ? kFewestDims : kMostDims; }

}  // namespace

double settle_work(Index source_rows, Index target_rows) {
  return coupling_work(source_rows, std::min(target_rows, kFreshRows), settle_dims(std::min(source_rows, target_rows)));
}

Matrix coupled_cross(const ViewPair& match, MatrixView map, const FitRows& fit, const Coupling& how) {
  return cross_product(SpreadRows(fit.x, how.rows), coupled(match, map, fit.y, how), how.threads);
}

Matrix settle(const Side& source, const Side& target, const Pairs& pairs, const ViewPair& first, MatrixView map,
              const PairFit& fit, const SettleOptions& options, const std::function<void()>& step) {
  const int threads = options.threads;
  const Coupling coupling = {options.most_rows, options.temperature, threads};
  if (options.couplings < 2) {
    Matrix cross = coupled_cross(first, map, {source.centred.rows, target.centred.rows}, coupling);
    step();
    return cross;
  }
  const SpreadRows x(source.centred.rows, options.most_rows), y(target.centred.rows, options.most_rows);
  const MatrixView xs = x, ys = y;
  const Matrix view = view_of(target.principal, std::min(settle_dims(std::min(xs.rows, ys.rows)), ys.cols), kViewPower);
  const Matrix inside = product(ys, view);
  const Pairs pairs_inside = {pairs.x, pairs.count() > 0 ? product(pairs.y, view) : Matrix()};
  Matrix unit = inside;
  normalise_rows(unit.span());
  const float temperature = std::clamp(options.temperature, kCoolest, kWarmest);
  Matrix counterparts = coupled(first, map, inside, coupling);
  step();
  const auto couple_again = [&](MatrixView among, MatrixView carried) {
    const std::vector<Matrix> maps = fit_folds(source.principal, xs, counterparts, pairs_inside, fit, threads);
    counterparts = soft_match(translate_folds(xs, maps, threads), among, carried, {temperature, 2, threads});
    step();
  };
  for (int i = 1; i + 1 < options.couplings; ++i) {
    Random random(options.seed, Stream::kSettle, static_cast<std::uint64_t>(i));
    const std::vector<Index> fresh = random.sample(ys.rows, std::min(ys.rows, kFreshRows));
    couple_again(gather(unit, fresh), gather(inside, fresh));
  }
  couple_again(unit, ys);
  return cross_product(xs, counterparts, threads);
}

}  // namespace vec2vec
