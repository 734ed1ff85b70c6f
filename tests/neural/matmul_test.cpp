// SPDX-License-Identifier: Apache-2.0
#include "neural/matmul.h"

#include "core/matrix/gemm.h"
#include "kernels/right_factor.h"
#include "neural/gradient_check.h"

namespace vec2vec::neural {
namespace {

/// m, or its transpose, as a right factor.
std::vector<std::uint16_t> packed(const Matrix& m, bool transposed) {
  std::vector<std::uint16_t> as_it_is(static_cast<std::size_t>(packed_size(m.rows(), m.cols()))),
      turned(static_cast<std::size_t>(packed_size(m.cols(), m.rows())));
  pack(m, as_it_is.data(), turned.data());
  return transposed ? turned : as_it_is;
}

TEST(Bfloat16, RoundsToTheNearestAndTiesToEven) {
  const float values[] = {1.0f, -2.5f, 1.00390625f, 1.01171875f, 3.14159265f};
  const std::uint16_t expected[] = {0x3F80, 0xC020, 0x3F80, 0x3F82, 0x4049};
  std::uint16_t halves[5];
  to_bfloat16(values, halves, 5);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(halves[i], expected[i]) << i;
}

TEST(Bfloat16, ProductsAgreeWithFloat32) {
  if (!has_bf16()) GTEST_SKIP() << "no bfloat16 in this build or on this CPU";
  const Matrix a = random_matrix(33, 70, 1), w = random_matrix(70, 45, 2), v = random_matrix(45, 70, 3),
               b = random_matrix(33, 45, 4);
  const auto w_half = packed(w, false), v_half = packed(v, true);
  const auto expect_near = [](const Matrix& half, const Matrix& whole, double tolerance) {
    for (Index i = 0; i < half.rows() * half.cols(); ++i) ASSERT_NEAR(half.data()[i], whole.data()[i], tolerance) << i;
  };
  for (const bool accumulate : {false, true}) {
    Matrix half = b, whole = b;
    matmul(a, w, w_half.data(), false, half.span(), accumulate);
    gemm(a, false, w, false, whole.span(), 1, accumulate ? 1.0f : 0.0f);
    expect_near(half, whole, 0.02 * std::sqrt(70));
    half = whole = b;
    matmul(a, v, v_half.data(), true, half.span(), accumulate);
    gemm(a, false, v, true, whole.span(), 1, accumulate ? 1.0f : 0.0f);
    expect_near(half, whole, 0.02 * std::sqrt(70));
  }
  for (const bool accumulate : {false, true}) {
    Matrix half = w, whole = w;
    transposed_product(a, b, true, half.span(), accumulate);
    gemm(a, true, b, false, whole.span(), 1, accumulate ? 1.0f : 0.0f);
    expect_near(half, whole, 0.02 * std::sqrt(33));
  }
}

}  // namespace
}  // namespace vec2vec::neural
