// SPDX-License-Identifier: Apache-2.0
#include "train/training_state.h"

#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "core/text/number.h"
#include "io/resume/checkpoint.h"
#include "kernels/right_factor.h"
#include "vec2vec/error.h"

namespace vec2vec::neural {
namespace {

constexpr char kFormat[] = "vec2vec-training-2";

/// Columns of the log, in the order of its lines.
struct Column {
  const char* name;
  double NeuralProgress::*value;
};
constexpr Column kColumns[] = {{"pair_free_score", &NeuralProgress::pair_free_score},
                               {"pair_score", &NeuralProgress::pair_score},
                               {"reconstruction", &NeuralProgress::reconstruction},
                               {"cycle", &NeuralProgress::cycle},
                               {"preservation", &NeuralProgress::preservation},
                               {"cycle_preservation", &NeuralProgress::cycle_preservation},
                               {"generator", &NeuralProgress::generator},
                               {"latent_generator", &NeuralProgress::latent_generator},
                               {"matching", &NeuralProgress::matching},
                               {"pairs", &NeuralProgress::pairs},
                               {"discriminator", &NeuralProgress::discriminator},
                               {"gradient_norm", &NeuralProgress::gradient_norm}};

/// The arrays of a state by the names they have in its file.
template <class State>
auto arrays_of(State& state) {
  using Array = std::conditional_t<std::is_const_v<State>, const std::vector<float>, std::vector<float>>;
  return std::vector<std::pair<std::string, Array*>>{{"translator.values", &state.translator.parameters.values},
                                                     {"translator.first", &state.optimiser.first},
                                                     {"translator.second", &state.optimiser.second},
                                                     {"translator.average", &state.average},
                                                     {"translator.best", &state.best},
                                                     {"discriminators.values", &state.discriminators.parameters.values},
                                                     {"discriminators.first", &state.discriminators.optimiser.first},
                                                     {"discriminators.second", &state.discriminators.optimiser.second}};
}

}  // namespace

TrainingState::TrainingState(Index source_dim, Index target_dim, const NeuralOptions& options)
    : translator(source_dim, target_dim, {options.width, options.adapter_depth, options.backbone_depth}),
      optimiser(translator.parameters, {.weight_decay = options.weight_decay}),
      average(translator.parameters.values),
      best(translator.parameters.values),
      discriminators(source_dim, target_dim, translator.latent(), options) {}

bool uses_bfloat16(const NeuralOptions& options) {
  if (options.precision == NeuralPrecision::kBfloat16 && !has_bf16())
    bad_input("this build or this CPU cannot multiply in bfloat16", "`NeuralOptions::precision`",
              "float32, or a build with oneDNN on a CPU with AVX512-BF16");
  return options.precision == NeuralPrecision::kBfloat16 || (options.precision == NeuralPrecision::kAuto && has_bf16());
}

void save_checkpoint(const std::string& path, const TrainingState& state, const std::string& key) {
  auto history = nlohmann::json::array();
  for (const NeuralProgress& p : state.history) {
    nlohmann::json line = {p.seed, p.step};
    for (const Column& column : kColumns) line.push_back(p.*column.value);
    history.push_back(std::move(line));
  }
  const nlohmann::ordered_json progress = {{"step", state.step},
                                           {"best_step", state.best_step},
                                           {"best_score", state.best_score},
                                           {"steps_of_translator", state.optimiser.steps},
                                           {"steps_of_discriminators", state.discriminators.optimiser.steps},
                                           {"history", std::move(history)}};
  std::vector<NamedArray> arrays;
  for (const auto& [name, values] : arrays_of(state)) arrays.push_back({name, *values});
  vec2vec::save_checkpoint(path, kFormat, key, arrays, json_text(progress));
}

void load_checkpoint(const std::string& path, TrainingState& state, const std::string& key) {
  const Checkpoint checkpoint = vec2vec::load_checkpoint(path, kFormat, key);
  for (const auto& [name, values] : arrays_of(state))
    *values = checkpoint.array(name, static_cast<Index>(values->size()), path);
  try {
    const auto progress = parse_json(checkpoint.progress);
    state.step = progress.at("step");
    state.best_step = progress.at("best_step");
    state.best_score = progress.at("best_score");
    state.optimiser.steps = progress.at("steps_of_translator");
    state.discriminators.optimiser.steps = progress.at("steps_of_discriminators");
    for (const auto& line : progress.at("history")) {
      NeuralProgress p;
      std::size_t c = 0;
      p.seed = line.at(c++);
      p.step = line.at(c++);
      for (const Column& column : kColumns) {
        const auto& value = line.at(c++);  // JSON has no NaN
        p.*column.value = value.is_null() ? kUndefined : value.get<double>();
      }
      state.history.push_back(p);
    }
  } catch (const nlohmann::json::exception& error) {
    bad_input(std::string("the checkpoint is malformed: ") + error.what(), path, "delete it and start again");
  }
}

std::string history_csv(const std::vector<NeuralProgress>& history) {
  std::string text = "seed,step";
  for (const Column& column : kColumns) text += std::string(",") + column.name;
  text += "\n";
  for (const NeuralProgress& p : history) {
    text += std::to_string(p.seed) + "," + std::to_string(p.step);
    for (const Column& column : kColumns) text += "," + significant(p.*column.value, 6);
    text += "\n";
  }
  return text;
}

std::string history_json(const std::vector<NeuralProgress>& history) {
  nlohmann::ordered_json json = {{"columns", {"seed", "step"}}, {"lines", nlohmann::ordered_json::array()}};
  for (const Column& column : kColumns) json["columns"].push_back(column.name);
  for (const NeuralProgress& p : history) {
    nlohmann::ordered_json line = {p.seed, p.step};
    for (const Column& column : kColumns) line.push_back(p.*column.value);
    json["lines"].push_back(std::move(line));
  }
  return json_text(json);
}

}  // namespace vec2vec::neural
