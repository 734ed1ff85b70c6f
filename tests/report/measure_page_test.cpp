// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "measure/spaces.h"
#include "report/browser.h"
#include "vec2vec/measure.h"
#include "vec2vec/measure_trend.h"
#include "vec2vec/pages.h"

namespace vec2vec {
namespace {

/// Two spaces that agree, and noise.
struct Spaces {
  Matrix first = random_matrix(60, 6, 1), second = related_rows(first, 6, 0.4, 2), other = random_matrix(60, 5, 3);

  MeasureGrid measured(std::size_t count, const std::vector<std::string>& only) const {
    const std::vector<NamedRows> all = {{"first <b>", first}, {"second", second}, {"other", other}};
    return measure_all(std::span(all).first(count), options(only));
  }
  MeasureGrid layers() const {
    const std::vector<NamedRows> left = {{"a:0", first}, {"a:1", other}},
                                 right = {{"b:0", other}, {"b:1", second}, {"b:2", first}};
    return measure_layers(left, right, options({"mutual_knn"}));
  }
  static MeasureOptions options(const std::vector<std::string>& only) {
    MeasureOptions options;
    options.k = 4;
    options.permutations = 20;
    options.bootstrap = 50;
    options.only = only;
    options.threads = 1;
    return options;
  }
};

std::string page_of(const MeasureGrid& grid) { return measure_page(grid.to_json(), grid.to_csv()); }

class MeasurePage : public InBrowser {
 protected:
  Spaces spaces;

