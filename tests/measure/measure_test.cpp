// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/measure.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "measure/spaces.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

const MeasureOptions kQuick{.permutations = 20, .bootstrap = 50, .threads = 2};

class MeasureTest : public ::testing::Test {
 protected:
  Measurement of(const Matrix& x, const Matrix& y, const MeasureOptions& options = kQuick) const {
    return measure({"a", x}, {"b", y}, options);
  }
  void expect_refused(const Matrix& x, const Matrix& y, const MeasureOptions& options, const std::string& word) const {
    try {
      of(x, y, options);
      FAIL() << "was taken: " << word;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
      EXPECT_NE(std::string(e.what()).find(word), std::string::npos) << e.what();
    }
  }
  const Matrix a = random_matrix(240, 8, 1), b = related_rows(a, 12, 0.5, 2), other = random_matrix(240, 12, 3);
};

TEST_F(MeasureTest, EveryMeasureOfTheCatalogueHasValueIntervalAndNull) {
  const Matrix same_dim = related_rows(a, 8, 0.5, 4);
  const Measurement m = of(a, same_dim);
  ASSERT_EQ(m.measures.size(), measure_catalogue().size());
  for (const Measure& x : m.measures) {
    SCOPED_TRACE(x.info->key);
    EXPECT_TRUE(std::isfinite(x.value));
    EXPECT_LE(x.low, x.value);
    EXPECT_GE(x.high, x.value);
    EXPECT_LT(x.low, x.high);
    EXPECT_GE(x.null_values.size(), 10u);
    EXPECT_LE(x.null_low, x.null_mean);
    EXPECT_LE(x.null_mean, x.null_high);
    if (x.info->family != "identity") {  // the spaces are alike up to a map, but not as they are
      EXPECT_GT(x.adjusted, 0);
    }
    EXPECT_LE(x.adjusted, 1);
    EXPECT_FALSE(x.estimate);
  }
}

TEST_F(MeasureTest, EqualSpacesAreAsAlikeAsCanBe) {
  for (const Measure& x : of(a, a).measures) {
    const bool rows_apart = x.info->key.starts_with("cycle");  // a row need not be its neighbours' neighbour
    const double tolerance = x.info->best == 0 ? 5e-3 : 1e-3;
    if (!rows_apart) {
      EXPECT_NEAR(x.value, x.info->best, tolerance) << x.info->key;
    }
  }
}

TEST_F(MeasureTest, IndependentSpacesAreWhatTheNullSays) {
  for (const Measure& x : of(a, other, {.permutations = 60, .bootstrap = 0}).measures) {
    const double spread = (x.null_high - x.null_low) / 4 + 1e-9;  // about one standard deviation
    EXPECT_LT(std::abs(x.value - x.null_mean), 5 * spread) << x.info->key;
  }
}

TEST_F(MeasureTest, UnbiasedMeasuresHaveANullAroundChance) {
  const Measurement m = of(a, b, {.permutations = 100, .bootstrap = 0});
  const auto null_is = [&](const char* key, double chance) {
    const Measure& x = *m.find(key);
    const double sd = (x.null_high - x.null_low) / 4;
    EXPECT_NEAR(x.null_mean, chance, 4 * sd / std::sqrt(static_cast<double>(x.null_values.size())) + 2e-3) << key;
  };
  for (const char* key : {"cka", "cka_rbf", "rsa", "svcca", "pwcca"}) null_is(key, 0);
  null_is("mutual_knn", 10.0 / 239);
  null_is("relative_top1", 1.0 / 180);
  null_is("relative_rank", 181 / 2.0);
  null_is("procrustes_distance", std::sqrt(2.0));
  null_is("shape_metric", std::acos(0.0));
  EXPECT_GT(m.find("svcca_biased")->null_mean, 0.1);
  EXPECT_GT(m.find("cka_biased")->null_mean, m.find("cka")->null_mean + 0.01);
}

TEST_F(MeasureTest, SameBytesForAnyNumberOfThreads) {
  MeasureOptions options = kQuick;
  options.against_reference = true;
  options.threads = 1;
  const std::string one = of(a, b, options).to_json();
  for (const int threads : {2, 3}) {
    options.threads = threads;
    EXPECT_EQ(of(a, b, options).to_json(), one) << threads;
  }
}

TEST_F(MeasureTest, LengthOfRowsDoesNotMatter) {
  Matrix scaled = b;
  for (Index i = 0; i < scaled.rows(); ++i)
    for (Index j = 0; j < scaled.cols(); ++j) scaled(i, j) *= static_cast<float>(1 + i % 3);
  const Measurement x = of(a, b), y = of(a, scaled);
  for (std::size_t i = 0; i < x.measures.size(); ++i)
    EXPECT_NEAR(x.measures[i].value, y.measures[i].value, 1e-5) << x.measures[i].info->key;
}

