// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/cpu/level.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

std::string refusal(std::string_view wanted, std::span<const CpuLevel> possible) {
  try {
    chosen_level(wanted, possible);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
    return e.message() + " | " + e.hint();
  }
  return "not refused";
}

TEST(CpuLevel, IsTheHighestOrALowerOneThatIsNamed) {
  const std::vector<CpuLevel> haswell = {CpuLevel::kV2, CpuLevel::kV3};
  EXPECT_EQ(chosen_level("", haswell), CpuLevel::kV3);
  EXPECT_EQ(chosen_level("v2", haswell), CpuLevel::kV2);
  EXPECT_EQ(chosen_level("v3", haswell), CpuLevel::kV3);
}

TEST(CpuLevel, WhatTheCpuLacksOrNobodyKnowsIsRefused) {
  const std::vector<CpuLevel> haswell = {CpuLevel::kV2, CpuLevel::kV3}, native = {CpuLevel::kNative};
  EXPECT_EQ(refusal("v4", haswell), "This CPU does not have the level 'v4'. | use one of v2, v3, or unset it");
  EXPECT_EQ(refusal("avx2", haswell), "There is no level 'avx2'. | use one of v2, v3, or unset it");
  EXPECT_NE(refusal("v2", native).find("This build has code for one CPU only"), std::string::npos);
}

TEST(CpuLevel, OfThisProcessIsOneOfThePossible) {
  const auto levels = possible_levels();
  ASSERT_FALSE(levels.empty());
  EXPECT_NE(std::find(levels.begin(), levels.end(), cpu_level()), levels.end());
  EXPECT_EQ(cpu(), name_of(cpu_level()));
}

}  // namespace
}  // namespace vec2vec
