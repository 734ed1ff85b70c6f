// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/align.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "align/calibration.h"
#include "align/evidence.h"
#include "align/parts.h"
#include "align/refine/refine.h"
#include "align/search/portfolio.h"
#include "align/several.h"
#include "align/summary.h"
#include "core/boundary.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "core/time.h"
#include "linear/polar.h"
#include "map/fingerprint.h"
#include "map/support.h"
#include "space/check_rows.h"
#include "space/distinct.h"
#include "space/spectral/gate.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

void check_rows(MatrixView rows, const std::string& name) {
  require_enough_rows(rows, name, "unpaired alignment needs at least 64 rows a side, and thousands to work well");
  if (rows.cols < 2) bad_input("vectors of dimension 1 cannot be aligned", name);
  require_finite_rows(rows, name);
  bool differs = false;
  for (Index i = 1; i < rows.rows && !differs; ++i) differs = !std::equal(rows.row(i), rows.row(i) + rows.cols, rows.row(0));
  if (!differs) bad_input("all rows are the same", name, "give vectors of different texts");
}

Map make_map(LeadingAxes leading, const CentredRows& centred_source, const CentredRows& centred_target, Matrix weight) {
  Map map;
  map.source_mean = centred_source.mean;
  map.target_mean = centred_target.mean;
  map.target_spread = static_cast<float>(centred_target.spread);
  map.weight = std::move(weight);
  map.source_axes = std::move(leading.axes);
  map.source_share = leading.share;
  return map;
}

/// A side behind the spectral gate.
struct GatedSide : Side {
  LeadingAxes leading;  ///< of the rows as they came
  Matrix dropped;       ///< (g, d), the directions that the gate took out
};
GatedSide prepare_gated(MatrixView rows, int threads) {
  GatedSide side{prepare_side(rows, threads), {}, {}};
  side.leading = leading_axes(side.centred.rows, side.principal);
  side.dropped = spectral_gate(side.centred.rows.span(), side.principal, threads);
  return side;
}

/// The pairs by the rows' numbers among the distinct rows.
std::vector<RowPair> place_pairs(std::vector<RowPair> pairs, const DistinctRows& source, const DistinctRows& target) {
  for (RowPair& pair : pairs) {
    if (!source.place.empty()) pair.source = source.place[static_cast<std::size_t>(pair.source)];
    if (!target.place.empty()) pair.target = target.place[static_cast<std::size_t>(pair.target)];
  }
  return pairs;
}

/// The verdict that the evidence allows; docs/how-it-works.md discusses the bounds.
Verdict judge(const AlignSummary& summary, bool pairs_alone) {
  if (pairs_alone) {  // without held-out pairs the interval is 0 to 1
    if (summary.pair_fit.top1_low >= 0.5) return Verdict::kAligned;
    return summary.pair_fit.top1_high >= 0.1 ? Verdict::kUncertain : Verdict::kNotAligned;
  }
  if (summary.evidence.probability >= kAligned) return Verdict::kAligned;
  return summary.evidence.probability >= kNotAligned ? Verdict::kUncertain : Verdict::kNotAligned;
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAligned:
      return "ALIGNED";
    case Verdict::kUncertain:
      return "UNCERTAIN";
    case Verdict::kNotAligned:
      return "NOT_ALIGNED";
  }
  return "";
}

Verdict verdict_of(const Map& map) try {
  const auto card = parse_json(map.card.empty() ? "{}" : map.card);
  for (const Verdict v : {Verdict::kAligned, Verdict::kNotAligned})
    if (card.value("verdict", "") == to_string(v)) return v;
  return Verdict::kUncertain;
} catch (...) {
  rethrow_as_error();
}

const char* to_string(Effort effort) {
  switch (effort) {
    case Effort::kLow:
      return "low";
    case Effort::kNormal:
      return "normal";
    case Effort::kHigh:
      return "high";
  }
  return "";
}

void AlignOptions::validate() const {
  const CheckOptions check("AlignOptions");
  check.threads(threads);
  check.seconds(time_budget, "time_budget");
}

