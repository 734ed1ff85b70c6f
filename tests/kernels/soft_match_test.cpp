// SPDX-License-Identifier: Apache-2.0
#include "kernels/soft_match.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/random.h"
#include "kernels/exp.h"
#include "kernels/right_factor.h"
#include "random_matrix.h"
#include "space/unit.h"

namespace vec2vec {
namespace {

TEST(FastExp, AgreesWithTheLibraryOverItsRange) {
  for (float x = -87.0f; x < 88.0f; x += 0.01f) EXPECT_NEAR(fast_exp(x) / std::exp(static_cast<double>(x)), 1.0, 4e-7) << x;
  EXPECT_GT(fast_exp(-1000.0f), 0.0f);
}

TEST(FastExp, LessOneKeepsItsDigitsNearZero) {
  for (const float size : {1e-30f, 1e-8f, 1e-6f, 1e-3f, 0.1f, 0.4f, 1.0f, 10.0f, 80.0f})
    for (const float x : {size, -size})
      EXPECT_NEAR(static_cast<double>(fast_expm1(x)) / std::expm1(static_cast<double>(x)), 1.0, 1e-6) << x;
  EXPECT_EQ(fast_expm1(0.0f), 0.0f);
}

TEST(SoftMatch, AgreesWithTheReference) {
  // Sizes around the block of 256 rows; a temperature that spreads the plan and one that makes it sharp.
  for (Index n : {5, 256, 300})
    for (float temperature : {0.05f, 0.3f}) {
      const Matrix x = random_unit(n, 16, 1), y = random_unit(270, 16, 2), carried = random_unit(270, 7, 3);
      for (MatrixView c : {y.view(), carried.view()}) {
        const Matrix fast = soft_match(x, y, c, {temperature, 3, 2, false}),
                     slow = soft_match_reference(x, y, c, {temperature, 3, 1});
        for (Index i = 0; i < n * c.cols; ++i) ASSERT_NEAR(fast.data()[i], slow.data()[i], 2e-5);
      }
    }
}

TEST(SoftMatch, Bfloat16AgreesWithFloat32) {
  if (!has_bf16()) GTEST_SKIP() << "this CPU does not multiply bfloat16";
  const Matrix x = random_unit(300, 48, 1), y = random_unit(270, 48, 2);
  const Matrix rounded = soft_match(x, y, y, {0.05f, 3, 2, true}), exact = soft_match(x, y, y, {0.05f, 3, 2, false});
  EXPECT_NEAR(soft_score(x, rounded), soft_score(x, exact), 5e-4);
  for (Index i = 0; i < 300 * 48; ++i) ASSERT_NEAR(rounded.data()[i], exact.data()[i], 5e-3);
}

TEST(SoftMatch, SparseCouplingAgreesWithTheReference) {
  // High dimension, low temperature, true neighbours: the path that keeps only the entries that count.
  Matrix x = random_unit(600, 128, 1), y = random_unit(600, 128, 2);
  for (Index i = 0; i < 600 * 128; ++i) y.data()[i] = 0.7f * x.data()[i] + 0.7f * y.data()[i];
  normalise_rows(y.span());
  const Matrix fast = soft_match(x, y, y, {0.02f, 2, 2}), slow = soft_match_reference(x, y, y, {0.02f, 2, 1});
  EXPECT_NEAR(soft_score(x, fast), soft_score(x, slow), 1e-4);
  for (Index i = 0; i < 600 * 128; ++i) ASSERT_NEAR(fast.data()[i], slow.data()[i], 2e-3);
}

TEST(SoftMatch, ScoreIsTheMeanCosineUnderTheCoupling) {
  const Matrix x = random_unit(40, 16, 1), y = random_unit(50, 16, 2);
  const Matrix counterparts = soft_match_reference(x, y, y, {0.1f, 3, 1});
  Matrix each(50, 50);  // the identity: its counterparts are the coupling itself
  for (Index j = 0; j < 50; ++j) each(j, j) = 1;
  const Matrix coupling = soft_match_reference(x, y, each, {0.1f, 3, 1});
  double sum = 0, mass = 0;
  for (Index i = 0; i < 40; ++i)
    for (Index j = 0; j < 50; ++j) {
      double cosine = 0;
      for (Index c = 0; c < 16; ++c) cosine += static_cast<double>(x(i, c)) * y(j, c);
      sum += coupling(i, j) * cosine;
      mass += coupling(i, j);
    }
  EXPECT_NEAR(soft_score(x, counterparts), sum / mass, 1e-5);
}

TEST(SoftMatch, AKernelTooLargeToKeepAgreesWithTheReference) {
  // 8,200 x 8,200 entries have more than 128 MiB in bfloat16; of float32, 5,900 x 5,900.
  const Index n = has_bf16() ? 8200 : 5900;
  const Matrix x = random_unit(n, 8, 1), y = random_unit(n, 8, 2);
  const Matrix fast = soft_match(x, y, y, {0.3f, 1, 2}), slow = soft_match_reference(x, y, y, {0.3f, 1, 1});
  for (Index i = 0; i < n * 8; ++i) ASSERT_NEAR(fast.data()[i], slow.data()[i], 5e-3);
}

TEST(SoftMatch, SameBytesForAnyThreadCount) {
  const Matrix x = random_unit(700, 32, 1), y = random_unit(500, 32, 2);
  const Matrix one = soft_match(x, y, y, {0.1f, 2, 1}), three = soft_match(x, y, y, {0.1f, 2, 3});
  EXPECT_EQ(0, std::memcmp(one.data(), three.data(), sizeof(float) * 700 * 32));
}

}  // namespace
}  // namespace vec2vec
