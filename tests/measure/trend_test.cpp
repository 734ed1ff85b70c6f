// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "contains.h"
#include "core/text/json.h"
#include "core/text/number.h"
#include "measure/spaces.h"
#include "measure/trend/rank_correlation.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/measure_trend.h"

namespace vec2vec {
namespace {

const MeasureInfo& info_of(const char* key) {
  for (const MeasureInfo& info : measure_catalogue())
    if (info.key == key) return info;
  throw std::logic_error(key);
}

/// A grid of one measure whose value of spaces i and j is value(i, j); the null lies at 0.
template <class Value>
MeasureGrid grid_of(std::vector<std::string> names, const char* key, Value value) {
  const std::size_t n = names.size();
  MeasureGrid grid{names, names, true, std::vector<Measurement>(n * n), {}};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      Measure m;
      m.info = &info_of(key);
      m.value = m.adjusted = value(i, j);
      grid.cells[i * n + j].rows = 100;
      grid.cells[i * n + j].measures.push_back(m);
    }
  }
  return grid;
}

/// The first trend with these others, of adjusted values or of values.
const Trend& find(const AgreementTrends& all, const std::string& with, bool adjusted = true) {
  for (const Trend& trend : all.trends)
    if (all.agreements[trend.agreement].with == with && all.agreements[trend.agreement].adjusted == adjusted) return trend;
  throw std::logic_error("no trend with " + with);
}

const std::vector<std::string> kNames = {"a", "b", "c", "d", "e", "f"};

/// Trait i of space i; the first three are of one family, the others of another.
TraitTable six() {
  TraitTable table{{"competence"}, {}};
  for (std::size_t i = 0; i < 6; ++i) table.spaces.push_back({kNames[i], i < 3 ? "x" : "y", {static_cast<double>(i)}});
  return table;
}

TEST(Trend, SeesThatAgreementGrows) {
  const auto grows = [](std::size_t i, std::size_t j) { return 0.01 * static_cast<double>(i + j); };
  const AgreementTrends all = measure_trends(grid_of(kNames, "mutual_knn", grows), six());
  const Trend& trend = find(all, "all others");
  EXPECT_EQ(trend.spaces, 6);
  EXPECT_DOUBLE_EQ(trend.rank_correlation, 1);
  EXPECT_GT(trend.low, 0.5);
  EXPECT_NEAR(trend.p_value, 2.0 / 720, 0.002) << "two of 720 orders are as strict";
  // Space 0 has closeness 0.01 * j to j = 1 .. 5.
  EXPECT_DOUBLE_EQ(all.agreements[trend.agreement].of_space[0], 0.03);
  // With the other family: spaces 3, 4, 5 for the first three, and 0, 1, 2 for the last three.
  const Agreement& foreign = all.agreements[find(all, "other families").agreement];
  EXPECT_DOUBLE_EQ(foreign.of_space[0], 0.04);
  EXPECT_DOUBLE_EQ(foreign.of_space[3], 0.04);
}

TEST(Trend, TakesDistancesByTheirNegative) {
  const auto shrinks = [](std::size_t i, std::size_t j) { return 1 - 0.01 * static_cast<double>(i + j); };
  const AgreementTrends all = measure_trends(grid_of(kNames, "procrustes_distance", shrinks), six());
  EXPECT_DOUBLE_EQ(find(all, "all others", false).rank_correlation, 1);
}

TEST(Trend, LeavesOutUnknownTraitsAndTooFewSpaces) {
  const auto grows = [](std::size_t i, std::size_t j) { return 0.01 * static_cast<double>(i + j); };
  TraitTable table = six();
  table.spaces[5].values[0] = kUndefined;
  EXPECT_EQ(find(measure_trends(grid_of(kNames, "cka", grows), table), "all others").spaces, 5);
  for (SpaceTraits& space : table.spaces) space.values[0] = kUndefined;
  EXPECT_TRUE(measure_trends(grid_of(kNames, "cka", grows), table).trends.empty());
  for (SpaceTraits& space : table.spaces) space.values[0] = 7;
  EXPECT_TRUE(measure_trends(grid_of(kNames, "cka", grows), table).trends.empty()) << "a trait that does not vary has no trend";
}

TEST(Trend, FindsNothingInNoise) {
  Random random(5);
  std::vector<double> p_values;
  for (int run = 0; run < 20; ++run) {
    const auto noise = [&](std::size_t, std::size_t) { return random.uniform(); };
    const Trend trend = find(measure_trends(grid_of(kNames, "cka", noise), six()), "all others");
    EXPECT_LE(trend.low, trend.high);
    p_values.push_back(trend.p_value);
  }
  EXPECT_LE(std::count_if(p_values.begin(), p_values.end(), [](double p) { return p < 0.05; }), 4);
}

TEST(Trend, WantsALineForEachSpace) {
  TraitTable table = six();
  table.spaces.pop_back();
  try {
    measure_trends(grid_of(kNames, "cka", [](std::size_t, std::size_t) { return 0.1; }), table);
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(contains(error.what(), "'f'")) << error.what();
  }
}

TEST(Trend, WeighsRanksAsIfValuesStoodThereSoOften) {
  const std::vector<std::uint32_t> weights = {2, 0, 1, 1};
  const std::vector<double> values = {3, kUndefined, 5, 3};
  EXPECT_EQ(weighted_ranks(weights, values), (std::vector<double>{2, 0, 4, 2}));  // 3, 3, 3, 5
}

class Traits : public ::testing::Test {
 protected:
  TraitTable read(const std::string& text) const {
    std::ofstream(path) << text;
    return read_traits(path);
  }
  void expect_refused(const std::string& text, const std::string& word) const {
    try {
      read(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_TRUE(contains(std::string(error.what()) + error.where(), word)) << error.what() << error.where();
    }
  }
  TempDir dir;
  const std::string path = dir.path("traits.csv");
};

TEST_F(Traits, AreReadByTheNamesOfTheirColumns) {
  const TraitTable table = read("competence,name,family,size\n0.5,\"one, two\",x,\n\n1e-1,b,,20\n");
  EXPECT_EQ(table.traits, (std::vector<std::string>{"competence", "size"}));
  ASSERT_EQ(table.spaces.size(), 2u);
  EXPECT_EQ(table.spaces[0].name, "one, two");
  EXPECT_EQ(table.spaces[0].family, "x");
  EXPECT_TRUE(std::isnan(table.spaces[0].values[1]));
  EXPECT_EQ(table.spaces[1].values, (std::vector<double>{0.1, 20}));
}

TEST_F(Traits, NameTheLineThatCannotBeRead) {
  expect_refused("a,0.5\nb,0.6\n", "line 1");
  expect_refused("name\na\n", "line 1");
  expect_refused("name,competence\na,0.5\nb\n", "line 3");
  expect_refused("name,competence\na,much\n", "'much'");
  expect_refused("name,competence\na,1\na,2\n", "again");
}

}  // namespace
}  // namespace vec2vec
