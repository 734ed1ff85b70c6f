// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/inspect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/random.h"
#include "core/text/json.h"
#include "inspect/spectrum.h"
#include "space/distinct.h"
#include "temp_dir.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

Matrix random_rows(Index n, Index dim, std::uint64_t seed, double offset = 0) {
  Random random(seed);
  Matrix rows(n, dim);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < dim; ++j) rows(i, j) = static_cast<float>(random.normal() + offset);
  }
  return rows;
}

Inspection inspect_rows(const Matrix& rows, const InspectOptions& options = {}) {
  const TempDir dir;
  const std::string path = dir.path("rows.npy");
  const auto sink = create_rows(path, rows.rows(), rows.cols());
  sink->write(rows);
  sink->commit();
  return inspect(path, {}, options);
}

TEST(Inspect, CountsBrokenZeroAndRepeatedRows) {
  Matrix rows = random_rows(9000, 6, 1);
  rows(17, 3) = std::numeric_limits<float>::quiet_NaN();
  rows(8999, 0) = std::numeric_limits<float>::infinity();
  std::fill_n(rows.row(4500), 6, 0.0f);
  for (const Index copy : {5000, 5001, 8000}) std::copy_n(rows.row(3), 6, rows.row(copy));
  const Inspection result = inspect_rows(rows);
  EXPECT_EQ(result.rows, 9000);
  EXPECT_EQ(result.dim, 6);
  EXPECT_EQ(result.format, "npy");
  EXPECT_EQ(result.dtype, "float32");
  EXPECT_EQ(result.nan_rows, 2);
  EXPECT_EQ(result.first_nan_row, 17);
  EXPECT_EQ(result.zero_rows, 1);
  EXPECT_EQ(result.first_zero_row, 4500);
  EXPECT_EQ(result.duplicate_rows, 3);
  EXPECT_EQ(result.sampled_rows, 9000 - 3);
  EXPECT_EQ(result.norm_min, 0);
  EXPECT_TRUE(std::isfinite(result.norm_max));
  EXPECT_NE(result.brief().find("the first is row 17"), std::string::npos);
}

TEST(Inspect, RowsInMemoryAndOfAFileAreTheSame) {
  const Matrix rows = random_rows(300, 6, 4);
  auto file = parse_json(inspect_rows(rows).to_json());
  auto memory = parse_json(inspect(rows, "rows").to_json());
  EXPECT_EQ(memory["path"], "rows");
  EXPECT_EQ(memory["format"], "memory");
  for (auto* json : {&file, &memory}) {
    json->erase("path");
    json->erase("format");
  }
  EXPECT_EQ(file, memory);
  EXPECT_THROW(inspect(MatrixView{}, "rows"), Error);
}

TEST(Inspect, NormsAreThoseOfTheRows) {
  Matrix rows(101, 2);
  for (Index i = 0; i < 101; ++i) rows(i, i % 2) = static_cast<float>(i + 1);
  const Inspection result = inspect_rows(rows);
  EXPECT_EQ(result.norm_min, 1);
  EXPECT_EQ(result.norm_p1, 2);
  EXPECT_EQ(result.norm_p50, 51);
  EXPECT_EQ(result.norm_p99, 100);
  EXPECT_EQ(result.norm_max, 101);
  EXPECT_NEAR(result.norm_mean, 51, 1e-9);
}

TEST(Inspect, RandomDirectionsAreIsotropicAndFullRank) {
  const Inspection result = inspect_rows(random_rows(20000, 8, 2));
  EXPECT_NEAR(result.isotropy, 1, 0.01);
  EXPECT_NEAR(result.effective_rank, 8, 0.05);
  ASSERT_EQ(result.spectrum.size(), 8u);
  EXPECT_TRUE(std::is_sorted(result.spectrum.rbegin(), result.spectrum.rend()));
  EXPECT_NEAR(std::accumulate(result.spectrum.begin(), result.spectrum.end(), 0.0), 1, 1e-9);
  EXPECT_EQ(result.fingerprint.dim, 8);
}

TEST(Inspect, IsotropyIsOneMinusTheMeanCosineOfPairs) {
  const Matrix rows = random_rows(300, 5, 3, 1.0);
  double sum = 0;
  for (Index i = 0; i < 300; ++i) {
    for (Index j = 0; j < i; ++j) {
      double ab = 0, aa = 0, bb = 0;
      for (Index k = 0; k < 5; ++k) {
        ab += static_cast<double>(rows(i, k)) * static_cast<double>(rows(j, k));
        aa += static_cast<double>(rows(i, k)) * static_cast<double>(rows(i, k));
        bb += static_cast<double>(rows(j, k)) * static_cast<double>(rows(j, k));
      }
      sum += ab / std::sqrt(aa * bb);
    }
  }
  EXPECT_NEAR(inspect_rows(rows).isotropy, 1 - sum / (300 * 299 / 2), 1e-6);
}

