// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/advise.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "random_matrix.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Rows whose variance falls by `fall` from axis to axis.
Matrix falling(Index n, Index d, float fall, std::uint64_t seed) {
  Matrix rows = random_matrix(n, d, seed);
  float scale = 1;
  for (Index c = 0; c < d; ++c, scale *= fall)
    for (Index i = 0; i < n; ++i) rows(i, c) *= scale;
  return rows;
}

TEST(Advise, OrdersSidesByTheirSpectra) {
  const Matrix store = falling(400, 24, 0.8f, 1), alike = falling(500, 32, 0.8f, 2), other = falling(300, 32, 0.95f, 3);
  const Advice advice = advise(store, {{"other", other}, {"alike", alike}}, {.search = false});
  ASSERT_EQ(advice.sides.size(), 2u);
  EXPECT_EQ(advice.sides[0].name, "alike");
  EXPECT_LT(advice.sides[0].spectrum_distance, advice.sides[1].spectrum_distance / 2);
  EXPECT_EQ(advice.rows_compared, 300);
  EXPECT_EQ(advice.axes_compared, 24);
  EXPECT_FALSE(advice.aligned());
  EXPECT_FALSE(advice.sides[0].searched);
}

TEST(Advise, ARotatedCopyHasDistanceZeroAndAligns) {
  const Matrix store = falling(1500, 24, 0.9f, 1);
  Matrix turned(1500, 24);  // the axes in another order, some of them reversed
  for (Index i = 0; i < 1500; ++i)
    for (Index c = 0; c < 24; ++c) turned(i, (c * 7) % 24) = (c % 2 ? -1.0f : 1.0f) * store(1499 - i, c);
  const Matrix other = random_matrix(1500, 24, 9);
  const Advice advice = advise(store, {{"noise", other}, {"turned", turned}});
  EXPECT_EQ(advice.sides[0].name, "turned");
  EXPECT_LT(advice.sides[0].spectrum_distance, 1e-3);
  EXPECT_TRUE(advice.sides[0].searched);
  const auto json = nlohmann::json::parse(advice.to_json());
  EXPECT_EQ(json["sides"][0]["name"], "turned");
  EXPECT_EQ(json["aligned"], advice.aligned());
}

TEST(Advise, RefusesBadInput) {
  const Matrix good = random_matrix(100, 8, 1), few = random_matrix(10, 8, 1);
  EXPECT_THROW(advise(good, {}), Error);
  EXPECT_THROW(advise(few, {{"b", good}}), Error);
  EXPECT_THROW(advise(good, {{"b", few}}), Error);
  EXPECT_THROW(advise(good, {{"b", good}}, {.max_rows = 10}), Error);
  EXPECT_THROW(advise(good, {{"b", good}}, {.threads = -1}), Error);
}

}  // namespace
}  // namespace vec2vec
