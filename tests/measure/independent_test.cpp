// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "random_matrix.h"
#include "vec2vec/measure.h"

namespace vec2vec {
namespace {

/// Every estimator that is called unbiased, and those on held-out rows, over independent pairs of spaces: the mean lies within
/// 4 standard errors of 0, for few rows and for many. Measures of common neighbours are above 0 by chance: of these, what is
/// left when the null is taken away.
TEST(IndependentSpaces, ScoreZeroOnTheMean) {
  const std::vector<std::string> centred = {"cka", "cka_rbf", "rsa", "svcca", "pwcca"}, adjusted = {"cknna", "mutual_knn"};
  std::vector<std::string> keys = centred;
  keys.insert(keys.end(), adjusted.begin(), adjusted.end());
  for (const Index n : {32, 128, 512, 2048}) {
    // Four standard errors that so few repeats estimate are exceeded by chance in one of 2,000 checks; with 6 it was one of
    // 100.
    const Index repeats = std::max<Index>(24, 6000 / n);
    std::map<std::string, std::vector<double>> values;
    for (Index r = 0; r < repeats; ++r) {
      const auto seed = static_cast<std::uint64_t>(1000 * n + 2 * r);
      const Matrix a = random_matrix(n, 6, seed), b = random_matrix(n, 5, seed + 1);
      const Measurement found = measure({"a", a}, {"b", b}, {.permutations = 10, .bootstrap = 0, .only = keys});
      for (const std::string& key : centred) values[key].push_back(found.find(key)->value);
      for (const std::string& key : adjusted) values[key].push_back(found.find(key)->adjusted);
    }
    for (const auto& [key, of_key] : values) {
      double sum = 0, squares = 0;
      for (const double value : of_key) {
        sum += value;
        squares += value * value;
      }
      const auto m = static_cast<double>(repeats);
      const double mean = sum / m, error = std::sqrt((squares / m - mean * mean) / (m - 1));
      EXPECT_LT(std::abs(mean), 4 * error) << key << ", " << n << " rows";
      EXPECT_LT(error, 0.05) << key << ", " << n << " rows";  // so that a mean of 0 says something
    }
  }
}

}  // namespace
}  // namespace vec2vec
