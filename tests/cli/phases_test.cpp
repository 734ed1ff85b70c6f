// SPDX-License-Identifier: Apache-2.0
#include "cli/texts/phases.h"

#include <gtest/gtest.h>

namespace vec2vec::cli {
namespace {

using Seen = std::vector<std::pair<std::string, double>>;

Seen told(const std::vector<std::string>& phases, const Seen& work) {
  Seen seen;
  const Progress progress = in_phases(
      [&](std::string_view stage, double done) {
        seen.emplace_back(stage, done);
        return done < 1;
      },
      phases);
  for (const auto& [stage, done] : work) {
    const Progress copy = progress;  // as the library makes
    const bool goes_on = copy(stage, done);
    EXPECT_EQ(goes_on, seen.back().second < 1);
  }
  return seen;
}

TEST(Phases, PartsOfAPhaseAreReportedAsPartsOfTheWhole) {
  const Seen seen = told({"align", "attack 1", "attack 2", "attack 3"},
                         {{"read", 0.9}, {"align", 0.5}, {"align", 0.1}, {"words", 0.7}, {"attack 1", 0}, {"attack 3", 1}});
  EXPECT_EQ(seen, (Seen{{"read", 0.9},
                        {"align (1 of 4)", 0.125},
                        {"align (1 of 4)", 0.125},
                        {"words", 0.125},
                        {"attack 1 (2 of 4)", 0.25},
                        {"attack 3 (4 of 4)", 1}}));
}

TEST(Phases, WhatAnEarlierRunFinishedDoesNotCount) {
  const Seen seen = told({"align", "attack 1", "attack 2", "attack 3"}, {{"attack 2", 0.5}, {"attack 3", 0.5}});
  EXPECT_EQ(seen, (Seen{{"attack 2 (3 of 4)", 0.25}, {"attack 3 (4 of 4)", 0.75}}));
}

TEST(Phases, WithoutPhasesStagesAreReportedAsTheyAre) {
  const Seen seen = told({}, {{"align", 0.5}});
  EXPECT_EQ(seen, (Seen{{"align", 0.5}}));
}

}  // namespace
}  // namespace vec2vec::cli
