// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/export.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "contains.h"
#include "export/protobuf.h"
#include "random_matrix.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

namespace fs = std::filesystem;

Map small_map() {
  Map map;
  map.source_mean = random_unit(1, 5, 1);
  map.target_mean = random_unit(1, 3, 2);
  map.weight = random_unit(5, 3, 3);
  map.source_axes = random_unit(1, 5, 4);
  map.target_spread = 0.7f;
  return map;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
    return e.message() + " | " + e.hint();
  }
  return "not refused";
}

// What the exports compute is compared with translate by tests/export/check_exports.py, which runs them.

TEST(Export, FormatsHaveNames) {
  EXPECT_EQ(export_format("onnx"), ExportFormat::kOnnx);
  EXPECT_EQ(export_format("numpy"), ExportFormat::kNumpy);
  EXPECT_EQ(refusal([] { export_format("tflite"); }),
            "There is no format 'tflite' to export to. | onnx, sentence-transformers, sql or numpy");
}

TEST(Export, WireFormatOfProtobuf) {
  ProtobufMessage inner, outer;
  inner.number(1, 150).text(2, "ab");
  outer.message(3, inner).real(2, 1.0f);
  EXPECT_EQ(outer.bytes(), std::string("\x1A\x07\x08\x96\x01\x12\x02"
                                       "ab\x15\x00\x00\x80\x3F",
                                       14));
}

TEST(Export, NumpyArraysAreThoseOfTheMap) {
  const TempDir dir;
  const Map map = small_map();
  const auto written = export_map(map, ExportFormat::kNumpy, dir.path("map.npz"));
  ASSERT_EQ(written.size(), 2u);
  EXPECT_EQ(written[1], dir.path("map.py"));
  OpenOptions open;
  open.tensor = "linear.weight";
  const Matrix weight = read_all(*open_rows(dir.path("map.npz"), open));
  for (Index i = 0; i < 15; ++i) EXPECT_EQ(weight.data()[i], map.weight.data()[i]);
  EXPECT_NE(bytes_of(dir.path("map.py")).find("def translate(rows):"), std::string::npos);
  EXPECT_EQ(refusal([&] { export_map(map, ExportFormat::kNumpy, dir.path("map.pkl")); }).substr(0, 36),
            "What is written there is an .npz fil");
}

TEST(Export, EqualMapsGiveEqualFilesAndNoneIsOverwrittenUnasked) {
  const TempDir dir;
  const Map map = small_map();
  for (const auto& [format, name] :
       {std::pair{ExportFormat::kOnnx, "map.onnx"}, std::pair{ExportFormat::kSql, "map.sql"},
        std::pair{ExportFormat::kNumpy, "map.npz"}, std::pair{ExportFormat::kSentenceTransformers, "modules"}}) {
    SCOPED_TRACE(name);
    const std::string path = dir.path(name);
    const fs::path read = fs::path(path) / (fs::path(name).has_extension() ? "" : "1_Dense/model.safetensors");
    export_map(map, format, path);
    const std::string first = bytes_of(fs::path(name).has_extension() ? fs::path(path) : read);
    EXPECT_FALSE(first.empty());
    EXPECT_TRUE(refusal([&, format = format] { export_map(map, format, path); }).starts_with(path + " exists already."));
    export_map(map, format, path, {.overwrite = true});
    EXPECT_EQ(bytes_of(fs::path(name).has_extension() ? fs::path(path) : read), first);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path("")), fs::directory_iterator()), 5);  // nothing else is left behind
}

TEST(Export, AFolderThatIsNotOursIsNotReplaced) {
  const TempDir dir;
  fs::create_directory(dir.path("photos"));
  std::ofstream(dir.path("photos/one.jpg")) << "x";
  EXPECT_TRUE(contains(
      refusal([&] { export_map(small_map(), ExportFormat::kSentenceTransformers, dir.path("photos"), {.overwrite = true}); }),
      "is no folder of modules"));
  EXPECT_TRUE(fs::exists(dir.path("photos/one.jpg")));
}

TEST(Export, NamesOfFunctionsAreTakenAsTheyAreOrRefused) {
  const TempDir dir;
  for (const char* name : {"", "1st", "f(x)", "a; DROP TABLE t", "Upper", "ä"})
    EXPECT_TRUE(contains(refusal([&] { export_map(small_map(), ExportFormat::kSql, dir.path("map.sql"), {.function = name}); }),
                         "is no name for a function"))
        << name;
  export_map(small_map(), ExportFormat::kSql, dir.path("map.sql"), {.function = "to_mpnet"});
  EXPECT_NE(bytes_of(dir.path("map.sql")).find("CREATE FUNCTION to_mpnet(vector)"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
