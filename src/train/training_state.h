// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "neural/translator.h"
#include "train/step/discriminators.h"

namespace vec2vec::neural {

/// Everything that training goes on from at the end of a period; random numbers depend on seed and step alone.
struct TrainingState {
  TrainingState(Index source_dim, Index target_dim, const NeuralOptions& options);

  Translator translator;
  AdamW optimiser;
  std::vector<float> average;  ///< moving average of the translator's parameters
  std::vector<float> best;     ///< the average at best_step
  Discriminators discriminators;
  Index step = 0, best_step = 0;
  double best_score = 0;
  std::vector<NeuralProgress> history;
};

/// Whether training with these options multiplies in bfloat16 here. Throws Error{kBadInput} if it should and cannot.
bool uses_bfloat16(const NeuralOptions& options);

/// The options that decide the result, as JSON.
std::string options_json(const NeuralOptions& options);

/// Writes the state, the map that training started from and `key`, which names the run, atomically (safetensors).
void save_checkpoint(const std::string& path, const TrainingState& state, const std::string& key);

/// Reads it back into a state of the same shape. Throws Error{kBadInput} for a foreign or damaged file or one of another key.
void load_checkpoint(const std::string& path, TrainingState& state, const std::string& key);

/// The training log as CSV: a header line and one line for each entry.
std::string history_csv(const std::vector<NeuralProgress>& history);

/// The same as JSON: {"columns": [name, ...], "lines": [[value, ...], ...]}.
std::string history_json(const std::vector<NeuralProgress>& history);

}  // namespace vec2vec::neural
