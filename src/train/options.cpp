// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/boundary.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "train/training_state.h"
#include "vec2vec/error.h"
#include "vec2vec/neural.h"

namespace vec2vec {
void NeuralOptions::validate() const {
  const CheckOptions check("NeuralOptions");
  const auto part = [&](double x, const char* option) { check.require(x >= 0 && x <= 1, option, "must lie within 0 and 1"); };
  const auto not_negative = [&](double x, const char* option) { check.require(x >= 0, option, "must be 0 or more"); };
  check.at_least(1, width, "width");
  check.at_least(1, adapter_depth, "adapter_depth");
  check.at_least(1, backbone_depth, "backbone_depth");
  check.at_least(1, discriminator_depth, "discriminator_depth");
  check.at_least(1, discriminator_width, "discriminator_width");
  for (double w : {loss.reconstruction, loss.cycle, loss.preservation, loss.cycle_preservation, loss.generator,
                   loss.latent_generator, loss.matching, loss.pairs})
    check.require(w >= 0, "loss", "must have coefficients of 0 or more");
  check.at_least(0, steps, "steps");
  check.require(batch >= 2, "batch", "must be at least 2 rows");
  check.require(learning_rate > 0 && discriminator_learning_rate > 0, "learning_rate", "must be above 0");
  check.at_least(0, warm_up, "warm_up");
  part(final_rate, "final_rate");
  not_negative(weight_decay, "weight_decay");
  check.require(clip >= 0, "clip", "must be 0 (none) or more");
  check.require(average >= 0 && average < 1, "average", "must be at least 0 and below 1");
  not_negative(instance_noise, "instance_noise");
  not_negative(discriminator_penalty, "discriminator_penalty");
  check.within(1, 64, seeds, "seeds");
  check.require(matching_temperature > 0, "matching_temperature", "must be above 0");
  part(matching_whitening, "matching_whitening");
  part(matching_debias, "matching_debias");
  check.at_least(2, matching_rows, "matching_rows");
  if (blend) part(*blend, "blend");
  check.at_least(1, period, "period");
  check.require(patience >= 0, "patience", "must be 0 (none) or more");
  check.threads(threads);
  check.seconds(time_budget, "time_budget");
}

void LossWeights::set(const std::string& name, double coefficient) {
  constexpr std::pair<const char*, double LossWeights::*> kLosses[] = {{"reconstruction", &LossWeights::reconstruction},
                                                                       {"cycle", &LossWeights::cycle},
                                                                       {"preservation", &LossWeights::preservation},
                                                                       {"cycle_preservation", &LossWeights::cycle_preservation},
                                                                       {"generator", &LossWeights::generator},
                                                                       {"latent_generator", &LossWeights::latent_generator},
                                                                       {"matching", &LossWeights::matching},
                                                                       {"pairs", &LossWeights::pairs}};
  const auto loss =
      std::find_if(std::begin(kLosses), std::end(kLosses), [&](const auto& known) { return name == known.first; });
  std::vector<std::string> names;
  for (const auto& known : kLosses) names.emplace_back(known.first);
  if (loss == std::end(kLosses)) bad_input("there is no loss '" + name + "'", "`NeuralOptions::loss`", listed(names));
  if (!(coefficient >= 0) || std::isinf(coefficient))
    bad_input("the coefficient of '" + name + "' must be a number of at least 0", "`NeuralOptions::loss`",
              "0 leaves the loss out");
  this->*(loss->second) = coefficient;
}

NeuralOptions neural_preset(const std::string& name) try {
  NeuralOptions o;
  if (name == "paper") return o;
  if (name != "refine") bad_input("there is no preset '" + name + "'", {}, "refine or paper");
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
