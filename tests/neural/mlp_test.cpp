// SPDX-License-Identifier: Apache-2.0
#include "neural/mlp.h"

#include <cstring>

#include "neural/gradient_check.h"

namespace vec2vec::neural {
namespace {

constexpr Index kBatch = 6;

class MlpOf : public testing::TestWithParam<MlpShape> {
 protected:
  MlpOf() {
    Random random(3);
    mlp.initialise(parameters, random, 1.0f);
    for (const Slot& slot : parameters.slots)  // biases and shifts too, so that their effect shows
      for (Index i = 0; i < slot.size(); ++i) parameters.value(slot).data[i] += static_cast<float>(0.3 * random.normal());
    mlp.prepare(tape, kBatch);
  }
  double loss() {
    mlp.forward(parameters, x, y.span(), tape, 0, kBatch);
    return project_on(weights, y);
  }

  const MlpShape shape = GetParam();
  Parameters parameters;
  const Mlp mlp{parameters, "m", shape};
  Matrix x = random_matrix(kBatch, shape.in, 1), y{kBatch, shape.out};
  const Matrix weights = random_matrix(kBatch, shape.out, 2);
  Mlp::Tape tape;
};

TEST_P(MlpOf, GradientsAgreeWithFiniteDifferences) {
  loss();
  Matrix d_x(kBatch, shape.in);
  mlp.backward(parameters, weights, d_x.span(), tape, 0, kBatch);
  for (int task = 0; task < mlp.gradient_tasks(); ++task) mlp.set_gradients(parameters, {{&tape, x, weights}}, task);
  const auto value = [this] { return loss(); };
  expect_gradient(x.data(), d_x.data(), kBatch * shape.in, value, "x");
  const std::vector<float> gradients = parameters.gradients;
  for (const Slot& slot : parameters.slots)
    expect_gradient(parameters.values.data() + slot.offset, gradients.data() + slot.offset, slot.size(), value,
                    slot.name.c_str(), 20);
}

TEST_P(MlpOf, RangesOfRowsAddUpToTheWhole) {
  loss();
  const Matrix whole = y;
  Matrix d_whole(kBatch, shape.in), d_parts(kBatch, shape.in);
  mlp.backward(parameters, weights, d_whole.span(), tape, 0, kBatch);
  y = Matrix(kBatch, shape.out);
  for (Index first : {0, 4}) {
    const Index count = first == 0 ? 4 : 2;
    mlp.forward(parameters, x, y.span(), tape, first, count);
    mlp.backward(parameters, weights, d_parts.span().middle_rows(first, count), tape, first, count);
  }
  for (Index i = 0; i < kBatch * shape.out; ++i) EXPECT_NEAR(y.data()[i], whole.data()[i], 1e-5);
  for (Index i = 0; i < kBatch * shape.in; ++i) EXPECT_NEAR(d_parts.data()[i], d_whole.data()[i], 1e-4);
}

TEST_P(MlpOf, ApplyIsForward) {
  loss();
  Matrix out(kBatch, shape.out);
  mlp.apply(parameters, x, out.span());
  EXPECT_EQ(0, std::memcmp(out.data(), y.data(), sizeof(float) * static_cast<std::size_t>(kBatch * shape.out)));
}

INSTANTIATE_TEST_SUITE_P(Neural, MlpOf,
                         testing::Values(MlpShape{7, 0, 4, 1, Skip::kNone}, MlpShape{7, 9, 4, 3, Skip::kLinear},
                                         MlpShape{5, 9, 5, 4, Skip::kIdentity}, MlpShape{6, 8, 1, 4, Skip::kNone, false}),
                         [](const auto& test) { return "Shape" + std::to_string(test.index); });

}  // namespace
}  // namespace vec2vec::neural
