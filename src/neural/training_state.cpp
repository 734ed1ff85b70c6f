#include "neural/training_state.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "io/atomic_file.h"
#include "io/safetensors.h"
#include "kernels/right_factor.h"
#include "vec2vec/error.h"

namespace vec2vec::neural {
namespace {

/// Columns of the log, in the order of its lines.
struct Column {
  const char* name;
  double NeuralProgress::*value;
};
constexpr Column kColumns[] = {{"pair_free_score", &NeuralProgress::pair_free_score},
                               {"reconstruction", &NeuralProgress::reconstruction},
                               {"cycle", &NeuralProgress::cycle},
                               {"preservation", &NeuralProgress::preservation},
                               {"cycle_preservation", &NeuralProgress::cycle_preservation},
                               {"generator", &NeuralProgress::generator},
                               {"latent_generator", &NeuralProgress::latent_generator},
                               {"matching", &NeuralProgress::matching},
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
    : translator(source_dim, target_dim, options),
      optimiser(translator.parameters, {.weight_decay = options.weight_decay}),
      average(translator.parameters.values),
      best(translator.parameters.values),
      discriminators(source_dim, target_dim, translator.latent(), options) {}

bool uses_bfloat16(const NeuralOptions& options) {
  if (options.precision == NeuralPrecision::kBfloat16 && !has_bf16())
    bad_input("this build or this CPU cannot multiply in bfloat16", "NeuralOptions::precision",
              "float32, or a build with oneDNN on a CPU with AVX512-BF16");
  return options.precision == NeuralPrecision::kBfloat16 || (options.precision == NeuralPrecision::kAuto && has_bf16());
}

void save_checkpoint(const std::string& path, const TrainingState& state, const std::string& key) {
  auto history = nlohmann::json::array();
  for (const NeuralProgress& p : state.history) {
    nlohmann::json line = {p.step};
    for (const Column& column : kColumns) line.push_back(p.*column.value);
    history.push_back(std::move(line));
  }
  const nlohmann::ordered_json progress = {{"step", state.step},
                                           {"best_step", state.best_step},
                                           {"best_score", state.best_score},
                                           {"steps_of_translator", state.optimiser.steps},
                                           {"steps_of_discriminators", state.discriminators.optimiser.steps},
                                           {"history", std::move(history)}};
  std::vector<TensorSpec> specs;
  for (const auto& [name, values] : arrays_of(state))
    specs.push_back({name, "F32", {static_cast<Index>(values->size())}, values->size() * sizeof(float)});
  AtomicFile file(path, true);
  file.write(make_safetensors_header(
      specs, {{"format", "vec2vec-training"}, {"version", "1"}, {"run", key}, {"progress", progress.dump()}}));
  for (const auto& [name, values] : arrays_of(state)) file.write(values->data(), values->size() * sizeof(float));
  file.commit();
}

void load_checkpoint(const std::string& path, TrainingState& state, const std::string& key) {
  const MappedFile file(path);
  const SafetensorsHeader header = read_safetensors_header(file);
  const auto metadata = [&](const char* name) {
    const auto found = header.metadata.find(name);
    return found == header.metadata.end() ? std::string() : found->second;
  };
  if (metadata("format") != "vec2vec-training" || metadata("version") != "1")
    bad_input("not a checkpoint that this release reads", path, "name another file; this one is left as it is");
  if (metadata("run") != key)
    bad_input("the checkpoint is of other rows, another start or other options", path,
              "repeat the command it was made with, or name another file; this one is left as it is");
  for (const auto& [name, values] : arrays_of(state)) {
    const auto found = header.tensors.find(name);
    const std::size_t bytes = values->size() * sizeof(float);
    if (found == header.tensors.end() || found->second.dtype != "F32" || found->second.end - found->second.begin != bytes)
      bad_input("tensor '" + name + "' of the checkpoint is missing or malformed", path, "delete it and start again");
    std::memcpy(values->data(), file.data() + found->second.begin, bytes);
  }
  try {
    const auto progress = nlohmann::json::parse(metadata("progress"));
    state.step = progress.at("step");
    state.best_step = progress.at("best_step");
    state.best_score = progress.at("best_score");
    state.optimiser.steps = progress.at("steps_of_translator");
    state.discriminators.optimiser.steps = progress.at("steps_of_discriminators");
    for (const auto& line : progress.at("history")) {
      NeuralProgress p;
      std::size_t c = 0;
      p.step = line.at(c++);
      for (const Column& column : kColumns) p.*column.value = line.at(c++);
      state.history.push_back(p);
    }
  } catch (const nlohmann::json::exception& error) {
    bad_input(std::string("the checkpoint is malformed: ") + error.what(), path, "delete it and start again");
  }
}

std::string history_csv(const std::vector<NeuralProgress>& history) {
  std::ostringstream text;
  text << "step";
  for (const Column& column : kColumns) text << "," << column.name;
  text << "\n";
  for (const NeuralProgress& p : history) {
    text << p.step;
    for (const Column& column : kColumns) text << "," << p.*column.value;
    text << "\n";
  }
  return text.str();
}

}  // namespace vec2vec::neural
