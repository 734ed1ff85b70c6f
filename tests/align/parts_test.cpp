// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "align/planted.h"
#include "vec2vec/align.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

Matrix demo(const std::string& name) { return read_all(*open_rows(VEC2VEC_DEMO_DATA "/" + name + ".npy")); }

/// Rows of the same encoder turned by a rotation of their own and moved aside: as dense as real ones, with no counterpart.
Matrix foreign(MatrixView rows) {
  Matrix out = times(rows, random_map(rows.cols, rows.cols, 3));
  for (Index i = 0; i < out.rows(); ++i) out(i, 0) += 0.7f;
  return out;
}

TEST(AlignParts, RowsWithoutCounterpartAreLeftOut) {
  const Matrix a = demo("minilm.a"), b = demo("mpnet.b");
  const MatrixView source = MatrixView(a).middle_rows(0, 2500);
  Matrix target(4500, b.cols());
  const Matrix strange = foreign(MatrixView(b).middle_rows(3000, 2000));
  std::copy_n(b.data(), 2500 * b.cols(), target.data());
  std::copy_n(strange.data(), 2000 * b.cols(), target.row(2500));

  const AlignSummary summary = align({source, target, "a", "b"}, {.seed = 1, .effort = Effort::kLow, .partial = true});
  EXPECT_EQ(summary.verdict, Verdict::kAligned) << summary.brief();
  EXPECT_EQ(summary.source_rows_left_out, 0);
  EXPECT_NEAR(static_cast<double>(summary.target_rows_left_out), 2000, 200);
  EXPECT_GE(top1(summary.map, demo("minilm.eval"), demo("mpnet.eval")), 0.85);
}

TEST(AlignParts, AreNotTriedWithKnownPairs) {
  const Matrix rows = times(latent(100, 8, 1), random_map(8, 8, 1));
  EXPECT_THROW(align({rows, rows, "a", "b", {{0, 0}}}, {.partial = true}), Error);
}

}  // namespace
}  // namespace vec2vec
