// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "comma_locale.h"
#include "core/text/json.h"
#include "measure/spaces.h"
#include "vec2vec/measure.h"
#include "vec2vec/pages.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

class Grid : public ::testing::Test {
 protected:
  const Matrix a = random_matrix(120, 8, 1), b = related_rows(a, 12, 0.3, 2), c = related_rows(a, 10, 2, 3),
               noise = random_matrix(120, 9, 4), noise2 = random_matrix(120, 9, 5);
  const MeasureOptions options{
      .permutations = 50, .bootstrap = 20, .only = {"mutual_knn", "cycle_knn", "cycle_knn_back", "cka"}};
};

TEST_F(Grid, CellsAreThePairsMeasurements) {
  const std::vector<NamedRows> spaces = {{"a", a}, {"b", b}, {"c", c}};
  const MeasureGrid grid = measure_all(spaces, options);
  const Measurement pair = measure(spaces[1], spaces[2], options);
  EXPECT_EQ(grid.cells[5].to_json(), pair.to_json());
  EXPECT_EQ(grid.value("cka", 1, 2), pair.find("cka")->value);
  EXPECT_EQ(grid.value("cka", 2, 1), pair.find("cka")->value);
  EXPECT_EQ(grid.value("cycle_knn", 2, 1), pair.find("cycle_knn_back")->value);
  EXPECT_EQ(grid.value("cycle_knn", 2, 1), measure(spaces[2], spaces[1], options).find("cycle_knn")->value);
  EXPECT_TRUE(std::isnan(grid.value("cka", 1, 1)));
  EXPECT_TRUE(grid.selected.empty());
}

TEST_F(Grid, SelectsTheBestLayersAndCorrectsTheirNull) {
  const MeasureGrid grid = measure_layers(std::vector<NamedRows>{{"a0", noise}, {"a1", a}},
                                          std::vector<NamedRows>{{"b0", noise2}, {"b1", c}, {"b2", b}}, options);
  ASSERT_EQ(grid.cells.size(), 6u);
  const auto selected = std::find_if(grid.selected.begin(), grid.selected.end(),
                                     [](const SelectedMeasure& s) { return s.info->key == "mutual_knn"; });
  ASSERT_NE(selected, grid.selected.end());
  EXPECT_EQ(selected->row, 1);
  EXPECT_EQ(selected->column, 2);
  EXPECT_EQ(selected->value, grid.value("mutual_knn", 1, 2));
  EXPECT_DOUBLE_EQ(selected->p_value, 1.0 / 51);
  // The best of six is larger by chance than any one of them.
  double largest_mean = 0;
  for (const Measurement& cell : grid.cells) largest_mean = std::max(largest_mean, cell.find("mutual_knn")->null_mean);
  EXPECT_GT(selected->null_mean, largest_mean);
}

TEST_F(Grid, LayersOfNoiseAreNotFoundAlike) {
  const MeasureGrid grid =
      measure_layers(std::vector<NamedRows>{{"n", noise}}, std::vector<NamedRows>{{"a", a}, {"b", b}, {"c", c}}, options);
  for (const SelectedMeasure& s : grid.selected) EXPECT_GT(s.p_value, 0.02) << s.info->key;
}

TEST_F(Grid, WritesJsonCsvAndHtml) {
  const MeasureGrid grid = measure_all(std::vector<NamedRows>{{"a,1", a}, {"<b>", b}, {"c", c}}, options);
  const Json json = parse_json(grid.to_json());
  EXPECT_EQ(json["matrices"]["cka"].size(), 3u);
  EXPECT_TRUE(json["matrices"]["cka"][0][0].is_null());
  EXPECT_DOUBLE_EQ(json["matrices"]["cka"][0][1], grid.value("cka", 0, 1));
  EXPECT_EQ(json["pairs"].size(), 3u);
  const std::string csv = grid.to_csv(), html = measure_page(grid.to_json(), grid.to_csv());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 3 * 5);
  EXPECT_NE(csv.find("\"a,1\",<b>,cka,"), std::string::npos);
  {
    const CommaLocale locale;
    EXPECT_EQ(grid.to_csv(), csv);
  }
  EXPECT_NE(html.find("\\u003cb>"), std::string::npos) << "names go in as data, which nothing ends early";
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  EXPECT_EQ(json["catalogue"]["cka"]["closer"], "higher");
}

}  // namespace
}  // namespace vec2vec
