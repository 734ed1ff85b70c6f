// SPDX-License-Identifier: Apache-2.0
#include "core/matrix/gemm_rows.h"

#include <gtest/gtest.h>

#include "random_matrix.h"

namespace vec2vec {
namespace {

TEST(GemmRows, EveryRowHasTheSameBytesHoweverManyThereAre) {
  for (const auto& [k, m] : {std::pair<Index, Index>{384, 768}, {768, 384}, {384, 64}, {100, 1}}) {
    const Matrix a = random_matrix(70, k, 1), b = random_matrix(k, m, 2), b_of_rows = random_matrix(m, k, 3);
    for (const bool transpose : {false, true}) {
      const MatrixView right = transpose ? b_of_rows.view() : b.view();
      Matrix whole(70, m);
      gemm_rows(a, right, transpose, whole.span());
      for (const Index rows : {1, 2, 3, 5, 8, 15, 16, 17, 33, 69}) {
        Matrix part(rows, m);
        gemm_rows(a.view().middle_rows(1, rows), right, transpose, part.span());
        for (Index i = 0; i < rows; ++i)
          for (Index j = 0; j < m; ++j)
            ASSERT_EQ(part(i, j), whole(i + 1, j))
                << k << " x " << m << ", transposed " << transpose << ", " << rows << " rows";
      }
    }
  }
}

}  // namespace
}  // namespace vec2vec
