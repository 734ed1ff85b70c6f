// SPDX-License-Identifier: Apache-2.0
// The same two training steps as PyTorch took; make_pytorch_fixture.py wrote what it found.
#include <gtest/gtest.h>

#include <cstring>

#include "io/binary/safetensors.h"
#include "train/step/generator_pass.h"
#include "train/step/optimiser.h"

namespace vec2vec::neural {
namespace {

class Fixture {
 public:
  Matrix read(const std::string& name) const {
    const TensorInfo& t = header_.tensors.at(name);
    Matrix m(t.shape.at(0), t.shape.at(1));
    std::memcpy(m.data(), file_.data() + t.begin, t.end - t.begin);
    return m;
  }
  double number(const std::string& name) const { return read(name)(0, 0); }

  void put(const std::string& prefix, Parameters& parameters) const {
    for (const Slot& slot : parameters.slots) {
      const Matrix m = read(prefix + slot.name);
      ASSERT_EQ(m.rows(), slot.rows);
      ASSERT_EQ(m.cols(), slot.cols);
      std::copy_n(m.data(), slot.size(), parameters.value(slot).data);
    }
  }
  void expect_near(const std::string& prefix, const Parameters& parameters, const std::vector<float>& values) const {
    for (const Slot& slot : parameters.slots) {
      const Matrix m = read(prefix + slot.name);
      for (Index i = 0; i < slot.size(); ++i)
        ASSERT_NEAR(values[static_cast<std::size_t>(slot.offset + i)], m.data()[i], 2e-5 + 2e-4 * std::abs(m.data()[i]))
            << prefix << slot.name << " " << i;
    }
  }

 private:
  MappedFile file_{VEC2VEC_TESTS_DIR "/neural/pytorch.safetensors"};
  SafetensorsHeader header_ = read_safetensors_header(file_);
};

TEST(PyTorch, TakesTheSameTwoTrainingSteps) {
  NeuralOptions options;
  options.width = 8;
  options.adapter_depth = 3;
  options.backbone_depth = 2;
  options.discriminator_depth = 3;
  options.discriminator_width = 7;
  options.loss = {1.5, 2.0, 0.3, 0.2, 0.7, 0.9, 1.1};
  const Fixture fixture;
  Translator translator(6, 9, {options.width, options.adapter_depth, options.backbone_depth});
  Discriminators discriminators(6, 9, translator.latent(), options);
  fixture.put("before.", translator.parameters);
  fixture.put("before.", discriminators.parameters);
  AdamW optimiser(translator.parameters, {.weight_decay = 0.1});
  const Matrix x[2] = {fixture.read("x.0"), fixture.read("x.1")};
  const Matrix counterpart[2] = {fixture.read("counterpart.0"), fixture.read("counterpart.1")};
  GeneratorPass pass(options);
  for (const std::string step : {"0", "1"}) {
    pass.forward(translator, {x[0], x[1]});
    const double taught = discriminators.learn({{0, x[0], 1},
                                                {0, pass.translation(1), 0},
                                                {1, x[1], 1},
                                                {1, pass.translation(0), 0},
                                                {2, pass.latent(0), 1},
                                                {2, pass.latent(1), 0}},
                                               0, 2);
    EXPECT_NEAR(taught, fixture.number("loss." + step + ".discriminator"), 1e-5);
    if (step == "0") fixture.expect_near("gradient.", discriminators.parameters, discriminators.parameters.gradients);
    discriminators.optimiser.step(discriminators.parameters, 0.02, {}, 2);

    const Losses losses = pass.lose(discriminators, {.counterpart = {counterpart[0], counterpart[1]}});
    const std::pair<const char*, double> found[] = {{"reconstruction", losses.reconstruction},
                                                    {"cycle", losses.cycle},
                                                    {"preservation", losses.preservation},
                                                    {"cycle_preservation", losses.cycle_preservation},
                                                    {"generator", losses.generator},
                                                    {"latent_generator", losses.latent_generator},
                                                    {"matching", losses.matching}};
    for (const auto& [name, value] : found) {
      const double expected = fixture.number("loss." + step + "." + name);
      EXPECT_NEAR(value, expected, 1e-5 + 1e-4 * expected) << name << " at step " << step;
    }
    pass.backward(translator);
    if (step == "0") {
      fixture.expect_near("gradient.", translator.parameters, translator.parameters.gradients);
      EXPECT_NEAR(gradient_norm(translator.parameters, 1), fixture.number("norm"), 1e-4 * fixture.number("norm"));
    }
    optimiser.step(translator.parameters, 0.01, {}, 2);
  }
  fixture.expect_near("after.", translator.parameters, translator.parameters.values);
  fixture.expect_near("after.", discriminators.parameters, discriminators.parameters.values);
}

}  // namespace
}  // namespace vec2vec::neural
