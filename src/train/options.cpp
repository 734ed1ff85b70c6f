// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "core/boundary.h"
#include "core/text/json.h"
#include "train/training_state.h"
#include "vec2vec/error.h"
#include "vec2vec/neural.h"

namespace vec2vec {
namespace {

void require(bool good, const char* what, const char* option) {
  if (!good) bad_input(what, std::string("`NeuralOptions::") + option + "`");
}

}  // namespace

void NeuralOptions::validate() const {
  require(width >= 1, "must be at least 1", "width");
  require(adapter_depth >= 1 && backbone_depth >= 1 && discriminator_depth >= 1, "depths must be at least 1", "*_depth");
  require(discriminator_width >= 1, "must be at least 1", "discriminator_width");
  for (double w : {loss.reconstruction, loss.cycle, loss.preservation, loss.cycle_preservation, loss.generator,
                   loss.latent_generator, loss.matching, loss.pairs})
    require(w >= 0, "coefficients must be 0 or more", "loss");
  require(steps >= 0, "must be 0 or more", "steps");
  require(batch >= 2, "a batch needs at least 2 rows", "batch");
  require(learning_rate > 0 && discriminator_learning_rate > 0, "learning rates must be above 0", "learning_rate");
  require(warm_up >= 0, "must be 0 or more steps", "warm_up");
  require(final_rate >= 0 && final_rate <= 1, "must lie within 0 and 1", "final_rate");
  require(weight_decay >= 0, "must be 0 or more", "weight_decay");
  require(clip >= 0, "must be 0 (none) or more", "clip");
  require(average >= 0 && average < 1, "must lie within 0 and 1", "average");
  require(instance_noise >= 0, "must be 0 or more", "instance_noise");
  require(discriminator_penalty >= 0, "must be 0 or more", "discriminator_penalty");
  require(seeds >= 1 && seeds <= 64, "1 to 64 runs", "seeds");
  require(matching_temperature > 0, "must be above 0", "matching_temperature");
  require(matching_whitening >= 0 && matching_whitening <= 1, "must lie within 0 and 1", "matching_whitening");
  require(matching_debias >= 0 && matching_debias <= 1, "must lie within 0 and 1", "matching_debias");
  require(matching_rows >= 2, "at least 2 rows are needed", "matching_rows");
  require(!blend || (*blend >= 0 && *blend <= 1), "must lie within 0 and 1", "blend");
  require(period >= 1, "must be at least 1 step", "period");
  require(patience >= 0, "must be 0 (none) or more", "patience");
  require(threads >= 0, "threads must be 0 (all cores) or more", "threads");
  require(time_budget >= 0, "the time budget must be 0 (none) or more seconds", "time_budget");
}

NeuralOptions neural_preset(const std::string& name) try {
  NeuralOptions o;
  if (name == "paper") return o;
  if (name != "refine") bad_input("unknown preset '" + name + "'", "neural_preset", "refine or paper");
  o.width = 512;
  o.adapter_depth = 2;
  o.backbone_depth = 2;
  o.steps = 150;
  o.period = 75;
  o.learning_rate = 2e-4;
  o.loss = {.reconstruction = 1,
            .cycle = 1,
            .preservation = 3,
            .cycle_preservation = 3,
            .generator = 0,
            .latent_generator = 0,
            .matching = 10};
  o.preserve = Preserve::kStart;
  o.blend = std::nullopt;
  o.close = true;
  o.average = 0.99;
  return o;
} catch (...) {
  rethrow_as_error();
}

namespace neural {

std::string options_json(const NeuralOptions& o) {
  const nlohmann::ordered_json json = {{"start", o.start == NeuralStart::kLinear ? "linear" : "random"},
                                       {"width", o.width},
                                       {"adapter_depth", o.adapter_depth},
                                       {"backbone_depth", o.backbone_depth},
                                       {"discriminator_depth", o.discriminator_depth},
                                       {"discriminator_width", o.discriminator_width},
                                       {"loss",
                                        {{"reconstruction", o.loss.reconstruction},
                                         {"cycle", o.loss.cycle},
                                         {"preservation", o.loss.preservation},
                                         {"cycle_preservation", o.loss.cycle_preservation},
                                         {"generator", o.loss.generator},
                                         {"latent_generator", o.loss.latent_generator},
                                         {"matching", o.loss.matching},
                                         {"pairs", o.loss.pairs}}},
                                       {"preserve", o.preserve == Preserve::kRows ? "rows" : "start"},
                                       {"steps", o.steps},
                                       {"batch", o.batch},
                                       {"learning_rate", o.learning_rate},
                                       {"discriminator_learning_rate", o.discriminator_learning_rate},
                                       {"warm_up", o.warm_up},
                                       {"final_rate", o.final_rate},
                                       {"weight_decay", o.weight_decay},
                                       {"clip", o.clip},
                                       {"average", o.average},
                                       {"instance_noise", o.instance_noise},
                                       {"discriminator_penalty", o.discriminator_penalty},
                                       {"matching_temperature", o.matching_temperature},
                                       {"matching_whitening", o.matching_whitening},
                                       {"matching_debias", o.matching_debias},
                                       {"matching_rows", o.matching_rows},
                                       {"close", o.close},
                                       {"period", o.period},
                                       {"patience", o.patience},
                                       {"bfloat16", uses_bfloat16(o)},
                                       {"seed", o.seed}};
  return json_text(json);
}

}  // namespace neural
}  // namespace vec2vec
