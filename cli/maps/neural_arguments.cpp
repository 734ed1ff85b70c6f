// SPDX-License-Identifier: Apache-2.0
#include "cli/maps/neural_arguments.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

#include "core/text/number.h"
#include "vec2vec/pages.h"

namespace vec2vec::cli {
namespace {

/// NAME=COEFFICIENT; the names have hyphens here where the library has underscores.
void set_loss(LossWeights& weights, const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  std::string name = text.substr(0, equals);
  std::replace(name.begin(), name.end(), '-', '_');
  const auto value = equals < text.size() ? parse_number(text.substr(equals + 1)) : std::nullopt;
  weights.set(name, value.value_or(-1));
}

}  // namespace

NeuralOptions NeuralArguments::options() const {
  NeuralOptions o = neural_preset(preset);
  o.start = init == "linear" ? NeuralStart::kLinear : NeuralStart::kRandom;
  o.precision = precision == "auto"      ? NeuralPrecision::kAuto
                : precision == "float32" ? NeuralPrecision::kFloat32
                                         : NeuralPrecision::kBfloat16;
  for (const std::string& text : losses) set_loss(o.loss, text);
  if (steps >= 0) o.steps = steps;
  if (width > 0) o.width = o.discriminator_width = width;
  if (batch > 0) o.batch = batch;
  if (period > 0) o.period = period;
  if (debias >= 0) o.matching_debias = debias;
  if (whitening >= 0) o.matching_whitening = whitening;
  if (temperature > 0) o.matching_temperature = temperature;
  if (learning_rate > 0) o.learning_rate = learning_rate;
  if (discriminator_rate > 0) o.discriminator_learning_rate = discriminator_rate;
  if (!preserve.empty()) o.preserve = preserve == "rows" ? Preserve::kRows : Preserve::kStart;
  if (instance_noise >= 0) o.instance_noise = instance_noise;
  if (discriminator_penalty >= 0) o.discriminator_penalty = discriminator_penalty;
  if (blend >= 0) o.blend = blend;
  if (!close.empty()) o.close = close == "yes";
  o.seeds = seeds;
  o.checkpoint = checkpoint;
  o.log = log;
  if (!plot.empty()) o.on_log = [path = plot](const std::string& json) { save_page(path, training_page(json), true); };
  return o;
}

void add_neural(CLI::App& command, NeuralArguments& arguments) {
  auto options = std::make_shared<std::vector<CLI::Option*>>();
  const auto add = [&](const char* name, auto& value, const char* help, const char* type) {
    CLI::Option* option = command.add_option(name, value, help)->type_name(type)->group("");  // not in --help
    options->push_back(option);
    return option;
  };
  command.add_flag_callback(
      "--help-neural",
      [options] {
        for (CLI::Option* option : *options) option->group("Neural");  // a hidden option has no name to print
        CLI::Formatter formatter;
        formatter.column_width(32);  // as main has it
        std::cout << formatter.make_group("With --method neural, vec2vec align takes also", false,
                                          {options->begin(), options->end()})
                  << "\nWhat they do: docs/neural.md\n";
        throw CLI::Success();
      },
      "Print the options of --method neural and exit");
  add("--preset", arguments.preset, "Settings to begin with: refine (small, quick) or paper (arXiv 2505.12540)", "NAME")
      ->check(CLI::IsMember({"refine", "paper"}).description(""))
      ->capture_default_str();
  add("--init", arguments.init, "Start of training: linear (the linear map, found first) or random (from scratch)", "START")
      ->check(CLI::IsMember({"linear", "random"}).description(""))
      ->capture_default_str();
  add("--start", arguments.start, "Start from this linear map of the same two files instead of finding one", "MAP");
  add("--steps", arguments.steps, "Training steps; default: the preset's", "N")->check(at_least(0));
  add("--width", arguments.width, "Of hidden layers, discriminators' too, and of the shared latent; default: the preset's", "N")
      ->check(at_least(1));
  add("--batch", arguments.batch, "Rows a side and step; default: the preset's", "N")->check(at_least(2));
  add("--period", arguments.period, "Steps between scores, log lines and checkpoints; default: the preset's", "N")
      ->check(at_least(1));
  add("--learning-rate", arguments.learning_rate, "Learning rate of the translator; default: the preset's", "RATE")
      ->check(CLI::PositiveNumber.description(""));
  add("--discriminator-rate", arguments.discriminator_rate, "Learning rate of the discriminators; default: the preset's",
      "RATE")
      ->check(CLI::PositiveNumber.description(""));
  add("--loss", arguments.losses, "Coefficient of a loss, e.g. cycle=10; 0 switches it off; may be given several times",
      "NAME=X");
  add("--preserve", arguments.preserve,
      "Whose dot products translations are to keep: rows (the rows' own) or start (those of the linear start's translations); "
      "default: the preset's",
      "WHOSE")
      ->check(CLI::IsMember({"rows", "start"}).description(""));
  add("--seeds", arguments.seeds, "Runs, from --seed on; the worse half drops out at a quarter of the steps, at half, ...", "N")
      ->check(CLI::Range(1, 64).description(""))
      ->capture_default_str();
  add("--instance-noise", arguments.instance_noise,
      "Deviation of noise on what discriminators see, in norms of a row, falling to 0; default: the preset's", "X")
      ->check(CLI::NonNegativeNumber.description(""));
  add("--discriminator-penalty", arguments.discriminator_penalty,
      "Of discriminators' squared gradients (R1 and R2), which steadies them; default: the preset's", "X")
      ->check(CLI::NonNegativeNumber.description(""));
  add("--blend", arguments.blend,
      "Part of what was learned in the result, 0 to 1, the rest being the linear start; default: paper 1, refine the less the "
      "more the searches behind the start agreed",
      "B")
      ->check(CLI::Range(0.0, 1.0).description(""));
  add("--close", arguments.close,
      "End with a shrunk linear map fitted to the translations, as the linear path does: yes or no; default: the preset's",
      "YES|NO")
      ->check(CLI::IsMember({"yes", "no"}).description(""));
  add("--matching-temperature", arguments.temperature, "Of the coupling behind the matching loss; default: the preset's", "T")
      ->check(CLI::PositiveNumber.description(""));
  add("--matching-whitening", arguments.whitening, "Of the view it is made in, 0 to 1; default: the preset's", "W")
      ->check(CLI::Range(0.0, 1.0).description(""));
  add("--matching-debias", arguments.debias,
      "How much of that coupling's blur is taken out of its targets, 0 to 1; default: the preset's", "D")
      ->check(CLI::Range(0.0, 1.0).description(""));
  add("--precision", arguments.precision, "Of matrix products: auto, float32 or bfloat16", "TYPE")
      ->check(CLI::IsMember({"auto", "float32", "bfloat16"}).description(""))
      ->capture_default_str();
  add("--log", arguments.log, "Write losses and scores to this CSV file", "FILE");
  add("--plot", arguments.plot, "Draw losses and scores on this HTML page, renewed every period", "FILE");
}

}  // namespace vec2vec::cli
