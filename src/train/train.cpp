// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "align/pairs/pairs.h"
#include "core/boundary.h"
#include "core/matrix/gemm.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "core/time.h"
#include "io/file/atomic_file.h"
#include "linear/polar.h"
#include "map/support.h"
#include "space/check_rows.h"
#include "space/unit.h"
#include "train/close.h"
#include "train/trainer.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using namespace neural;

void check_rows(MatrixView rows, const std::string& name) {
  require_enough_rows(rows, name, "at least 64 rows a side");
  require_finite_rows(rows, name);
}

/// The map without its layers: what turns raw rows into centred unit rows and back.
Map frame_of(const AlignProblem& problem, int threads) {
  const CentredRows source = centre(problem.source, threads), target = centre(problem.target, threads);
  const Fingerprint print = fingerprint(problem.source);
  Map map;
  map.source_mean = source.mean;
  map.target_mean = target.mean;
  map.target_spread = static_cast<float>(target.spread);
  map.weight = Matrix(problem.source.cols, problem.target.cols);
  map.source_axes = print.axes;
  map.source_share = print.share;
  map.support = support_of(source.rows);
  return map;
}

/// Runs of several seeds that drop out until one is left: at each of the `rounds` marks steps / 2^rounds, ..., steps / 4,
/// steps / 2 the worse half goes, by the best score so far.
class Tournament {
 public:
  Tournament(const TrainingRows& rows, const NeuralOptions& options) : options_(options), begin_(Clock::now()) {
    if (options.time_budget > 0)
      deadline_ = begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.time_budget));
    for (int i = 0; i < options.seeds; ++i) {
      NeuralOptions& own = own_options_.emplace_back(options);
      own.seed += static_cast<std::uint64_t>(i);
      if (i > 0 && !own.checkpoint.empty()) own.checkpoint += "." + std::to_string(i);
    }
    for (const NeuralOptions& own : own_options_) runs_.push_back(std::make_unique<Trainer>(rows, own));
    for (std::size_t i = 0; i < runs_.size(); ++i) racing_.push_back(i);
    write_logs();
  }

  /// The run that won.
  const Trainer& run() {
    int rounds = 0;
    while ((1u << rounds) < runs_.size()) ++rounds;
    for (int round = rounds; round >= 0; --round) {
      const Index mark = mark_of(round);
      for (const std::size_t i : racing_) train(i, mark);
      const auto better = [&](std::size_t a, std::size_t b) { return runs_[a]->best_score(mark) > runs_[b]->best_score(mark); };
      std::stable_sort(racing_.begin(), racing_.end(), better);
      if (round > 0) racing_.resize((racing_.size() + 1) / 2);
    }
    return *runs_[racing_[0]];
  }

  std::vector<NeuralProgress> history() const {
    std::vector<NeuralProgress> all;
    for (const auto& run : runs_) all.insert(all.end(), run->state().history.begin(), run->state().history.end());
    return all;
  }

  double seconds() const { return seconds_since(begin_); }

 private:
  /// steps / 2^round, in whole periods.
  Index mark_of(int round) const {
    if (round == 0) return options_.steps;
    const Index part = options_.steps >> round;
    return std::max<Index>(1, part / options_.period) * options_.period;
  }

  void train(std::size_t i, Index mark) {
    Trainer& run = *runs_[i];
    const auto report = [&](double score) {
      const std::string seed =
          runs_.size() == 1 ? "" : " seed " + std::to_string(i + 1) + " of " + std::to_string(runs_.size());
      tell(options_.progress, "train" + seed + ", score " + fixed(score, 4), part_done(), "train_neural",
           options_.checkpoint.empty() ? "nothing was written" : "the same command goes on from " + options_.checkpoint);
    };
    // Period by period, so that logs are up to date.
    while (run.finished().empty() && run.state().step < mark) {
      run.train_to(std::min(mark, (run.state().step / options_.period + 1) * options_.period), report, deadline_);
      write_logs();
    }
  }

  /// Steps done of those that the race still takes.
  double part_done() const {
    Index done = 0, left = 0, racing = static_cast<Index>(racing_.size());
    for (const auto& run : runs_) done += run->state().step;
    for (const std::size_t i : racing_) left -= runs_[i]->state().step;
    Index before = 0;
    for (Index runs = racing; runs > 0;) {
      int round = 0;
      while ((Index{1} << round) < runs) ++round;
      left += runs * (mark_of(round) - before);
      before = mark_of(round);
      runs = round == 0 ? 0 : (runs + 1) / 2;
    }
    return static_cast<double>(done) / static_cast<double>(std::max<Index>(1, done + left));
  }

  void write_logs() const {
    if (options_.log.empty() && !options_.on_log) return;
    const std::vector<NeuralProgress> lines = history();
    if (!options_.log.empty()) write_file(options_.log, history_csv(lines), true);
    if (options_.on_log) options_.on_log(history_json(lines));
  }

  const NeuralOptions& options_;
  const Clock::time_point begin_;
  std::optional<Clock::time_point> deadline_;
  std::vector<NeuralOptions> own_options_;
  std::vector<std::unique_ptr<Trainer>> runs_;
  std::vector<std::size_t> racing_;
};

