// SPDX-License-Identifier: Apache-2.0
#include "kernels/nearest_candidate.h"

#include <gtest/gtest.h>

#include "random_matrix.h"

namespace vec2vec {
namespace {

TEST(NearestOf, IsTheLargestInnerProduct) {
  const Matrix q = random_unit(300, 12, 1), c = random_unit(2500, 12, 2);
  const NearestOf found = nearest_of(q, c, 2);
  for (Index i = 0; i < q.rows(); i += 7) {
    double best = -2;
    Index where = 0;
    for (Index j = 0; j < c.rows(); ++j) {
      double dot = 0;
      for (Index k = 0; k < 12; ++k) dot += static_cast<double>(q(i, k)) * c(j, k);
      if (dot > best) best = dot, where = j;
    }
    EXPECT_EQ(found.index[static_cast<std::size_t>(i)], where);
    EXPECT_NEAR(found.value[static_cast<std::size_t>(i)], best, 1e-5);
  }
}

}  // namespace
}  // namespace vec2vec
