// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <set>

#include "audit/defences/keyed_random.h"
#include "core/random.h"
#include "random_matrix.h"
#include "temp_dir.h"
#include "vec2vec/defend.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

double dot(MatrixView a, Index i, MatrixView b, Index j) {
  double sum = 0;
  for (Index c = 0; c < a.cols; ++c) sum += static_cast<double>(a.row(i)[c]) * b.row(j)[c];
  return sum;
}

double cosine(MatrixView m, Index i, Index j) { return dot(m, i, m, j) / std::sqrt(dot(m, i, m, i) * dot(m, j, m, j)); }

Matrix defended(const std::string& steps, const Matrix& rows, std::uint64_t seed = 7, Index first_row = 0) {
  const Defence defence(parse_defence(steps), rows.cols(), key_of_seed(seed));
  Matrix out(rows.rows(), defence.dim());
  defence.apply(rows, first_row, out.span());
  return out;
}

TEST(KeyedRandom, IsTheChaCha20StreamOfTheStandard) {
  DefenceKey key = {};  // RFC 8439, appendix A.1, test vector 1: zero key, nonce and counter
  KeyedRandom random(key, 0, 0);
  EXPECT_EQ(random.bits(), 0x903DF1A0ADE0B876u);
  EXPECT_EQ(random.bits(), 0x28BD8653E56A5D40u);
}

TEST(KeyedRandom, NormalsHaveTheirMomentsAndStreamsDiffer) {
  KeyedRandom random(key_of_seed(1), 1), other(key_of_seed(1), 2);
  double mean = 0, square = 0, product = 0;
  constexpr int kCount = 40000;
  for (int i = 0; i < kCount; ++i) {
    const double a = random.normal(), b = other.normal();
    mean += a / kCount;
    square += a * a / kCount;
    product += a * b / kCount;
  }
  EXPECT_NEAR(mean, 0, 0.025);
  EXPECT_NEAR(square, 1, 0.035);
  EXPECT_NEAR(product, 0, 0.025);
}

TEST(Defence, RotationKeepsEveryProductAndMovesEveryRow) {
  const Matrix rows = random_matrix(20, 33, 1), out = defended("rotate", rows);
  for (Index i = 0; i < 20; ++i) {
    EXPECT_LT(std::abs(dot(rows, i, out, i)) / dot(rows, i, rows, i), 0.7);
    for (Index j = 0; j < 20; ++j) EXPECT_NEAR(dot(out, i, out, j), dot(rows, i, rows, j), 1e-4);
  }
}

TEST(Defence, PermutationMovesColumnsAndChangesNoValue) {
  Matrix rows(1, 50);
  for (Index c = 0; c < 50; ++c) rows(0, c) = static_cast<float>(c);
  const Matrix out = defended("permute", rows);
  const std::set<float> values(out.data(), out.data() + 50);
  EXPECT_EQ(values.size(), 50u);
  EXPECT_EQ(*values.begin(), 0);
  EXPECT_EQ(*values.rbegin(), 49);
  EXPECT_NE(std::memcmp(rows.data(), out.data(), 50 * sizeof(float)), 0);
}

TEST(Defence, ProjectionKeepsCosinesAboutOneOverRootOfItsColumns) {
  const Matrix rows = random_matrix(40, 64, 2), out = defended("project=400", rows);
  ASSERT_EQ(out.cols(), 400);
  double square = 0;
  for (Index i = 1; i < 40; ++i) square += std::pow(cosine(out, i, 0) - cosine(rows, i, 0), 2) / 39;
  EXPECT_GT(std::sqrt(square), 0.2 / std::sqrt(400.0));
  EXPECT_LT(std::sqrt(square), 2 / std::sqrt(400.0));
}

TEST(Defence, TruncationKeepsTheFirstColumns) {
  const Matrix rows = random_matrix(3, 10, 3), out = defended("truncate=4", rows);
  ASSERT_EQ(out.cols(), 4);
  for (Index i = 0; i < 3; ++i)
    for (Index c = 0; c < 4; ++c) EXPECT_EQ(out(i, c), rows(i, c));
}

TEST(Defence, NoiseHasTheAskedForNormAndDependsOnTheRowsNumber) {
  Matrix rows = random_matrix(200, 384, 4);
  for (Index c = 0; c < 384; ++c) rows(1, c) = rows(0, c);
  const Matrix out = defended("noise=0.25", rows);
  double mean = 0;
  for (Index i = 0; i < 200; ++i) {
    double square = 0;
    for (Index c = 0; c < 384; ++c) square += std::pow(out(i, c) - rows(i, c), 2);
    mean += square / dot(rows, i, rows, i) / 200;
  }
  EXPECT_NEAR(std::sqrt(mean), 0.25, 0.005);
  EXPECT_NE(out(0, 0), out(1, 0));
  Matrix second(1, 384);
  std::copy_n(rows.row(1), 384, second.row(0));
  const Matrix alone = defended("noise=0.25", second, 7, 1);
  EXPECT_EQ(std::memcmp(alone.row(0), out.row(1), 384 * sizeof(float)), 0) << "any block gives the same noise";
}