namespace {

/// Both sides of a problem as the search takes them: each text once, unless pairs alone make the map, behind the spectral gate.
struct Sides {
  bool pairs_alone;  ///< so many pairs say more than the softly matched rest could add
  DistinctRows source_rows, target_rows;
  GatedSide source, target;
  Pairs pairs;
};

Sides prepare_sides(const AlignProblem& problem, int threads) {
  const bool pairs_alone = 2 * static_cast<Index>(problem.pairs.size()) >= std::min(problem.source.rows, problem.target.rows);
  const auto once = [&](MatrixView rows) { return pairs_alone ? DistinctRows{{}, rows, {}} : distinct_rows(rows); };
  DistinctRows source_rows = once(problem.source), target_rows = once(problem.target);
  if (!source_rows.place.empty()) check_rows(source_rows.rows, "distinct rows of the source");
  if (!target_rows.place.empty()) check_rows(target_rows.rows, "distinct rows of the target");
  // Eigenvectors take one thread, so both sides are made at once.
  GatedSide source, target;
  const int threads_a_side = std::max(1, thread_count(threads) / 2);
  parallel_for(2, threads, [&](Index s) {
    (s == 0 ? source : target) = prepare_gated((s == 0 ? source_rows : target_rows).rows, threads_a_side);
  });
  Pairs pairs = gather_pairs(place_pairs(problem.pairs, source_rows, target_rows), source.centred.rows, target.centred.rows);
  return {pairs_alone, std::move(source_rows), std::move(target_rows), std::move(source), std::move(target), std::move(pairs)};
}

using Step = std::function<void(const char* stage, double done)>;

/// Searches, refines and judges; the evidence goes into the summary.
Refined search_and_refine(const Sides& sides, const AlignOptions& options, const std::vector<Index>& blocks, const Step& step,
                          AlignSummary& summary) {
  const GatedSide &source = sides.source, &target = sides.target;
  const Index fewer = std::min(source.centred.rows.rows(), target.centred.rows.rows());
  summary.pair_fit.ridge = last_ridge(fewer);
  const ViewPair view = view_pair(source.centred.rows, source.principal, target.centred.rows, target.principal,
                                  view_dims(fewer), 0.5, options.threads);
  // A fifth of the pairs, when there are enough, is kept to tell how good the map is.
  const Index count = sides.pairs.count(), fold = count >= 50 ? 5 : count + 1;
  const Pairs known = select(sides.pairs, every(count, fold, fold - 1, false)),
              held_out = select(sides.pairs, every(count, fold, fold - 1, true));
  const auto refining = [&](bool thorough) {
    return refine_work(source.centred.rows.rows(), target.centred.rows.rows(), thorough, effort_plan(options.effort));
  };
  Work all;
  double shown = 0;  // when more searches are needed than were expected, the part done stands still
  const auto tell_part = [&](const char* stage) {
    shown = std::max(shown, all.part());
    step(stage, shown);
  };
  PortfolioResult found = run_portfolio(view, known, options, [&](const Work& work) {
    all = {work.done, work.left + refining(true)};
    tell_part("search");
  });
  all.done += std::max(0.0, all.left - refining(true));  // what followed the searches
  summary.evidence.agreement = found.agreement;
  summary.evidence.searches_needed = found.searches_needed;
  summary.evidence.score_margin = score_margin(view, found.pair_free_score, options.seed, options.threads);
  Refined fitted;
  const auto refine_and_judge = [&](bool thorough) {
    const Work before = {all.done, refining(thorough)};
    fitted = refine(
        source, target, known, held_out, view, found.map, blocks, thorough, effort_plan(options.effort), options.seed,
        options.threads,
        [&](double done) {
          all = before;
          all.finish(done * before.left);
          tell_part("refine");
        },
        summary.pair_fit);
    judge_map(source.centred.rows, source.principal, target.centred.rows, fitted.weight, summary.pair_fit.ridge,
              options.threads, summary.evidence);
  };
  const bool few_steps_may_do = found.easy && fewer >= kFewRows;
  if (few_steps_may_do) refine_and_judge(false);
  if (!few_steps_may_do || summary.evidence.half_agreement < precise_halves(fewer)) refine_and_judge(true);
  summary.evidence.probability = success_probability(summary.evidence);
  summary.pair_free_score = found.pair_free_score;
  summary.starts = std::move(found.starts);
  summary.stopped_because = found.stopped_because;
  return fitted;
}

/// What the map's file says of its origin.
std::string card_of(const AlignProblem& problem, const AlignOptions& options, const Sides& sides, const AlignSummary& summary) {
  const Index dropped_source = sides.source.dropped.rows(), dropped_target = sides.target.dropped.rows();
  const Index distinct_source = sides.source_rows.rows.rows, distinct_target = sides.target_rows.rows.rows;
  nlohmann::ordered_json card = {
      {"source", {{"name", problem.source_name}, {"dim", problem.source.cols}, {"rows", problem.source.rows}}},
      {"target", {{"name", problem.target_name}, {"dim", summary.map.target_dim()}, {"rows", problem.target.rows}}},
      {"method", summary.pairs == 0  ? "linear, unpaired"
                 : sides.pairs_alone ? "linear, paired"
                                     : "linear, some pairs"},
      {"normalisation", "centred unit rows"},
      {"seed", options.seed},
      {"effort", to_string(options.effort)},
      {"verdict", to_string(summary.verdict)},
      {"pair_free_score", summary.pair_free_score},
      {"evidence", evidence_report(summary.evidence)},
      {"starts", summary.starts.size()},
      {"stopped_because", summary.stopped_because}};
  if (dropped_source + dropped_target > 0)
    card["gate"] = {{"source_directions", dropped_source}, {"target_directions", dropped_target}};
  if (distinct_source < problem.source.rows || distinct_target < problem.target.rows)
    card["distinct_rows"] = {{"source", distinct_source}, {"target", distinct_target}};
  if (summary.pairs > 0) card["pairs"] = pair_report(summary.pair_fit, summary.pairs);
  return json_text(card);
}

/// Aligns all rows of a problem. several: what its target consists of when it is several known spaces.
AlignSummary align_rows(const AlignProblem& problem, const AlignOptions& options, const Several& several) {
  check_rows(problem.source, problem.source_name.empty() ? "source" : problem.source_name);
  check_rows(problem.target, problem.target_name.empty() ? "target" : problem.target_name);
  const auto begin = Clock::now();
  const Step step = [&](const char* stage, double done) {
    tell(options.progress, stage, done, "align", "nothing was written");
  };
  check_pairs(problem);
  step("prepare", 0);
  Sides sides = prepare_sides(problem, options.threads);
  GatedSide &source = sides.source, &target = sides.target;
  AlignSummary summary;
  summary.pairs = sides.pairs.count();
  const std::vector<Index> blocks = widths(several.targets);
  Refined fitted;
  if (sides.pairs_alone) {
    fitted.weight = fit_pairs(source.principal, sides.pairs, target.centred.rows, options, summary.pair_fit);
    fitted.blocks = split_columns(fitted.weight, blocks);
    summary.stopped_because = "the known pairs suffice";
  } else {
    fitted = search_and_refine(sides, options, blocks, step, summary);
  }
  if (source.dropped.rows() > 0) {
    fitted.weight = without_directions(source.dropped, std::move(fitted.weight));
    for (Matrix& block : fitted.blocks) block = without_directions(source.dropped, std::move(block));
  }
  summary.verdict = judge(summary, sides.pairs_alone);
  summary.map = make_map(std::move(source.leading), source.centred, target.centred, std::move(fitted.weight));
  if (!several.targets.empty()) enter_consensus(several, summary.map);
  summary.map.targets = several.targets;
  for (std::size_t k = 0; k < several.targets.size(); ++k) summary.map.targets[k].weight = std::move(fitted.blocks[k]);
  // Rows to be translated still have the directions that the gate dropped.
  summary.map.support =
      support_of(source.dropped.rows() > 0 ? centre(problem.source, options.threads).rows : source.centred.rows);
  summary.map.card = card_of(problem, options, sides, summary);
  step("refine", 1);
  summary.seconds = seconds_since(begin);
  return summary;
}

}  // namespace

