// SPDX-License-Identifier: Apache-2.0
#include "encode/batches.h"

#include <gtest/gtest.h>

#include <set>

#include "core/random.h"

namespace vec2vec {
namespace {

TEST(Batches, HoldEveryTextOnceWithinTheLimits) {
  Random random(3);
  std::vector<Index> lengths;
  for (int i = 0; i < 5000; ++i) lengths.push_back(1 + random.below(random.below(10) == 0 ? 1500 : 40));
  std::set<Index> seen;
  Index padded = 0, real = 0, previous = 1 << 20;
  for (const Batch& batch : batches_by_length(lengths)) {
    const auto count = static_cast<Index>(batch.texts.size());
    EXPECT_GE(count, 1);
    EXPECT_LE(count, kBatchTexts);
    EXPECT_TRUE(count == 1 || count * batch.width <= kBatchTokens);
    EXPECT_LE(batch.width, previous);
    previous = batch.width;
    for (const Index text : batch.texts) {
      EXPECT_TRUE(seen.insert(text).second);
      EXPECT_LE(lengths[static_cast<std::size_t>(text)], batch.width);
      real += lengths[static_cast<std::size_t>(text)];
    }
    padded += count * batch.width;
  }
  EXPECT_EQ(seen.size(), lengths.size());
  EXPECT_LT(static_cast<double>(padded), 1.1 * static_cast<double>(real));
}

TEST(Batches, WidthNeverExceedsTheLongestText) {
  const auto batches = batches_by_length({5, 2, 5});
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].width, 5);
  EXPECT_EQ(batches[0].texts, (std::vector<Index>{0, 2, 1}));
  EXPECT_TRUE(batches_by_length({}).empty());
}

}  // namespace
}  // namespace vec2vec