/// How much of what was learned goes into the result: NeuralOptions::blend.
float blend_of(const NeuralOptions& options, const Map& start) {
  if (options.start == NeuralStart::kRandom) return 1;
  if (options.blend) return static_cast<float>(*options.blend);
  const auto card = parse_json(start.card.empty() ? "{}" : start.card);
  const auto agreement = card.value("/evidence/agreement"_json_pointer, 0.0);
  return agreement >= 0.9 ? 0 : static_cast<float>(std::min(1.0, 2 * (1 - agreement)));
}

/// What the card says of training.
void describe(const AlignProblem& problem, const NeuralOptions& options, NeuralSummary& s) {
  auto card = s.map.card.empty() ? nlohmann::ordered_json::object() : parse_ordered_json(s.map.card);
  if (card.empty()) {
    card["source"] = {{"name", problem.source_name}, {"dim", problem.source.cols}, {"rows", problem.source.rows}};
    card["target"] = {{"name", problem.target_name}, {"dim", problem.target.cols}, {"rows", problem.target.rows}};
    card["normalisation"] = "centred unit rows";
  }
  card["method"] = std::string(problem.pairs.empty() ? "neural, unpaired" : "neural, known pairs") +
                   (options.start == NeuralStart::kLinear ? ", from the linear map" : ", from random weights");
  card["neural"] = {{"options", parse_ordered_json(options_json(options))},
                    {"seed", s.seed},
                    {"pairs", problem.pairs.size()},
                    {"best_step", s.best_step},
                    {"steps", s.steps},
                    {"start_score", s.start_score},
                    {"best_score", s.best_score},
                    {"stopped_because", s.stopped_because},
                    {"parameters", s.parameters}};
  s.map.card = json_text(card);
}

}  // namespace

NeuralSummary train_neural(const AlignProblem& problem, const Map& start, const NeuralOptions& options) try {
  options.validate();
  check_rows(problem.source, problem.source_name.empty() ? "source" : problem.source_name);
  check_rows(problem.target, problem.target_name.empty() ? "target" : problem.target_name);
  check_pairs(problem);
  if (options.start == NeuralStart::kLinear &&
      (start.source_dim() != problem.source.cols || start.target_dim() != problem.target.cols))
    bad_input("the start maps " + std::to_string(start.source_dim()) + " to " + std::to_string(start.target_dim()) +
                  " dimensions, the rows have " + std::to_string(problem.source.cols) + " and " +
                  std::to_string(problem.target.cols),
              "train_neural");
  NeuralSummary s;
  const float blend = blend_of(options, start);
  if (blend == 0) {
    s.map = start;
    s.stopped_because =
        options.blend ? "a blend of 0 is the start" : "the searches behind the start agreed so well that it is kept";
    return s;
  }
  s.map = options.start == NeuralStart::kLinear ? start : frame_of(problem, options.threads);
  const TrainingRows rows(problem, s.map);
  Tournament tournament(rows, options);
  const Trainer& winner = tournament.run();
  const TrainingState& state = winner.state();
  auto layers = std::make_shared<Network>(winner.best_network());
  if (options.close && rows.pair_share < 1) close(*layers, rows, options.threads);
  if (options.start == NeuralStart::kRandom)
    s.map.weight =
        polar_factor(cross_product(rows.train[0], layers->translate(rows.train[0], options.threads), options.threads));
  s.map.network = std::move(layers);
  s.map.blend = blend;
  s.seed = state.history.front().seed;
  s.best_step = state.best_step;
  s.steps = state.step;
  s.start_score = state.history.front().score();
  s.best_score = state.best_score;
  s.history = tournament.history();
  s.stopped_because = winner.finished();
  s.bfloat16 = uses_bfloat16(options);
  s.parameters = state.translator.parameters.size();
  s.scored_by_pairs = rows.held_out_pairs[0].rows() > 0;
  describe(problem, options, s);
  s.seconds = tournament.seconds();
  return s;
} catch (...) {
  rethrow_as_error();
}

std::string NeuralSummary::brief() const {
  if (parameters == 0)
    return "the linear map itself: " + stopped_because + " (`NeuralOptions::blend = 1` trains all the same)\n";
  return laid_out(
      "neural translator  ({} -> {} dimensions, {} parameters, {} s)\n"
      "  {<32} {} at the start, {} at step {} (kept)\n"
      "  steps                            {} in {}; stopped because {}\n"
      "  part of it in the result         {} (the rest is the linear start)\n",
      map.source_dim(), map.target_dim(), parameters, fixed(seconds, 1),
      scored_by_pairs ? "score of held-out pairs" : "pair-free score, held out", fixed(start_score, 4), fixed(best_score, 4),
      best_step, steps, bfloat16 ? "bfloat16" : "float32", stopped_because, fixed(static_cast<double>(map.blend), 2));
}

std::string NeuralSummary::to_json() const {
  const nlohmann::ordered_json json = {{"start_score", start_score},
                                       {"best_score", best_score},
                                       {"score", scored_by_pairs ? "held-out pairs" : "pair-free"},
                                       {"best_step", best_step},
                                       {"steps", steps},
                                       {"blend", map.blend},
                                       {"seed", seed},
                                       {"stopped_because", stopped_because},
                                       {"bfloat16", bfloat16},
                                       {"parameters", parameters},
                                       {"seconds", seconds},
                                       {"source_dim", map.source_dim()},
                                       {"target_dim", map.target_dim()}};
  return json_text(json, 2);
}

}  // namespace vec2vec