  std::size_t count(const std::string& part) const {
    std::size_t found = 0;
    for (std::size_t at = dom.find(part); at != std::string::npos; at = dom.find(part, at + 1)) ++found;
    return found;
  }
};

TEST_F(MeasurePage, ShowsEveryNumberOfEveryPairWithItsDirection) {
  const MeasureGrid grid = spaces.measured(3, {"mutual_knn", "cycle_knn", "cycle_knn_back", "procrustes_distance"});
  expect_quiet(page_of(grid));
  // Value, interval, chance, its interval, adjusted value and rows of 4 measures and 3 pairs, each with its path.
  const nlohmann::json json = parse_json(grid.to_json());
  for (int pair = 0; pair < 3; ++pair)
    for (const char* key : {"mutual_knn", "cycle_knn", "cycle_knn_back", "procrustes_distance"})
      for (const char* part : {"value", "low", "high", "null/mean", "null/low", "null/high", "adjusted", "rows"})
        EXPECT_NE(dom.find("data-json=\"pairs/" + std::to_string(pair) + "/measures/" + key + "/" + part + "\""),
                  std::string::npos)
            << pair << " " << key << " " << part;
  EXPECT_GT(compare_numbers(json), 4 * 3 * 8 + 4 * 6);
  EXPECT_EQ(count("class=\"heat\""), 4u);
  EXPECT_EQ(count("Map of the spaces by mutual k-NN"), 3u) << "its title, and its names for screen readers";
  EXPECT_EQ(count("Lower is closer; 0 is the same"), 1u);
  EXPECT_EQ(count("Higher is closer; 1 is the same"), 3u);
  EXPECT_EQ(count("<b>"), 0u) << "names are text";
  EXPECT_NE(dom.find("href=\"data:text/csv;charset=utf-8,a%2Cb%2Cmeasure%2Cvalue"), std::string::npos);
}

TEST_F(MeasurePage, ShowsExchangedSidesBelowTheDiagonal) {
  open_page(page_of(spaces.measured(3, {"cycle_knn", "cycle_knn_back"})));
  dom = std::regex_replace(dom, std::regex("&lt;b&gt;"), "<b>");  // older browsers write names in attributes as they are
  const std::regex cell(R"rx(<td title="([^"]*): [^"]*" style="[^"]*" data-json="pairs/0/measures/(\w+)/value")rx");
  std::vector<std::string> seen;  // the cells of the first and second space in both heat maps
  for (std::sregex_iterator it(dom.begin(), dom.end(), cell), end; it != end; ++it)
    seen.push_back((*it)[1].str() + " " + (*it)[2].str());
  ASSERT_EQ(seen.size(), 4u);
  std::sort(seen.begin(), seen.begin() + 2);
  std::sort(seen.begin() + 2, seen.end());
  const std::string there = "first <b> and second ", back = "second and first <b> ";
  EXPECT_EQ(seen, (std::vector<std::string>{there + "cycle_knn", back + "cycle_knn_back", there + "cycle_knn_back",
                                            back + "cycle_knn"}));
}

TEST_F(MeasurePage, OrdersTheSpacesAsAsked) {
  const MeasureGrid grid = spaces.measured(3, {"mutual_knn"});
  std::string page = page_of(grid);
  page.replace(page.rfind("</body>"), 7,
               "<script>const order = document.querySelector('select'); order.value = 'closest to other first'; "
               "order.dispatchEvent(new Event('change'));</script></body>");
  open_page(page);
  EXPECT_LT(dom.find("<th scope=\"row\" title=\"other\">"), dom.find("<th scope=\"row\" title=\"second\">"));
  EXPECT_EQ(count("class=\"heat\""), 1u) << "drawn again, not once more";
  open_page(page_of(grid));  // like beside like: noise is at an end
  EXPECT_FALSE(dom.find("<th scope=\"row\" title=\"other\">") > dom.find("<th scope=\"row\" title=\"second\">") &&
               dom.find("<th scope=\"row\" title=\"other\">") < dom.find("<th scope=\"row\" title=\"first"));
}

TEST_F(MeasurePage, DrawsTwoSpacesAsOneTable) {
  const MeasureGrid grid = spaces.measured(2, {"mutual_knn", "procrustes_distance"});
  expect_quiet(page_of(grid));
  EXPECT_NE(dom.find("How alike are first &lt;b&gt; and second?"), std::string::npos);
  EXPECT_NE(dom.find("Procrustes distance \u2193"), std::string::npos);
  EXPECT_EQ(count("class=\"heat\""), 0u);
  EXPECT_GT(compare_numbers(parse_json(grid.to_json())), 2 * 8);
}

TEST_F(MeasurePage, DrawsLayersWithTheBestOfThem) {
  const MeasureGrid grid = spaces.layers();
  expect_quiet(page_of(grid));
  EXPECT_EQ(count("<th scope=\"row\""), 2u);
  EXPECT_EQ(count("<th scope=\"col\"><span"), 3u);
  EXPECT_NE(dom.find("data-json=\"selected/mutual_knn/p_value\""), std::string::npos);
  EXPECT_GT(compare_numbers(parse_json(grid.to_json())), 6 * 8);
}

TEST_F(MeasurePage, LooksAsItDid) { expect_look("measure", page_of(spaces.measured(3, {"mutual_knn", "cka"}))); }
TEST_F(MeasurePage, DrawsTrendsWithTheirPoints) {
  const Matrix fourth = related_rows(spaces.first, 6, 0.8, 4);
  const std::vector<NamedRows> all = {
      {"first <b>", spaces.first}, {"second", spaces.second}, {"other", spaces.other}, {"fourth", fourth}};
  const MeasureGrid grid = measure_all(all, Spaces::options({"mutual_knn"}));
  const TraitTable table{{"competence"},
                         {{"first <b>", "x", {0.9}}, {"second", "x", {0.8}}, {"other", "", {0.1}}, {"fourth", "y", {0.7}}}};
  nlohmann::ordered_json json = parse_ordered_json(grid.to_json());
  json["agreement"] = parse_ordered_json(measure_trends(grid, table).to_json());
  const std::string page = measure_page(json_text(json), grid.to_csv());
  expect_quiet(page);
  EXPECT_EQ(count("Mutual k-NN with other families, by competence"), 3u) << "its title, and its names for screen readers";
  EXPECT_NE(dom.find("data-json=\"agreement/trends/0/p_value\""), std::string::npos);
  EXPECT_GT(compare_numbers(parse_json(json_text(json))), 6 * 8 + 8);
  expect_accessible(page);
}

TEST_F(MeasurePage, CanBeReadByKeyboardAndScreenReader) {
  expect_accessible(page_of(spaces.measured(3, {"mutual_knn", "cka", "procrustes_distance"})));
}

}  // namespace
}  // namespace vec2vec
