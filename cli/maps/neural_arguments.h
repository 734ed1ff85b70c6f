// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "cli/common/command.h"
#include "vec2vec/neural.h"

namespace vec2vec::cli {

/// The settings of training on the command line. Those that were not given keep the preset's value.
struct NeuralArguments {
  std::string preset = "refine", init = "linear", precision = "auto", start, checkpoint, log, plot, preserve, close;
  std::vector<std::string> losses;  // name=coefficient
  Index steps = -1, width = 0, batch = 0, period = 0;
  int seeds = 1;
  double instance_noise = -1, discriminator_penalty = -1;
  double learning_rate = 0, discriminator_rate = 0, temperature = 0, whitening = -1, debias = -1, blend = -1;

  /// The preset with everything that was given in its place. Throws Error{kBadInput} for losses that do not exist.
  NeuralOptions options() const;
};

/// Adds the options that matter for --method neural. They are left out of --help; --help-neural prints them.
void add_neural(CLI::App& command, NeuralArguments& arguments);

}  // namespace vec2vec::cli