AlignSummary align(const AlignProblem& problem, const AlignOptions& options) try {
  options.validate();
  if (options.partial && !problem.pairs.empty())
    bad_input("parts of the sides cannot be tried with known pairs", "`AlignOptions::partial`");
  const auto begin = Clock::now();
  const std::vector<KnownSpace> known = known_spaces(problem);
  for (const KnownSpace& space : known) check_rows(space.rows, space.name);
  const OneTarget one = as_one_target(problem, known, options.threads);
  const auto align_these = [&](const AlignProblem& p, const AlignOptions& o) { return align_rows(p, o, one.several); };
  AlignSummary whole = align_these(one.problem, options);
  if (options.partial && whole.verdict != Verdict::kAligned)
    whole = align_parts(one.problem, options, std::move(whole), align_these);
  whole.seconds = seconds_since(begin);
  return whole;
} catch (...) {
  rethrow_as_error();
}

Map fit_paired(MatrixView source, MatrixView target) try {
  if (source.rows != target.rows)
    bad_input(
        "paired sets must have equally many rows, not " + std::to_string(source.rows) + " and " + std::to_string(target.rows),
        "fit_paired");
  check_rows(source, "source");
  check_rows(target, "target");
  const CentredRows x = centre(source, 0), y = centre(target, 0);
  Map map = make_map(leading_axes(x.rows, spectrum(x.rows, 0)), x, y, polar_factor(cross_product(x.rows, y.rows, 0)));
  map.support = support_of(x.rows);
  map.card = json_text({{"source", {{"dim", source.cols}, {"rows", source.rows}}},
                        {"target", {{"dim", target.cols}, {"rows", target.rows}}},
                        {"method", "Procrustes, paired"},
                        {"normalisation", "centred unit rows"}});
  return map;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