TEST(Inspect, AFlatSetHasTheRankOfItsPlane) {
  Matrix rows(5000, 10);
  Random random(4);
  for (Index i = 0; i < rows.rows(); ++i) {
    const double angle = 6.283185307179586 * random.uniform();
    rows(i, 2) = static_cast<float>(std::cos(angle));
    rows(i, 7) = static_cast<float>(std::sin(angle));
  }
  const Inspection result = inspect_rows(rows);
  EXPECT_NEAR(result.effective_rank, 2, 0.01);
  EXPECT_NEAR(result.spectrum[0] + result.spectrum[1], 1, 1e-6);
}

TEST(Inspect, SamplesEvenly) {
  // The second half of the file points elsewhere; a sample of the first rows only would have rank 1.
  Matrix rows(10000, 4);
  for (Index i = 0; i < rows.rows(); ++i) rows(i, i < 5000 ? 0 : 1) = 1.0f;
  const Inspection result = inspect_rows(rows, {.max_rows = 100});
  EXPECT_EQ(result.sampled_rows, 100);
  EXPECT_NEAR(result.isotropy, 50.0 / 99, 1e-6);
  EXPECT_NEAR(result.effective_rank, 1, 1e-3);
  EXPECT_EQ(result.duplicate_rows, 9998);
}

TEST(Inspect, EqualRowsHaveNoSpectrum) {
  Matrix rows(200, 3);
  for (Index i = 0; i < 200; ++i) rows(i, 1) = 0.7f;
  const Inspection result = inspect_rows(rows);
  EXPECT_TRUE(result.spectrum.empty());
  EXPECT_EQ(result.effective_rank, 0);
  EXPECT_NEAR(result.isotropy, 0, 1e-6);
}

TEST(Inspect, DoesNotDependOnThreads) {
  const Matrix rows = random_rows(6000, 40, 5, 0.2);
  EXPECT_EQ(inspect_rows(rows, {.threads = 1}).spectrum, inspect_rows(rows, {.threads = 3}).spectrum);
}

TEST(Inspect, JsonHoldsTheFacts) {
  const auto json = parse_json(inspect_rows(random_rows(100, 3, 6)).to_json());
  EXPECT_EQ(json["rows"], 100);
  EXPECT_EQ(json["dim"], 3);
  EXPECT_EQ(json["first_nan_row"], -1);
  EXPECT_EQ(json["spectrum"].size(), 3u);
}

TEST(Inspect, RefusesBadOptionsAndMissingFiles) {
  EXPECT_THROW(inspect_rows(random_rows(10, 3, 7), {.max_rows = 1}), Error);
  EXPECT_THROW(inspect("/nonexistent/rows.npy"), Error);
}

TEST(Inspect, CanBeCancelled) {
  InspectOptions options;
  options.progress = [](std::string_view, double) { return false; };
  try {
    inspect_rows(random_rows(10, 3, 8), options);
    FAIL() << "was not cancelled";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
}

TEST(Duplicates, HashTellsNearRowsApart) {
  Random random(9);
  std::vector<RowHash> hashes;
  std::vector<float> row(16);
  for (float& x : row) x = static_cast<float>(random.normal());
  hashes.push_back(hash_row(row.data(), 16));
  for (std::size_t j = 0; j < 16; ++j) {  // one bit changed at a time, and swaps
    std::vector<float> other = row;
    other[j] = std::nextafter(other[j], 9.0f);
    hashes.push_back(hash_row(other.data(), 16));
    if (j == 0) continue;
    other = row;
    std::swap(other[0], other[j]);
    hashes.push_back(hash_row(other.data(), 16));
  }
  hashes.push_back(hash_row(row.data(), 15));
  EXPECT_EQ(count_repeats(hashes), 0);
  hashes.push_back(hash_row(row.data(), 16));
  EXPECT_EQ(count_repeats(hashes), 1);
}

TEST(Duplicates, HundredThousandRowsDoNotCollide) {
  std::vector<RowHash> hashes;
  for (int i = 0; i < 100000; ++i) {
    const float row[2] = {static_cast<float>(i % 317), static_cast<float>(i / 317)};
    hashes.push_back(hash_row(row, 2));
  }
  EXPECT_EQ(count_repeats(hashes), 0);
}

}  // namespace
}  // namespace vec2vec
