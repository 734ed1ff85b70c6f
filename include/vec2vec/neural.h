// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vec2vec/align.h"

// Thread-safe, as long as two calls have neither a checkpoint nor a log in common. An exception of a progress function ends the
// call and comes out of it (progress.h). So does one of NeuralOptions::on_log.
namespace vec2vec {

/// Where the translator begins. kLinear: the given linear map, which the untrained network equals; kRandom: from scratch.
enum class NeuralStart { kLinear, kRandom };

/// Arithmetic of matrix products; sums, parameters and moments are float32 always. kAuto: bfloat16 where the CPU multiplies it
/// in hardware and the build has oneDNN.
enum class NeuralPrecision { kAuto, kFloat32, kBfloat16 };

/// Coefficients of the losses; 0 switches one off, and with it the work it alone needs. docs/neural.md has the equations.
struct LossWeights {
  double reconstruction = 1;
  double cycle = 10;
  double preservation = 1;         ///< VSP of the translation
  double cycle_preservation = 10;  ///< VSP of the cycle
  double generator = 1;            ///< adversarial, on the outputs
  double latent_generator = 1;     ///< adversarial, on the shared latent
  double matching = 0;             ///< distance to the soft counterpart among the other side's rows, see matching_temperature
  double pairs = 10;               ///< distance to the partner, of known pairs; without any it does nothing

  /// Sets one by its name above. Throws Error{kBadInput} for another name or a coefficient that is negative or not finite.
  void set(const std::string& name, double coefficient);
};

/// Whose dot products the translation is to keep: those of the rows themselves, as in the paper, or of their translations by
/// the linear start (from a random start: the rows themselves, too).
enum class Preserve { kRows, kStart };

struct NeuralOptions {
  NeuralStart start = NeuralStart::kLinear;
  Index width = 1024;      ///< of hidden layers and of the shared latent, which is widened to the larger dimension if need be
  int adapter_depth = 3;   ///< linear layers of each input and output adapter, >= 1
  int backbone_depth = 4;  ///< of the shared backbone, >= 1
  int discriminator_depth = 5;
  Index discriminator_width = 1024;
  LossWeights loss;
  Preserve preserve = Preserve::kRows;

  Index steps = 20000;  ///< >= 0; 0 returns the start
  Index batch = 256;    ///< rows a side and step, >= 2
  double learning_rate = 2e-5, discriminator_learning_rate = 1e-5;
  Index warm_up = 100;      ///< steps over which both learning rates rise
  double final_rate = 0.1;  ///< factor of the learning rates at the last step, reached along half a cosine
  double weight_decay = 0;
  double clip = 1;            ///< limit of the norm of a step's gradient; 0 = none
  double average = 0.999;     ///< decay of the moving average of parameters, which is what is scored and kept; 0 = none
  double instance_noise = 0;  ///< deviation of noise on the discriminators' inputs, in norms of a row; falls to 0 linearly
  double discriminator_penalty = 0;    ///< of their squared gradients at their inputs (R1 and R2); 0 = none
  double matching_temperature = 0.02;  ///< of the entropic coupling behind the matching loss
  double matching_whitening = 0.5;     ///< power of the view it is made in: 0 = the space itself, 1 = whitened
  double matching_debias = 1;          ///< within 0 and 1: how much of the coupling's blur is taken out of the counterparts
  Index matching_rows = 20000;         ///< rows a side in that coupling, which is renewed every period

  /// Part of what was learned in the result, 0 to 1, the linear start being the rest (Map::blend; from a random start 1).
  /// None: as far as the start is undecided, min(1, 2 (1 - agreement)) with Evidence::agreement as its card says, 1 without; 0
  /// from an agreement of 0.9 on, where training was seen to add nothing. With 0 nothing is trained: the result is the start.
  std::optional<double> blend = 1;

  bool close = false;  ///< end with a shrunk linear map of the translations, as the linear path does; not with pairs alone

  Index period = 250;  ///< steps between scores, log lines, checkpoints
  Index patience = 8;  ///< periods without a better pair-free score after which training ends; 0 = none
  NeuralPrecision precision = NeuralPrecision::kAuto;
  int seeds = 1;  ///< runs, from `seed` on; the worse half drops out at steps / 4, steps / 2 and so on (docs/neural.md)
  std::uint64_t seed = 0;
  int threads = 0;              ///< 0 = all cores
  double time_budget = 0;       ///< seconds after which training ends; 0 = none
  std::string checkpoint = {};  ///< file for the state of training, written every period; training goes on from it if it exists
  std::string log = {};         ///< CSV file for losses and scores, a line a period; replaced
  /// Called every period with the whole log so far as JSON, which training_page (pages.h) draws.
  std::function<void(const std::string& json)> on_log = {};
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Settings by name: "refine" (the default: small, from the linear map), "paper" (arXiv 2505.12540 with its sizes, coefficients
/// and learning rates). Throws Error{kBadInput} for any other.
NeuralOptions neural_preset(const std::string& name);

/// One line of the training log.
struct NeuralProgress {
  std::uint64_t seed = 0;
  Index step = 0;
  double pair_free_score = 0;  ///< of the averaged parameters, on rows that training does not see; 0 = indistinguishable, < 0
  double pair_score = 0;       ///< mean log-probability of the partners of held-out pairs, < 0; 0 = there are none
  double reconstruction = 0, cycle = 0, preservation = 0, cycle_preservation = 0, generator = 0, latent_generator = 0,
         matching = 0, pairs = 0, discriminator = 0;  ///< mean losses since the line before, without coefficients
  double gradient_norm = 0;                           ///< mean

  /// What the best parameters are chosen by.
  double score() const { return pair_score < 0 ? pair_score : pair_free_score; }
};

struct NeuralSummary {
  Map map;  ///< of the best score; the start itself if nothing was better or nothing was trained
  Index best_step = 0, steps = 0;
  double start_score = 0, best_score = 0;  ///< see NeuralProgress::score
  bool scored_by_pairs = false;
  std::uint64_t seed = 0;               ///< of the run that won
  std::vector<NeuralProgress> history;  ///< of all runs, one after the other
  std::string stopped_because;
  bool bfloat16 = false;
  Index parameters = 0;  ///< of the translator, both directions
  double seconds = 0;

  std::string brief() const;
  std::string to_json() const;
};

/// Trains the translator of vec2vec (arXiv 2505.12540) on unpaired rows. `start` is the linear map of the same rows, and not
/// used with NeuralStart::kRandom. The best parameters are chosen by the pair-free score on rows held out. Known pairs take
/// part as in align(): each weighs 0.0003 of the softly matched rows, and from half of the smaller side on they are all; of 500
/// and more a tenth (at most 2,000) is held out and is the score. The same seed, threads and machine give the same bytes, also
/// through a checkpoint. Throws Error{kBadInput} for fewer than 64 rows a side, values that are not finite, or a checkpoint of
/// other rows or options; Error{kInternal} when training diverges. Cost of a step: docs/neural.md.
NeuralSummary train_neural(const AlignProblem& problem, const Map& start, const NeuralOptions& options);

}  // namespace vec2vec
