// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

namespace vec2vec {
namespace {

// The numbers are part of every result's bytes. Whoever changes them changes all maps: the verdict then has to be fitted again.
TEST(Random, DrawsTheSameNumbersForEver) {
  Random plain(0), search(7, Stream::kAnchors, 3, 5);
  EXPECT_EQ(plain.bits(), 0x926CD0ABD689B147u);
  EXPECT_EQ(plain.bits(), 0xDBB63502DC10ADD7u);
  EXPECT_EQ(search.bits(), 0xF5ABBAF69282C1C3u);
  EXPECT_EQ(search.bits(), 0xFFC57791094FBB4Bu);
}

// With a state that is linear in seed and stream, seeds s and s + 1 share words of their state.
TEST(Random, NeighboursShareNothing) {
  std::set<std::uint64_t> seen;
  std::size_t drawn = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint64_t stream = 0; stream < 10; ++stream)
      for (std::uint64_t number = 0; number < 10; ++number)
        for (std::uint64_t part = 0; part < 4; ++part) {
          Random random(seed, static_cast<Stream>(stream), number, part);
          for (int i = 0; i < 4; ++i, ++drawn) seen.insert(random.bits());
        }
  EXPECT_EQ(seen.size(), drawn);
}

TEST(Random, HalfOfTheBitsDifferBetweenNeighbours) {
  double differing = 0;
  constexpr int kSeeds = 1000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
    differing += std::popcount(Random(seed).bits() ^ Random(seed + 1).bits()) / (64.0 * kSeeds);
  EXPECT_NEAR(differing, 0.5, 0.01);  // six standard deviations
}

TEST(Random, MomentsAreThoseOfTheirDistributions) {
  Random random(1);
  double uniform = 0, normal = 0, square = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    uniform += random.uniform() / kDraws;
    const double x = random.normal();
    normal += x / kDraws;
    square += x * x / kDraws;
  }
  EXPECT_NEAR(uniform, 0.5, 0.005);
  EXPECT_NEAR(normal, 0, 0.02);
  EXPECT_NEAR(square, 1, 0.03);
}

TEST(Random, SamplesWithoutRepetition) {
  const std::vector<Index> sample = Random(3).sample(100, 60);
  const std::set<Index> distinct(sample.begin(), sample.end());
  EXPECT_EQ(sample.size(), 60u);
  EXPECT_EQ(distinct.size(), 60u);
  EXPECT_GE(*distinct.begin(), 0);
  EXPECT_LT(*distinct.rbegin(), 100);
  EXPECT_EQ(Random(3).sample(5, 60).size(), 5u);
}

}  // namespace
}  // namespace vec2vec
