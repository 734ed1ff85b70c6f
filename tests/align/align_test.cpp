// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/align.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "align/planted.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

struct Planted {
  Index source_dim, target_dim;
  bool orthogonal;
};

class PlantedMap : public testing::TestWithParam<Planted> {};

TEST_P(PlantedMap, IsRecoveredWithoutPairs) {
  const auto [source_dim, target_dim, orthogonal] = GetParam();
  constexpr Index kLatent = 32;
  Matrix to_source = random_map(kLatent, source_dim, 1), to_target = random_map(kLatent, target_dim, 2);
  if (!orthogonal)  // stretch the target by factors from 0.8 to 1.2
    for (Index j = 0; j < target_dim; ++j)
      for (Index i = 0; i < kLatent; ++i)
        to_target(i, j) *= 0.8f + 0.4f * static_cast<float>(j) / static_cast<float>(target_dim);
  const Matrix a = times(latent(4000, kLatent, 21), to_source, 0.005, 5),
               b = times(latent(4000, kLatent, 22), to_target, 0.005, 6);
  const Matrix e = latent(500, kLatent, 23);
  const AlignSummary summary = align({a, b, "a", "b"}, {.seed = 1});
  const double score = top1(summary.map, times(e, to_source), times(e, to_target));
  EXPECT_GE(score, 0.95);
  EXPECT_EQ(summary.verdict, Verdict::kAligned) << summary.brief();
}

INSTANTIATE_TEST_SUITE_P(Align, PlantedMap,
                         testing::Values(Planted{64, 64, true}, Planted{64, 96, true}, Planted{96, 64, false},
                                         Planted{64, 64, false}),
                         [](const auto& test) {
                           return std::to_string(test.param.source_dim) + "To" + std::to_string(test.param.target_dim) +
                                  (test.param.orthogonal ? "Orthogonal" : "Stretched");
                         });

/// Aligns the demo's MiniLM rows with those of another encoder; top-1 of held-out rows over that of the paired oracle.
double demo_share_of_oracle(const std::string& encoder) {
  auto read = [&](const std::string& name) { return read_all(*open_rows(VEC2VEC_DEMO_DATA "/" + name + ".npy")); };
  const Matrix a = read("minilm.a"), b = read(encoder + ".b"), source = read("minilm.eval"), target = read(encoder + ".eval");
  const double oracle = top1(fit_paired(read("minilm.pairs"), read(encoder + ".pairs")), source, target);
  const AlignSummary summary = align({a, b, "minilm", encoder}, {});
  EXPECT_EQ(summary.verdict, Verdict::kAligned) << summary.brief();
  return top1(summary.map, source, target) / oracle;
}

TEST(Align, RealDemoPairComesNearThePairedOracle) { EXPECT_GE(demo_share_of_oracle("mpnet"), 0.97); }

TEST(Align, EncodersOfUnrelatedFamiliesAreAligned) { EXPECT_GE(demo_share_of_oracle("e5"), 0.8); }

TEST(Align, PureNoiseIsNotCalledAligned) {
  Random random(9);
  Matrix a(1000, 64), b(1000, 64);
  for (Matrix* m : {&a, &b})
    for (Index i = 0; i < m->rows() * m->cols(); ++i) m->data()[i] = static_cast<float>(random.normal());
  EXPECT_NE(align({a, b, "a", "b"}, {.time_budget = 15}).verdict, Verdict::kAligned);
}

TEST(Align, SameSeedSameBytesForAnyThreadCount) {
  const Matrix a = times(latent(600, 24, 1), random_map(24, 32, 1)), b = times(latent(600, 24, 2), random_map(24, 40, 2));
  const AlignSummary one = align({a, b, "a", "b"}, {.seed = 5, .effort = Effort::kLow, .threads = 1}),
                     two = align({a, b, "a", "b"}, {.seed = 5, .effort = Effort::kLow, .threads = 3});
  EXPECT_EQ(0, std::memcmp(one.map.weight.data(), two.map.weight.data(), sizeof(float) * 32 * 40));
}

TEST(Align, RefusesBadInput) {
  Matrix good(100, 8), constant(100, 8), few(10, 8), broken(100, 8);
  Random random(1);
  for (Matrix* m : {&good, &few, &broken})
    for (Index i = 0; i < m->rows() * m->cols(); ++i) m->data()[i] = static_cast<float>(random.normal());
  broken(3, 2) = std::nanf("");
  for (const Matrix* bad : {&constant, &few, &broken}) EXPECT_THROW(align({*bad, good, "a", "b"}, {}), Error);
  EXPECT_THROW(align({good, good, "a", "b"}, {.threads = -1}), Error);
  EXPECT_THROW(fit_paired(good, few), Error);
}

}  // namespace
}  // namespace vec2vec
