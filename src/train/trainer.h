// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "train/counterparts.h"
#include "train/step/generator_pass.h"
#include "train/training_state.h"

namespace vec2vec::neural {

/// What all runs on a problem have in common: centred unit rows of both sides and known pairs, each in those for training and
/// those for scores alone, and the map whose means centred them.
struct TrainingRows {
  /// start: the linear map of the problem's rows, or a map with its means alone.
  TrainingRows(const AlignProblem& problem, const Map& start);

  const Map* start;
  std::array<Matrix, 2> train, held_out;  ///< (n, d_s)
  std::array<Matrix, 2> pairs;            ///< (p, d_s): row i of one belongs to row i of the other
  std::array<Matrix, 2> held_out_pairs;   ///< a tenth of the pairs, at most 2,000, when there are 500 and more; else none
  double pair_share = 0;                  ///< part of a batch that are pairs
};

/// One run of training, from a seed: steps, scores, checkpoints.
class Trainer {
 public:
  /// Goes on from the checkpoint, if there is one. Both arguments must outlive this.
  Trainer(const TrainingRows& rows, const NeuralOptions& options);

  /// Trains until `step`, or until the run ends earlier: finished() then says why. `report` is called after every step with the
  /// latest score and may throw. Training also ends at `deadline`.
  void train_to(Index step, const std::function<void(double)>& report,
                std::optional<std::chrono::steady_clock::time_point> deadline);

  /// Why there is no more to do, or "".
  const std::string& finished() const { return finished_; }
  /// Best score of the periods up to `step`.
  double best_score(Index step) const;

  const TrainingState& state() const { return state_; }
  /// Best translator so far, source to target.
  Network best_network() const { return network(state_.best, 0); }

 private:
  /// Rows of a step, what they are compared with, and the memory that holds it.
  struct Batch {
    std::array<Matrix, 2> rows, counterpart, reference;
    Index pairs = 0;
  };

  bool keeps_start() const { return options_.preserve == Preserve::kStart && options_.start == NeuralStart::kLinear; }
  void refresh_halves();
  Network network(const std::vector<float>& values, int from) const { return {state_.translator, values, from, 1 - from}; }
  double pair_free_score() const;
  double pair_score() const;
  void finish_period();
  Batch draw_batch() const;
  void take_step();
  double teach_discriminators(const Batch& batch, double rate_factor);
  double noise_level() const;
  void add_to_mean(const Losses& losses, double discriminator, double norm);

  const TrainingRows& rows_;
  const NeuralOptions& options_;
  TrainingState state_;
  GeneratorPass pass_;
  const bool half_;
  std::string key_, finished_;
  std::optional<Counterparts> counterparts_;  ///< when soft counterparts are wanted
  Index renewed_ = -1;                        ///< step at which they were renewed
  NeuralProgress mean_;                       ///< of this period
  Index steps_in_mean_ = 0;
};

}  // namespace vec2vec::neural