TEST(Defence, QuantisationUsesItsLevelsAndIsFineEnough) {
  const Matrix rows = random_matrix(5, 384, 5);
  for (const int bits : {1, 2, 4, 8}) {
    const Matrix out = defended("quantise=" + std::to_string(bits), rows);
    for (Index i = 0; i < 5; ++i) {
      const std::set<float> levels(out.row(i), out.row(i) + 384);
      EXPECT_LE(levels.size(), bits == 1 ? 2u : (1u << bits) - 1) << bits;
      float largest = 0, worst = 0;
      for (Index c = 0; c < 384; ++c) {
        largest = std::max(largest, std::abs(rows(i, c)));
        worst = std::max(worst, std::abs(out(i, c) - rows(i, c)));
      }
      if (bits > 1) {
        EXPECT_LE(worst, 0.5f * largest / static_cast<float>((1 << (bits - 1)) - 1) * 1.001f) << bits;
      }
    }
  }
  EXPECT_EQ(defended("quantise=8", Matrix(1, 4))(0, 0), 0) << "zero rows stay zero";
}

TEST(Defence, StepsComposeInTheirOrder) {
  const Matrix rows = random_matrix(4, 24, 6);
  const Matrix together = defended("truncate=12,quantise=3,truncate=5", rows);
  const Matrix apart = defended("truncate=5", defended("quantise=3", defended("truncate=12", rows)));
  ASSERT_EQ(together.cols(), 5);
  for (Index i = 0; i < 4 * 5; ++i) EXPECT_EQ(together.data()[i], apart.data()[i]);
  EXPECT_EQ(defended("rotate,permute,project=7,truncate=3", rows).cols(), 3);
}

TEST(Defence, SameKeySameBytesOtherKeyOtherBytes) {
  const Matrix rows = random_matrix(3, 16, 8);
  for (const char* steps : {"rotate", "permute", "project=9", "noise=0.5"}) {
    const Matrix a = defended(steps, rows, 1), b = defended(steps, rows, 1), c = defended(steps, rows, 2);
    const auto bytes = static_cast<std::size_t>(a.rows() * a.cols()) * sizeof(float);
    EXPECT_EQ(std::memcmp(a.data(), b.data(), bytes), 0) << steps;
    EXPECT_NE(std::memcmp(a.data(), c.data(), bytes), 0) << steps;
  }
}

TEST(Defence, ParsesWhatItPrintsAndRefusesTheRest) {
  for (const char* good : {"rotate", "permute,noise=0.1", "project=128,quantise=8,truncate=64"})
    EXPECT_EQ(to_string(parse_defence(good)), good);
  for (const char* bad :
       {"", "rotate,", "spin", "rotate=2", "noise", "noise=", "noise=x", "noise=0", "noise=-1", "noise=nan", "noise=1x",
        "quantise=0", "quantise=17", "quantise=2.5", "truncate=0", "project=1e9", "rotate noise=1"})
    EXPECT_THROW(parse_defence(bad), Error) << bad;
  EXPECT_THROW(Defence(parse_defence("truncate=9"), 8, key_of_seed(0)), Error);
  EXPECT_THROW(Defence({}, 8, key_of_seed(0)), Error);
}

TEST(Defend, StreamsAFileWithTheSameBytesForAnyBlockAndThreads) {
  TempDir dir;
  const Matrix rows = random_matrix(1000, 20, 9);
  const auto sink = create_rows(dir.path("in.npy"), 1000, 20);
  sink->write(rows);
  sink->commit();
  const Matrix expected = defended("rotate,noise=0.1,quantise=6", rows);
  DefendOptions options;
  options.steps = parse_defence("rotate,noise=0.1,quantise=6");
  options.key = key_of_seed(7);
  options.output.overwrite = true;
  std::set<std::string> hashes;
  for (const Index block : {256, 1024, 4096})
    for (const int threads : {1, 3}) {
      options.block_rows = block;
      options.threads = threads;
      EXPECT_EQ(defend(dir.path("in.npy"), {}, dir.path("out.npy"), options).rows, 1000);
      hashes.insert(file_sha256(dir.path("out.npy")));
    }
  EXPECT_EQ(hashes.size(), 1u);
  const Matrix out = read_all(*open_rows(dir.path("out.npy")));
  Index different = 0;  // another shape of the GEMM may move a value over the edge of a quantisation step
  for (Index i = 0; i < 1000 * 20; ++i) different += std::abs(out.data()[i] - expected.data()[i]) > 1e-5;
  EXPECT_LE(different, 20);
  EXPECT_TRUE(std::filesystem::exists(dir.path("out.npy.provenance.json")));
}

TEST(Defend, KeyFilesMustHoldASecret) {
  TempDir dir;
  std::ofstream(dir.path("short")) << "password";
  std::ofstream(dir.path("long")) << "0123456789abcdef";
  EXPECT_THROW(key_of_file(dir.path("short")), Error);
  EXPECT_THROW(key_of_file(dir.path("none")), Error);
  EXPECT_NE(key_of_file(dir.path("long")), key_of_seed(0));
}

TEST(Defend, RowsWithNaNAreNamedAndNothingIsWritten) {
  TempDir dir;
  Matrix rows = random_matrix(300, 8, 10);
  rows(270, 3) = std::nanf("");
  const auto sink = create_rows(dir.path("in.npy"), 300, 8);
  sink->write(rows);
  sink->commit();
  DefendOptions options;
  options.steps = parse_defence("rotate");
  try {
    defend(dir.path("in.npy"), {}, dir.path("out.npy"), options);
    FAIL() << "NaN went through";
  } catch (const Error& error) {
    EXPECT_NE(error.where().find("row 270"), std::string::npos) << error.where();
  }
  EXPECT_FALSE(std::filesystem::exists(dir.path("out.npy")));
}

}  // namespace
}  // namespace vec2vec
