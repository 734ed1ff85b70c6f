// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/c.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "random_matrix.h"
#include "temp_dir.h"
#include "vec2vec/map.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

/// A map of the C interface, with its file and what C++ makes of it.
class CInterface : public testing::Test {
 protected:
  CInterface() {
    map.source_mean = random_unit(1, 8, 1);
    map.target_mean = random_unit(1, 4, 2);
    map.weight = random_unit(8, 4, 3);
    map.source_axes = random_unit(1, 8, 4);
    map.card = R"({"verdict": "ALIGNED", "probability": 0.9})";
    map.save(dir.path("map.safetensors"));
    c = vec2vec_map_load(dir.path("map.safetensors").c_str());
  }
  ~CInterface() override { vec2vec_map_free(c); }

  static std::string error() { return vec2vec_error(); }

  TempDir dir;
  Map map;
  vec2vec_map* c = nullptr;
};

TEST_F(CInterface, TranslatesAsCppDoes) {
  ASSERT_NE(c, nullptr) << error();
  EXPECT_STREQ(vec2vec_version(), version());
  EXPECT_STREQ(vec2vec_cpu(), cpu());
  ASSERT_EQ(vec2vec_map_source_dim(c), 8);
  ASSERT_EQ(vec2vec_map_target_dim(c), 4);
  EXPECT_NE(std::string(vec2vec_map_card(c)).find("ALIGNED"), std::string::npos);
  const Matrix in = random_unit(7, 8, 5);
  Matrix expected(7, 4), found(7, 4), one(1, 4);
  map.translate(in, expected.span());
  ASSERT_EQ(vec2vec_translate(c, in.data(), 7, 8, found.data(), 2), VEC2VEC_OK) << error();
  EXPECT_EQ(0, std::memcmp(expected.data(), found.data(), 28 * sizeof(float)));
  ASSERT_EQ(vec2vec_translate_one(c, in.row(3), 8, one.data()), VEC2VEC_OK);
  EXPECT_EQ(0, std::memcmp(expected.row(3), one.data(), 4 * sizeof(float)));
  EXPECT_EQ(vec2vec_translate(c, nullptr, 0, 8, nullptr, 0), VEC2VEC_OK);
}

TEST_F(CInterface, SavesWhatItLoads) {
  const std::string path = dir.path("again.safetensors");
  ASSERT_EQ(vec2vec_map_save(c, path.c_str(), 0), VEC2VEC_OK);
  EXPECT_EQ(vec2vec_map_save(c, path.c_str(), 0), VEC2VEC_BAD_INPUT);
  EXPECT_NE(error().find("exists already"), std::string::npos);
  EXPECT_EQ(vec2vec_map_save(c, path.c_str(), 1), VEC2VEC_OK);
  const std::string bytes = map.to_bytes();
  vec2vec_map* same = vec2vec_map_from_bytes(bytes.data(), bytes.size());
  ASSERT_NE(same, nullptr);
  EXPECT_EQ(vec2vec_map_target_dim(same), 4);
  vec2vec_map_free(same);
}

TEST_F(CInterface, MistakesAreTextAndNeverEndTheProgram) {
  EXPECT_EQ(vec2vec_map_load(dir.path("none").c_str()), nullptr);
  EXPECT_NE(error().find(dir.path("none")), std::string::npos);
  EXPECT_EQ(vec2vec_map_load(nullptr), nullptr);
  EXPECT_NE(error().find("path is NULL."), std::string::npos);
  EXPECT_EQ(vec2vec_map_from_bytes("xx", 2), nullptr);
  EXPECT_EQ(vec2vec_map_to(c, "mpnet"), nullptr);
  float row[8] = {}, out[4];
  EXPECT_EQ(vec2vec_translate_one(c, row, 7, out), VEC2VEC_BAD_INPUT);
  EXPECT_NE(error().find("The rows have dimension 7, but the map translates from 8"), std::string::npos) << error();
  row[2] = NAN;
  EXPECT_EQ(vec2vec_translate_one(c, row, 8, out), VEC2VEC_BAD_INPUT);
  EXPECT_EQ(vec2vec_translate_one(nullptr, row, 8, out), VEC2VEC_BAD_INPUT);
  EXPECT_EQ(vec2vec_translate(c, row, -1, 8, out, 0), VEC2VEC_BAD_INPUT);
  EXPECT_EQ(vec2vec_translate(c, row, INT64_MAX, 8, out, 0), VEC2VEC_BAD_INPUT);
  EXPECT_EQ(vec2vec_map_source_dim(nullptr), 0);
  vec2vec_map_free(nullptr);
  vec2vec_free(nullptr);
  std::string other;
  std::thread([&] { other = vec2vec_error(); }).join();
  EXPECT_EQ(other, "");  // each thread has its own
}

