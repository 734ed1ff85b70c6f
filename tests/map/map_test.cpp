// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/random.h"
#include "temp_dir.h"
#include "vec2vec/align.h"
#include "vec2vec/error.h"
#include "vec2vec/inspect.h"

namespace vec2vec {
namespace {

/// Rows whose energy lies mostly in a few directions given by `model`.
Matrix rows_of_model(Index rows, Index dim, std::uint64_t model, std::uint64_t seed) {
  Random basis(model), random(seed);
  Matrix axes(4, dim), out(rows, dim);
  for (Index i = 0; i < 4 * dim; ++i) axes.data()[i] = static_cast<float>(basis.normal());
  for (Index i = 0; i < rows; ++i)
    for (Index a = 0; a < 4; ++a) {
      const float weight = static_cast<float>(random.normal());
      for (Index c = 0; c < dim; ++c) out(i, c) += weight * axes(a, c) + 0.1f * static_cast<float>(random.normal());
    }
  return out;
}

Map small_map() { return fit_paired(rows_of_model(200, 40, 1, 1), rows_of_model(200, 24, 2, 1)); }

void save(const std::string& path, const Matrix& m) {
  const auto sink = create_rows(path, m.rows(), m.cols(), {FileFormat::kNpy, ValueType::kFloat32, true});
  sink->write(m);
  sink->commit();
}

TEST(Map, TranslatesByTheFormula) {
  const Map map = small_map();
  const Matrix x = rows_of_model(5, 40, 1, 9);
  Matrix out(5, 24);
  map.translate(x, out.span());
  for (Index i = 0; i < 5; ++i) {
    double norm = 0, v_norm = 0, y_norm = 0;
    std::vector<double> u(40), v(24), y(24);
    for (Index c = 0; c < 40; ++c) norm += x(i, c) * x(i, c);
    for (std::size_t c = 0; c < 40; ++c) u[c] = x(i, static_cast<Index>(c)) / std::sqrt(norm) - map.source_mean.data()[c];
    for (std::size_t c = 0; c < 24; ++c) {
      for (std::size_t k = 0; k < 40; ++k) v[c] += u[k] * map.weight(static_cast<Index>(k), static_cast<Index>(c));
      v_norm += v[c] * v[c];
    }
    for (std::size_t c = 0; c < 24; ++c) {
      y[c] = v[c] / std::sqrt(v_norm) * map.target_spread + map.target_mean.data()[c];
      y_norm += y[c] * y[c];
    }
    for (std::size_t c = 0; c < 24; ++c) EXPECT_NEAR(out(i, static_cast<Index>(c)), y[c] / std::sqrt(y_norm), 1e-5);
  }
}

TEST(Map, SavesAndLoads) {
  TempDir dir;
  const Map map = small_map();
  map.save(dir.path("m"));
  EXPECT_THROW(map.save(dir.path("m")), Error);
  const Map back = Map::load(dir.path("m"));
  EXPECT_EQ(back.target_spread, map.target_spread);
  EXPECT_EQ(back.source_share, map.source_share);
  for (Index i = 0; i < 40 * 24; ++i) ASSERT_EQ(back.weight.data()[i], map.weight.data()[i]);
}

TEST(Map, BytesAreThoseOfTheFile) {
  TempDir dir;
  const Map map = small_map();
  map.save(dir.path("m"));
  std::ifstream in(dir.path("m"), std::ios::binary);
  const std::string bytes = map.to_bytes();
  EXPECT_EQ(bytes, (std::string{std::istreambuf_iterator<char>(in), {}}));
  EXPECT_EQ(Map::from_bytes(bytes).to_bytes(), Map::load(dir.path("m")).to_bytes());
  for (std::size_t length = 0; length < bytes.size(); length += 97)
    EXPECT_THROW(Map::from_bytes(bytes.substr(0, length)), Error) << length;
}

TEST(Map, RefusesOtherVersionsForeignAndTruncatedFiles) {
  TempDir dir;
  small_map().save(dir.path("m"));
  std::ifstream in(dir.path("m"), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  auto load = [&](const std::string& bytes) {
    std::ofstream(dir.path("x"), std::ios::binary) << bytes;
    return Map::load(dir.path("x"));
  };
  for (std::size_t length = 0; length < whole.size(); length += 97)
    EXPECT_THROW(load(whole.substr(0, length)), Error) << length;
  std::string newer = whole;
  newer.replace(newer.find("\"version\":\"1\""), 13, "\"version\":\"9\"");
  EXPECT_THROW(load(newer), Error);
  std::string infinite = whole;
  infinite.replace(infinite.size() - 4, 4, std::string("\0\0\x80\x7f", 4));
  EXPECT_THROW(load(infinite), Error);
  save(dir.path("rows.npy"), rows_of_model(10, 4, 1, 1));
  EXPECT_THROW(Map::load(dir.path("rows.npy")), Error);
}

TEST(Translate, StreamsInAnyBlockSizeAndWritesProvenance) {
  TempDir dir;
  small_map().save(dir.path("m"));
  const Map map = Map::load(dir.path("m"));
  const Matrix x = rows_of_model(700, 40, 1, 7);
  save(dir.path("in.npy"), x);
  Matrix expected(700, 24);
  map.translate(x, expected.span());
  for (Index block : {1, 7, 4096}) {
    TranslateOptions options;
    options.block_rows = block;
    options.output.overwrite = true;
    const TranslateSummary summary = translate(map, dir.path("m"), dir.path("in.npy"), {}, dir.path("out.npy"), options);
    EXPECT_EQ(summary.rows, 700);
    const Matrix out = read_all(*open_rows(dir.path("out.npy")));
    for (Index i = 0; i < 700 * 24; ++i) ASSERT_EQ(out.data()[i], expected.data()[i]) << "blocks of " << block;
    EXPECT_TRUE(std::filesystem::exists(dir.path("out.npy.provenance.json")));
  }
}

TEST(Translate, RefusesOtherDimensionsOtherModelsAndNaN) {
  TempDir dir;
  const Map map = small_map();
  map.save(dir.path("m"));
  auto attempt = [&](const Matrix& rows, bool ignore_fingerprint = false) {
    save(dir.path("in.npy"), rows);
    TranslateOptions options;
    options.ignore_fingerprint = ignore_fingerprint;
    options.output.overwrite = true;
    translate(map, dir.path("m"), dir.path("in.npy"), {}, dir.path("out.npy"), options);
  };
  EXPECT_NO_THROW(attempt(rows_of_model(100, 40, 1, 5)));
  EXPECT_THROW(attempt(rows_of_model(100, 24, 2, 5)), Error);
  EXPECT_THROW(attempt(rows_of_model(100, 40, 3, 5)), Error);
  EXPECT_NO_THROW(attempt(rows_of_model(100, 40, 3, 5), true));
  std::filesystem::remove(dir.path("out.npy"));
  Matrix broken = rows_of_model(100, 40, 1, 5);
  broken(60, 3) = std::nanf("");
  EXPECT_THROW(attempt(broken, true), Error);
  EXPECT_FALSE(std::filesystem::exists(dir.path("out.npy")));
}

TEST(Translate, RowsInMemoryGiveTheBytesOfAFile) {
  TempDir dir;
  const Map map = small_map();
  map.save(dir.path("m"));
  const Matrix wide = rows_of_model(1300, 50, 1, 7);
  const MatrixView x{wide.data() + 3, 1300, 40, 50};  // rows may lie apart
  const auto sink = create_rows(dir.path("in.npy"), 1300, 40, {FileFormat::kNpy, ValueType::kFloat32, true});
  sink->write(x);
  sink->commit();
  TranslateOptions options;
  options.ignore_fingerprint = true;
  translate(map, dir.path("m"), dir.path("in.npy"), {}, dir.path("out.npy"), options);
  const Matrix expected = read_all(*open_rows(dir.path("out.npy")));
  Matrix out(1300, 24);
  EXPECT_EQ(translate(map, x, out.span(), options).rows, 1300);
  for (Index i = 0; i < 1300 * 24; ++i) ASSERT_EQ(out.data()[i], expected.data()[i]);
  EXPECT_THROW(translate(map, x, out.span().middle_rows(0, 1299), options), Error);
  EXPECT_THROW(translate(map, rows_of_model(8, 24, 2, 7), out.span().middle_rows(0, 8), options), Error);
  options.ignore_fingerprint = false;
  EXPECT_THROW(translate(map, rows_of_model(100, 40, 3, 5), out.span().middle_rows(0, 100), options), Error);
  options.progress = [](std::string_view, double) { return false; };
  EXPECT_THROW(translate(map, rows_of_model(100, 40, 1, 5), out.span().middle_rows(0, 100), options), Error);
}

}  // namespace
}  // namespace vec2vec
