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

/// What a refinement does, one after the other.
struct Steps {
  int small = 0, large = 0, couplings = 1;
  Index last_rows = 0;                                                           // a side, of a coupling
  Index small_source = 0, small_target = 0, large_source = 0, large_target = 0;  // rows of a step
  double small_work = 0, large_work = 0, coupling_work = 0;                      // each

  double work() const { return small * small_work + large * large_work + couplings * coupling_work; }
};

Steps steps_of(Index source_rows, Index target_rows, bool thorough, const EffortPlan& plan) {
  const Index fewer = std::min(source_rows, target_rows), dims = full_dims(fewer, plan.dims);
  const auto part = [](Index most, double share, Index rows) {
    return std::min(most, static_cast<Index>(share * static_cast<double>(rows)));
  };
  Steps steps;
  steps.small = thorough ? plan.thorough_small * small_steps_factor(fewer) : plan.easy_small;
  steps.large = thorough ? plan.thorough_large : plan.easy_large;
  steps.couplings = thorough ? plan.settling * settling_factor(fewer) : 1;
  steps.small_source = part(plan.small_rows, kSmallPart, source_rows);
  steps.small_target = part(plan.small_rows, kSmallPart, target_rows);
  steps.large_source = part(plan.large_rows, kLargePart, source_rows);
  steps.large_target = part(plan.large_rows, kLargePart, target_rows);
  steps.small_work = coupling_work(steps.small_source, steps.small_target, dims);
  steps.large_work = coupling_work(steps.large_source, steps.large_target, dims);
  steps.last_rows = thorough ? plan.last_rows : std::min(plan.last_rows, kEasyLastRows);
  steps.coupling_work = settle_work(std::min(source_rows, steps.last_rows), std::min(target_rows, steps.last_rows));
  return steps;
}

}  // namespace

double refine_work(Index source_rows, Index target_rows, bool thorough, const EffortPlan& plan) {
  return steps_of(source_rows, target_rows, thorough, plan).work();
}

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
  // Fresh subsets of rows keep the map from confirming its own mistakes: many small steps before few large ones end higher than
  // large ones alone, and steps on all rows end lowest.
  const Steps steps = steps_of(source.centred.rows.rows(), target.centred.rows.rows(), thorough, plan);
  Work work = {0, steps.work()};
  step(0);
  const auto soft_step = [&](Index source_rows, Index target_rows, float t, double done) {
    w = soft_steps(full.x, full.y, std::move(w), {{t}, source_rows, target_rows, 0, &known}, random, threads);
    work.finish(done);
    step(work.part());
  };
  for (int i = 0; i < steps.small; ++i)
    soft_step(steps.small_source, steps.small_target, kWarmSteps * temperature, steps.small_work);
  for (int i = 0; i < steps.large; ++i) soft_step(steps.large_source, steps.large_target, temperature, steps.large_work);
  const Pairs trusted = confirmed(pairs, full, w);
  const SettleOptions settling = {steps.couplings, steps.last_rows, (thorough ? kThoroughEnd : kEasyEnd) * temperature, seed,
                                  threads};
  const Matrix cross = settle(source, target, trusted, full, w, fit, settling, [&] {
    work.finish(steps.coupling_work);
    step(work.part());
  });
  const SoftCross soft = {cross, std::min(steps.last_rows, full.x.rows())};
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
