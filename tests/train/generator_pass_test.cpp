// SPDX-License-Identifier: Apache-2.0
#include "train/step/generator_pass.h"

#include "neural/gradient_check.h"
#include "neural/layers.h"

namespace vec2vec::neural {
namespace {

constexpr Index kRows = 7, kPairs = 3;
constexpr Index kDims[2] = {6, 9};

struct OneLoss {
  const char* name;
  double LossWeights::*weight;
  double Losses::*value;
};

class GradientOf : public testing::TestWithParam<OneLoss> {};

Matrix unit_rows(Index cols, std::uint64_t seed) {
  Matrix m = random_matrix(kRows, cols, seed);
  std::vector<float> norms(kRows);
  unit_forward(m.span(), norms.data());
  return m;
}

TEST_P(GradientOf, TheWholeTranslatorAgreesWithFiniteDifferences) {
  NeuralOptions options;
  options.width = 8;
  options.adapter_depth = 2;
  options.backbone_depth = 2;
  options.discriminator_depth = 3;
  options.discriminator_width = 7;
  options.loss = {0, 0, 0, 0, 0, 0, 0, 0};
  options.loss.*GetParam().weight = 1.5;
  options.threads = 1;
  Translator translator(kDims[0], kDims[1], {options.width, options.adapter_depth, options.backbone_depth});
  Discriminators discriminators(kDims[0], kDims[1], translator.latent(), options);
  Random random(1);
  translator.initialise(random);
  discriminators.initialise(random);
  const Matrix x[2] = {unit_rows(kDims[0], 1), unit_rows(kDims[1], 2)},
               counterpart[2] = {unit_rows(kDims[1], 3), unit_rows(kDims[0], 4)},
               reference[2] = {unit_rows(5, 9), unit_rows(4, 10)};
  // noise on what the discriminators see must not change which rows the gradient is taken at
  const Matrix noise[4] = {random_matrix(kRows, kDims[1], 5, 0.1), random_matrix(kRows, kDims[0], 6, 0.1),
                           random_matrix(kRows, translator.latent(), 7, 0.1),
                           random_matrix(kRows, translator.latent(), 8, 0.1)};
  GeneratorPass pass(options);
  const auto loss = [&] {
    pass.forward(translator, {x[0], x[1]});
    return 1.5 * (pass.lose(discriminators, {.counterpart = {counterpart[0], counterpart[1]},
                                             .pairs = kPairs,
                                             .reference = {reference[0], reference[1]},
                                             .noise = {noise[0], noise[1], noise[2], noise[3]}}).*
                  GetParam().value);
  };
  loss();
  pass.backward(translator);
  Parameters& p = translator.parameters;
  const std::vector<float> gradients = p.gradients;
  expect_gradient(p.values.data(), gradients.data(), p.size(), loss, GetParam().name, 150);
}

INSTANTIATE_TEST_SUITE_P(Neural, GradientOf,
                         testing::Values(OneLoss{"Reconstruction", &LossWeights::reconstruction, &Losses::reconstruction},
                                         OneLoss{"Cycle", &LossWeights::cycle, &Losses::cycle},
                                         OneLoss{"Preservation", &LossWeights::preservation, &Losses::preservation},
                                         OneLoss{"CyclePreservation", &LossWeights::cycle_preservation,
                                                 &Losses::cycle_preservation},
                                         OneLoss{"Generator", &LossWeights::generator, &Losses::generator},
                                         OneLoss{"LatentGenerator", &LossWeights::latent_generator, &Losses::latent_generator},
                                         OneLoss{"Matching", &LossWeights::matching, &Losses::matching},
                                         OneLoss{"Pairs", &LossWeights::pairs, &Losses::pairs}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(GeneratorPass, OnlyTheWorkOfLossesThatAreOnIsDone) {
  NeuralOptions options;
  options.width = 8;
  options.discriminator_width = 8;
  options.loss = {0, 0, 0, 0, 0, 0, 1};
  Translator translator(kDims[0], kDims[1], {options.width, options.adapter_depth, options.backbone_depth});
  Discriminators discriminators(kDims[0], kDims[1], translator.latent(), options);
  Random random(1);
  translator.initialise(random);
  const Matrix x[2] = {unit_rows(kDims[0], 1), unit_rows(kDims[1], 2)},
               counterpart[2] = {unit_rows(kDims[1], 3), unit_rows(kDims[0], 4)};
  GeneratorPass pass(options);
  pass.forward(translator, {x[0], x[1]});
  const Losses losses = pass.lose(discriminators, {.counterpart = {counterpart[0], counterpart[1]}});
  EXPECT_GT(losses.matching, 0);
  EXPECT_EQ(losses.cycle + losses.reconstruction + losses.generator + losses.latent_generator + losses.preservation, 0);
}

}  // namespace
}  // namespace vec2vec::neural
