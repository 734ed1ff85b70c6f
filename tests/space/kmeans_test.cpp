// SPDX-License-Identifier: Apache-2.0
#include "space/kmeans.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "random_matrix.h"

namespace vec2vec {
namespace {

/// 5 clusters of 40 rows around the axes, unevenly mixed.
Matrix clusters() {
  Matrix rows = random_matrix(200, 8, 1);
  for (Index i = 0; i < rows.rows() * rows.cols(); ++i) rows.data()[i] *= 0.05f;
  for (Index i = 0; i < rows.rows(); ++i) rows(i, i % 5) += 3;
  return rows;
}

TEST(Kmeans, FindsTheCentresLessTheirMean) {
  Random random(1);
  const Matrix found = kmeans_anchors(clusters(), 5, 20, random);
  ASSERT_EQ(found.rows(), 5);
  std::vector<bool> seen(5);
  for (Index c = 0; c < 5; ++c) {
    Index axis = 0;
    for (Index j = 1; j < 5; ++j)
      if (found(c, j) > found(c, axis)) axis = j;
    seen[static_cast<std::size_t>(axis)] = true;
    for (Index j = 0; j < 5; ++j) EXPECT_NEAR(found(c, j), j == axis ? 2.4 : -0.6, 0.05);  // 3 less the mean of 3 / 5
  }
  EXPECT_EQ(seen, std::vector<bool>(5, true));
}

TEST(Kmeans, TheSeedDecides) {
  Random one(1), same(1), other(2);
  const Matrix rows = random_matrix(300, 6, 4), a = kmeans_anchors(rows, 12, 5, one), b = kmeans_anchors(rows, 12, 5, same),
               c = kmeans_anchors(rows, 12, 5, other);
  EXPECT_EQ(0, std::memcmp(a.data(), b.data(), sizeof(float) * 72));
  EXPECT_NE(0, std::memcmp(a.data(), c.data(), sizeof(float) * 72));
}

TEST(Kmeans, ClustersThatStayEmptyDoNoHarm) {
  const Matrix rows = random_matrix(2, 3, 5);  // two different rows, four centroids
  Random random(1);
  const Matrix found = kmeans_anchors(rows, 4, 5, random);
  for (Index i = 0; i < 12; ++i) EXPECT_TRUE(std::isfinite(found.data()[i]));
}

}  // namespace
}  // namespace vec2vec
