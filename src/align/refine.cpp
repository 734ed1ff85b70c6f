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

/// Rows of the two sides in two coordinate systems: a coupling is made in one, a map fitted in the other.
struct Rows {
  MatrixView x, y;
};

/// fit.x^T P fit.y for the coupling P made between match.x map and match.y, on at most `rows` rows a side.
Matrix coupled_cross(const Rows& match, MatrixView map, const Rows& fit, Index rows, float temperature, int threads) {
  const SoftMatch found = soft_match(project(SpreadRows(match.x, rows), map, threads), SpreadRows(match.y, rows),
                                     SpreadRows(fit.y, rows), {temperature, 2, threads});
  return cross_product(SpreadRows(fit.x, rows), found.targets, threads);
}

/// The pairs that the map of the view confirms: a wrong one would pull on the last fit.
Pairs confirmed(const Pairs& pairs, const ViewPair& view, MatrixView map) {
  const PairTerm in = in_view(pairs, view);
  const Matrix translated = project(in.x, map, 1);
  std::vector<Index> numbers;
  for (Index i = 0; i < pairs.count(); ++i)
    if (pair_trust(translated.row(i), in.y.row(i), translated.cols()) > 0.5f) numbers.push_back(i);
  return select(pairs, numbers);
}

}  // namespace

Matrix refine(const Side& source, const Side& target, const Pairs& pairs, const Pairs& held_out, const ViewPair& view,
              Matrix map, bool thorough, const EffortPlan& plan, std::uint64_t seed, int threads,
              const std::function<void(double)>& step, PairFit& fit) {
  constexpr double kPower = 0.25;
  const Index fewer = std::min(source.centred.rows.rows(), target.centred.rows.rows());
  const float temperature = refine_temperature(fewer);
  Random random(seed, Stream::kRefine);
  const Index dims = full_dims(fewer, std::min({plan.dims, source.centred.rows.cols(), target.centred.rows.cols()}));
  const ViewPair full =
      view_pair(source.centred.rows, source.principal, target.centred.rows, target.principal, dims, kPower, threads);
  const PairTerm known = in_view(pairs, full);
  Matrix w = polar_factor(coupled_cross({view.x, view.y}, map, {full.x, full.y}, plan.small_rows, 0.05f, threads));
  step(0.1);
  // Fresh subsets of rows keep the map from confirming its own mistakes: many small steps before few large ones end higher than
  // large ones alone, and steps on all rows end lowest.
  int done = 0;
  const int small_steps = thorough ? plan.thorough_small * small_steps_factor(fewer) : plan.easy_small,
            large_steps = thorough ? plan.thorough_large : plan.easy_large;
  auto soft_step = [&](Index rows, float t) {
    w = soft_steps(full.x, full.y, std::move(w), {{t}, rows, 0, &known}, random, threads);
    step(0.1 + 0.8 * ++done / (small_steps + large_steps));
  };
  for (int i = 0; i < small_steps; ++i) soft_step(std::min(plan.small_rows, fewer * 2 / 5), 1.3f * temperature);
  for (int i = 0; i < large_steps; ++i) soft_step(std::min(plan.large_rows, fewer * 4 / 5), temperature);
  // The last coupling is made in the whitened view, of all rows (up to 20,000 a side: more rows, more cosine); its map is
  // fitted in the space itself, where cosines are meant. Ridge and power: docs/research/hard-pairs.md.
  const Matrix cross = coupled_cross({full.x, full.y}, w, {source.centred.rows, target.centred.rows}, plan.last_rows,
                                     (thorough ? 0.8f : 0.67f) * temperature, threads);
  const SoftCross soft = {cross, std::min(plan.last_rows, full.x.rows())};
  const Pairs trusted = confirmed(pairs, full, w);
  auto last_map = [&](const Pairs& known_pairs) {
    return shrunk_map(source.principal, mean_cross(soft, known_pairs, threads), fit.ridge, fit.power);
  };
  score_held_out(held_out, held_out.count() > 0 ? last_map(trusted) : Matrix(), target.centred.rows, threads, fit);
  const Pairs all = join(trusted, confirmed(held_out, full, w));
  fit.dropped = pairs.count() + held_out.count() - all.count();
  return last_map(all);
}

}  // namespace vec2vec
