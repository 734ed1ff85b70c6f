// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/kinship.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/matrix/gemm.h"
#include "linear/polar.h"
#include "random_matrix.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

Matrix demo(const std::string& name) { return read_all(*open_rows(std::string(VEC2VEC_DEMO_DATA) + "/" + name)); }

/// By moments alone, which takes no search.
KinshipReport compare(MatrixView a, MatrixView b) {
  KinshipOptions options;
  options.search = false;
  return compare_models(a, b, options);
}

TEST(Kinship, OneModelIsToldByItsAxesWhateverTheTexts) {
  const Matrix a = demo("minilm.a.npy"), e5 = demo("e5.b.npy");
  EXPECT_EQ(compare(a, demo("minilm.eval.npy")).kinship, Kinship::kSameModel);
  EXPECT_EQ(compare(e5, demo("e5.eval.npy")).kinship, Kinship::kSameModel);
  EXPECT_EQ(compare(demo("mpnet.b.npy"), demo("mpnet.pairs.npy")).kinship, Kinship::kSameModel);
  const KinshipReport other = compare(a, e5);
  EXPECT_EQ(other.kinship, Kinship::kUncertain);
  EXPECT_LT(std::abs(other.axis_correlation), 8 * other.null_deviation);
  EXPECT_FALSE(other.searched);
}

TEST(Kinship, ARotatedCopyHasOtherAxesButTheSameSpectrum) {
  const Matrix rows = demo("minilm.eval.npy");
  const KinshipReport same = compare(rows, rows);
  EXPECT_NEAR(same.axis_correlation, 1, 1e-3);
  EXPECT_NEAR(same.mean_cosine, 1, 1e-5);
  const KinshipReport rotated = compare(rows, product(rows, polar_factor(random_matrix(384, 384, 1))));
  EXPECT_EQ(rotated.kinship, Kinship::kUncertain);
  EXPECT_LT(rotated.spectrum_distance, 1e-3);
  EXPECT_GT(compare(rows, demo("mpnet.eval.npy")).spectrum_distance, 0.02);
}

TEST(Kinship, TheNullIsThatOfRandomRotations) {
  const Index d = 24;
  Matrix rows = random_matrix(4000, d, 1);
  for (Index i = 0; i < rows.rows(); ++i)
    for (Index c = 0; c < d; ++c) rows(i, c) *= std::pow(0.8f, static_cast<float>(c));
  double square = 0, mean = 0, expected = 0;
  constexpr int kRotations = 200;
  for (int r = 0; r < kRotations; ++r) {
    const KinshipReport report =
        compare(rows, product(rows, polar_factor(random_matrix(d, d, static_cast<std::uint64_t>(r + 2)))));
    mean += report.axis_correlation / kRotations;
    square += report.axis_correlation * report.axis_correlation / kRotations;
    expected = report.null_deviation;
  }
  EXPECT_LT(std::abs(mean), 4 * expected / std::sqrt(kRotations));
  EXPECT_NEAR(std::sqrt(square) / expected, 1, 0.2);
}

TEST(Kinship, OtherCoordinatesAreSearchedForAMap) {
  const Matrix rows = demo("minilm.a.npy");
  KinshipOptions options;
  options.max_rows = 3000;
  const KinshipReport rotated =
      compare_models(rows.view().middle_rows(0, 3000),
                     product(rows.view().middle_rows(3000, 3000), polar_factor(random_matrix(384, 384, 1))), options);
  EXPECT_EQ(rotated.kinship, Kinship::kAlignable);
  EXPECT_TRUE(rotated.searched);
}

TEST(Kinship, RefusesFewAndBrokenRows) {
  const Matrix rows = random_matrix(100, 8, 1);
  EXPECT_THROW(compare(rows.view().middle_rows(0, 20), rows), Error);
  Matrix broken = random_matrix(100, 8, 2);
  broken(3, 3) = std::nanf("");
  EXPECT_THROW(compare(rows, broken), Error);
}

}  // namespace
}  // namespace vec2vec
