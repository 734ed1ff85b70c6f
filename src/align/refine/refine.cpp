// SPDX-License-Identifier: Apache-2.0
#include "align/refine/refine.h"

#include <algorithm>
#include <vector>

#include "align/refine/settle.h"
#include "align/several.h"
#include "core/matrix/gemm.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"
#include "linear/shrunk_map.h"

namespace vec2vec {
namespace {

constexpr double kPower = 0.25;  // whitening of the full space: the first line of docs/research/hard-pairs.md
/// Factors of refine_temperature: small steps are warmer, last couplings colder, and few steps end colder still
/// (docs/research/hard-pairs.md, colder steps when the start is weak, and the last coupling).
constexpr float kWarmSteps = 1.3f, kThoroughEnd = 0.8f, kEasyEnd = 0.67f;
constexpr double kSmallPart = 0.4, kLargePart = 0.8;  // of a side, at most (the log, steps on all rows)

/// The pairs that the map of the view confirms. A wrong one would distort the last fit.
Pairs confirmed(const Pairs& pairs, const ViewPair& view, MatrixView map) {
  const PairTerm in = in_view(pairs, view);
  const Matrix translated = project(in.x, map, 1);
  std::vector<Index> numbers;
  for (Index i = 0; i < pairs.count(); ++i)
    if (pair_trust(translated.row(i), in.y.row(i), translated.cols()) > 0.5f) numbers.push_back(i);
  return select(pairs, numbers);
}

}  // namespace

Refined refine(const Side& source, const Side& target, const Pairs& pairs, const Pairs& held_out, const ViewPair& view,
               Matrix map, const std::vector<Index>& blocks, bool thorough, const EffortPlan& plan, std::uint64_t seed,
               int threads, const std::function<void(double)>& step, PairFit& fit) {
  const Index fewer = std::min(source.centred.rows.rows(), target.centred.rows.rows());
  const float temperature = refine_temperature(fewer);
  Random random(seed, Stream::kRefine);
  const Index dims = full_dims(fewer, std::min({plan.dims, source.centred.rows.cols(), target.centred.rows.cols()}));
  const ViewPair full =
      view_pair(source.centred.rows, source.principal, target.centred.rows, target.principal, dims, kPower, threads);
  const PairTerm known = in_view(pairs, full);
  Matrix w = polar_factor(coupled_cross(view, map, {full.x, full.y}, {plan.small_rows, 0.05f, threads}));
  step(0.1);
  // Fresh subsets of rows keep the map from confirming its own mistakes: many small steps before few large ones end higher than
  // large ones alone, and steps on all rows end lowest.
  int done = 0;
  const int small_steps = thorough ? plan.thorough_small * small_steps_factor(fewer) : plan.easy_small,
            large_steps = thorough ? plan.thorough_large : plan.easy_large;
  auto soft_step = [&](Index most, double part, float t) {
    const auto rows = [&](const Matrix& side) {
      return std::min(most, static_cast<Index>(part * static_cast<double>(side.rows())));
    };
    w = soft_steps(full.x, full.y, std::move(w), {{t}, rows(full.x), rows(full.y), 0, &known}, random, threads);
    step(0.1 + 0.7 * ++done / (small_steps + large_steps));
  };
  for (int i = 0; i < small_steps; ++i) soft_step(plan.small_rows, kSmallPart, kWarmSteps * temperature);
  for (int i = 0; i < large_steps; ++i) soft_step(plan.large_rows, kLargePart, temperature);
  const Pairs trusted = confirmed(pairs, full, w);
  const SettleOptions settling = {thorough ? plan.settling * settling_factor(fewer) : 1, plan.last_rows,
                                  (thorough ? kThoroughEnd : kEasyEnd) * temperature, seed, threads};
  const Matrix cross = settle(source, target, trusted, full, w, fit, settling);
  const SoftCross soft = {cross, std::min(plan.last_rows, full.x.rows())};
  step(0.95);
  auto mean_of = [&](const Pairs& known_pairs) { return mean_cross(soft, known_pairs, threads); };
  auto last_map = [&](MatrixView mean) { return shrunk_map(source.principal, mean, fit.ridge, fit.power); };
  score_held_out(held_out, held_out.count() > 0 ? last_map(mean_of(trusted)) : Matrix(), target.centred.rows, threads, fit);
  const Pairs all = join(trusted, confirmed(held_out, full, w));
  fit.dropped = pairs.count() + held_out.count() - all.count();
  const Matrix mean = mean_of(all);
  Refined refined{last_map(mean), {}};
  for (const Matrix& block : split_columns(mean, blocks)) refined.blocks.push_back(last_map(block));
  return refined;
}

}  // namespace vec2vec