TEST_F(MeasureTest, OnlyTakesWhatWasAskedFor) {
  MeasureOptions options = kQuick;
  options.only = {"cka", "mutual_knn"};
  const Measurement m = of(a, b, options);
  ASSERT_EQ(m.measures.size(), 3u);  // "cka" names a measure and its family
  EXPECT_NE(m.find("mutual_knn"), nullptr);
  EXPECT_NE(m.find("cka_biased"), nullptr);
  EXPECT_EQ(m.find("lcs_knn"), nullptr);
  const Measurement all = of(a, b);
  options.only = {"cka"};  // without neighbours there is no intrinsic dimension
  EXPECT_TRUE(std::isnan(of(a, b, options).a.intrinsic_dimension.value));
  EXPECT_GT(m.a.intrinsic_dimension.low, 1);
  EXPECT_EQ(m.find("cka")->value, all.find("cka")->value);
  EXPECT_EQ(m.find("cka")->null_values, all.find("cka")->null_values);
}

TEST_F(MeasureTest, SamplesAreMarkedAndNearTheWhole) {
  MeasureOptions options = kQuick;
  options.max_rows = 120;
  const Measurement some = of(a, b, options), all = of(a, b);
  EXPECT_EQ(some.rows, 120);
  EXPECT_EQ(some.rows_given, 240);
  for (const char* key : {"cka", "rsa"}) {
    const Measure& x = *some.find(key);
    EXPECT_TRUE(x.estimate);
    const double reach = 2 * (x.high - x.low);
    EXPECT_NEAR(x.value, all.find(key)->value, reach) << key;
  }
  EXPECT_NE(some.brief().find('~'), std::string::npos);
}

TEST_F(MeasureTest, RefusesWhatCannotBeMeasured) {
  Matrix bad = b;
  bad(17, 3) = std::numeric_limits<float>::quiet_NaN();
  expect_refused(a, bad, kQuick, "b, row 17: There are NaN or infinite values");
  bad(17, 3) = std::numeric_limits<float>::infinity();
  expect_refused(bad, b, kQuick, "a, row 17: There are NaN or infinite values");
  expect_refused(a, random_matrix(200, 12, 5), kQuick, "200 rows");
  expect_refused(random_matrix(10, 8, 1), random_matrix(10, 8, 2), kQuick, "at least 20");
  MeasureOptions options = kQuick;
  options.k = 240;
  expect_refused(a, b, options, "K must be below");
  Matrix equal(240, 12);
  for (Index i = 0; i < 240; ++i) std::fill_n(equal.row(i), 12, static_cast<float>(1 + i % 2));
  expect_refused(a, equal, kQuick, "All rows point the same way");
  options = kQuick;
  options.only = {"vibes"};
  expect_refused(a, b, options, "vibes");
  options = kQuick;
  options.k = 1;
  expect_refused(a, b, options, "MeasureOptions::k");
}

TEST_F(MeasureTest, ConstantColumnsZeroRowsAndRepeatsAreMeasured) {
  Matrix x(240, 10), y = b;
  for (Index i = 0; i < 240; ++i) {
    std::copy_n(a.row(i), 8, x.row(i));
    x(i, 8) = 0;  // constant before and after rows are scaled
  }
  std::fill_n(x.row(5), 10, 0.0f);
  for (Index i = 100; i < 140; ++i) {  // 40 equal rows, more than k
    std::copy_n(x.row(100), 10, x.row(i));
    std::copy_n(y.row(100), 12, y.row(i));
  }
  const Measurement m = of(x, y);
  EXPECT_EQ(m.a.zero_rows, 1);
  EXPECT_EQ(m.b.zero_rows, 0);
  EXPECT_GE(m.a.repeated_rows, 40);
  for (const Measure& v : m.measures) EXPECT_TRUE(std::isfinite(v.value)) << v.info->key;
}

TEST_F(MeasureTest, FewestRowsAreEnough) {
  MeasureOptions options = kQuick;
  options.k = 19;
  const Measurement m = of(random_matrix(20, 30, 1), random_matrix(20, 30, 2), options);
  EXPECT_EQ(m.find("mutual_knn")->value, 1);  // all other rows are neighbours
  EXPECT_EQ(m.measures.size(), measure_catalogue().size());
}

TEST_F(MeasureTest, JsonHoldsWhatTheStructHolds) {
  const Measurement m = of(a, b);
  const Json json = parse_json(m.to_json());
  EXPECT_EQ(json["rows"], 240);
  EXPECT_DOUBLE_EQ(json["measures"]["cka"]["value"], m.find("cka")->value);
  EXPECT_DOUBLE_EQ(json["measures"]["cka"]["null"]["mean"], m.find("cka")->null_mean);
  EXPECT_EQ(json["measures"]["svcca_biased"]["biased"], true);
  EXPECT_DOUBLE_EQ(json["a"]["isotropy"]["value"], m.a.isotropy.value);
}

TEST_F(MeasureTest, CanBeCancelled) {
  MeasureOptions options = kQuick;
  int calls = 0;
  options.progress = [&calls](std::string_view, double) { return ++calls < 5; };
  try {
    of(a, b, options);
    FAIL() << "was not cancelled";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInterrupted);
  }
}

}  // namespace
}  // namespace vec2vec