TEST_F(CInterface, GateHoldsAMapAgainstAPolicy) {
  int passed = -1;
  char* report = nullptr;
  ASSERT_EQ(vec2vec_gate(c, R"({"verdict": "ALIGNED"})", nullptr, -1, &passed, &report), VEC2VEC_OK) << error();
  EXPECT_EQ(passed, 1);
  EXPECT_NE(std::string(report).find("\"verdict\""), std::string::npos);
  vec2vec_free(report);
  ASSERT_EQ(vec2vec_gate(c, R"({"max_age_days": 2})", nullptr, 3, &passed, nullptr), VEC2VEC_OK) << error();
  EXPECT_EQ(passed, 0);
  EXPECT_EQ(vec2vec_gate(c, R"({"max_age_days": 2})", nullptr, -1, &passed, nullptr), VEC2VEC_BAD_INPUT);
  EXPECT_EQ(vec2vec_gate(c, "{", nullptr, -1, &passed, nullptr), VEC2VEC_BAD_INPUT);
  const Matrix a = random_unit(300, 8, 6);
  Matrix b(300, 4);
  map.translate(a, b.span());
  vec2vec_gate_rows rows = {};
  rows.eval_a = a.data(), rows.eval_b = b.data(), rows.eval_rows = 300;
  ASSERT_EQ(vec2vec_gate(c, R"({"min_top1": 0.9})", &rows, -1, &passed, nullptr), VEC2VEC_OK) << error();
  EXPECT_EQ(passed, 1);
}

TEST_F(CInterface, AlignsWithPairsAndCanBeEnded) {
  const Matrix a = random_unit(200, 8, 7);
  Matrix b(200, 4);
  map.translate(a, b.span());
  std::vector<int64_t> pairs;
  for (int64_t i = 0; i < 200; ++i) pairs.insert(pairs.end(), {i, i});
  vec2vec_align_options options = {};
  options.size = sizeof options;
  options.pairs = pairs.data(), options.pair_count = 200;
  int calls = 0;
  options.context = &calls;
  options.progress = [](const char*, double, void* context) {
    ++*static_cast<int*>(context);
    return 0;
  };
  char* report = nullptr;
  vec2vec_map* found = vec2vec_align(a.data(), 200, 8, b.data(), 200, 4, &options, &report);
  ASSERT_NE(found, nullptr) << error();
  EXPECT_NE(std::string(report).find("\"verdict\""), std::string::npos);
  vec2vec_free(report);
  Matrix again(200, 4);
  ASSERT_EQ(vec2vec_translate(found, a.data(), 200, 8, again.data(), 0), VEC2VEC_OK);
  double cosine = 0;
  for (Index i = 0; i < 800; ++i) cosine += static_cast<double>(again.data()[i]) * b.data()[i] / 200;
  EXPECT_GT(cosine, 0.9);
  vec2vec_map_free(found);
  options.pair_count = 0;
  options.progress = [](const char*, double, void*) { return 1; };
  EXPECT_EQ(vec2vec_align(a.data(), 200, 8, b.data(), 200, 4, &options, nullptr), nullptr);
  options.effort = 5;
  EXPECT_EQ(vec2vec_align(a.data(), 200, 8, b.data(), 200, 4, &options, nullptr), nullptr);
  EXPECT_NE(error().find("effort"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
