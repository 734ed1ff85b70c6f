// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/encode_pictures.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "cli/run_cli.h"
#include "encode/tiny_model.h"
#include "picture/pillow.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {
namespace fs = std::filesystem;

const std::string kTowers = VEC2VEC_TESTS_DIR "/encode/tiny_towers/";

class EncodePictures : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_picture_encoders()) GTEST_SKIP() << "built without OpenVINO, libjpeg, libpng or libwebp";
    fs::copy(kPictures, dir.path("pictures"), fs::copy_options::recursive);
    options.block_rows = 5;
  }
  EncodePicturesSummary run(const std::string& path) { return encode_pictures(kTowers + "clip", input, path, options); }

  TempDir dir;
  std::string input = dir.path("pictures");
  const std::string out = dir.path("out.npy");
  EncodePicturesOptions options;
};

float cosine(const float* row, const nlohmann::json& expected) {
  float sum = 0;
  for (std::size_t c = 0; c < expected.size(); ++c) sum += row[c] * expected[c].get<float>();
  return sum;
}

TEST_F(EncodePictures, BothTowersAgreeWithAnIndependentRuntime) {
  const auto expected = parse_json(bytes_of(kTowers + "expected.json"));
  for (const char* name : {"clip", "siglip"}) {
    const auto& model = expected[name];
    const PictureEncoder pictures(kTowers + name);
    ASSERT_EQ(pictures.dim(), 6);
    const auto count = static_cast<Index>(expected["pictures"].size());
    ASSERT_EQ(count, 13);
    Matrix rows(count, 6);
    std::vector<std::string> problems;
    pictures.encode(
        count,
        [&](Index i) { return bytes_of(kPictures + expected["pictures"][static_cast<std::size_t>(i)].get<std::string>()); },
        rows.span(), problems);
    for (Index i = 0; i < count; ++i) {
      EXPECT_EQ(problems[static_cast<std::size_t>(i)], "");
      EXPECT_GT(cosine(rows.span().row(i), model["pictures"][static_cast<std::size_t>(i)]), 0.99999f)
          << name << " " << expected["pictures"][static_cast<std::size_t>(i)];
    }
    const Encoder texts(kTowers + name);
    EXPECT_EQ(texts.max_tokens(), 12);
    std::vector<std::string> lines = expected["texts"];
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    Matrix text_rows(static_cast<Index>(lines.size()), texts.dim());
    texts.encode(views, text_rows.span());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::vector<std::int32_t> ids = texts.tokenize(lines[i]);
      std::vector<std::int32_t> all = model["ids"][i];
      if (all.size() > 12) all.erase(all.begin() + 11, all.end() - 1);
      EXPECT_EQ(ids, all) << lines[i];
      EXPECT_GT(cosine(text_rows.span().row(static_cast<Index>(i)), model["texts"][i]), 0.99999f) << name << " " << lines[i];
    }
  }
}

TEST_F(EncodePictures, WritesARowAPictureItsNameAndHowItWasMade) {
  const EncodePicturesSummary summary = run(out);
  EXPECT_EQ(summary.rows, 13);
  const Matrix rows = read_all(*open_rows(out));
  ASSERT_EQ(rows.rows(), 13);
  const std::vector<std::string> listed = list_pictures(input);
  EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
  std::string names;
  for (const std::string& path : listed) names += path + "\n";
  EXPECT_EQ(file_bytes(out + ".names.txt"), names);
  EXPECT_EQ(parse_json(file_bytes(out + ".provenance.json"))["pictures"]["count"], 13);
  EXPECT_FALSE(fs::exists(out + ".partial"));
  EXPECT_THROW(run(out), Error) << "exists";
  options.encoder.threads = 3;
  run(dir.path("three.npy"));
  EXPECT_EQ(file_bytes(out), file_bytes(dir.path("three.npy")));
}

TEST_F(EncodePictures, AListSaysTheOrder) {
  write_text(dir.path("list.txt"), "pictures/cup.png\npictures/cat.jpg\npictures/cup.png\n");
  input = dir.path("list.txt");
  EXPECT_EQ(run(out).rows, 3);
  Matrix rows = read_all(*open_rows(out));
  EXPECT_EQ(std::memcmp(rows.span().row(0), rows.span().row(2), 6 * sizeof(float)), 0);
  EXPECT_NE(std::memcmp(rows.span().row(0), rows.span().row(1), 6 * sizeof(float)), 0);
}

TEST_F(EncodePictures, DamagedPicturesAreNamedAndLeftOutOnRequest) {
  const std::string cat = bytes_of(kPictures + "cat.jpg");
  write_text(input + "/broken.jpg", cat.substr(0, cat.size() / 2));
  write_text(input + "/c.png", "No picture");
  try {
    run(out);
    FAIL() << "the damage was not seen";
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), input + "/broken.jpg");
    EXPECT_NE(error.hint().find("skip_damaged"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(out));
  options.skip_damaged = true;
  const EncodePicturesSummary summary = run(out);
  EXPECT_EQ(summary.rows, 13);
  EXPECT_EQ(summary.pictures, 15);
  ASSERT_EQ(summary.damaged.size(), 2u);
  EXPECT_EQ(summary.damaged[0].path, input + "/broken.jpg");
  EXPECT_EQ(summary.damaged[1].path, input + "/c.png");
  EXPECT_EQ(read_all(*open_rows(out)).rows(), 13);
  EXPECT_EQ(file_bytes(out + ".names.txt").find("broken"), std::string::npos);
  EXPECT_EQ(parse_json(file_bytes(out + ".provenance.json"))["damaged"].size(), 2u);
}

TEST_F(EncodePictures, GoesOnAfterAnInterruptAndEndsWithTheSameBytes) {
  write_text(input + "/b.png", "damaged");
  options.skip_damaged = true;
  run(dir.path("whole.npy"));
  options.progress = [](std::string_view, double done) { return done < 0.6; };
  EXPECT_THROW(run(out), Error);
  EXPECT_FALSE(fs::exists(out));
  options.progress = {};
  const EncodePicturesSummary summary = run(out);
  EXPECT_EQ(summary.resumed, 5);
  ASSERT_EQ(summary.damaged.size(), 1u);
  EXPECT_EQ(summary.damaged[0].path, input + "/b.png");
  EXPECT_EQ(file_bytes(out), file_bytes(dir.path("whole.npy")));
  EXPECT_EQ(file_bytes(out + ".names.txt"), file_bytes(dir.path("whole.npy.names.txt")));
}

TEST_F(EncodePictures, DoesNotMixRowsOfDifferentPictures) {
  options.progress = [](std::string_view, double done) { return done < 0.6; };
  EXPECT_THROW(run(out), Error);
  options.progress = {};
  fs::copy(kPictures + "cat.jpg", input + "/zzz.jpg");
  EXPECT_THROW(run(out), Error);
  options.restart = true;
  EXPECT_EQ(run(out).resumed, 0);
}

TEST_F(EncodePictures, TheCommandTellsPicturesFromTexts) {
  const std::string model = kTowers + "clip";
  CliResult result = run_cli({"encode", model, input, "-o", out, "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(parse_json(result.out)["rows"], 13);
  write_text(input + "/list.txt", "cup.png\n");
  result = run_cli({"encode", model, input + "/list.txt", "-o", dir.path("texts.npy")});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("1 rows x 6"), std::string::npos) << result.out;
  EXPECT_EQ(run_cli({"encode", model, input + "/list.txt", "-o", dir.path("p.npy"), "--pictures"}).code, 0);
  EXPECT_NE(file_bytes(dir.path("texts.npy")), file_bytes(dir.path("p.npy")));
  result = run_cli({"encode", model, input, "-o", dir.path("q.npy"), "--prefix", "query: "});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("--prefix"), std::string::npos);
  result = run_cli({"encode", model, input, "-o", dir.path("r.npy"), "--layer", "nothing"});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("image_embeds"), std::string::npos) << "names what there is: " << result.err;
}

TEST_F(EncodePictures, ALayerMayBeChosen) {
  options.encoder.output = "last_hidden_state";  // of which the first token's state is taken
  EXPECT_EQ(run(out).dim, 8);
}

TEST_F(EncodePictures, FoldersThatLackSomethingAreRefusedByName) {
  const auto refused = [&](const std::string& folder, const std::string& part) {
    try {
      PictureEncoder encoder(folder);
      ADD_FAILURE() << "not refused: " << folder;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
      EXPECT_NE((error.message() + error.where()).find(part), std::string::npos) << error.message() << error.where();
    }
  };
  refused(dir.path("none"), "no such model folder");
  fs::create_directories(dir.path("m"));
  refused(dir.path("m"), "preprocessor_config.json");
  fs::copy(kTowers + "clip/preprocessor_config.json", dir.path("m/preprocessor_config.json"));
  refused(dir.path("m"), "vision_model.onnx");
  write_text(dir.path("m/model.onnx"), "rubbish");
  refused(dir.path("m"), "OpenVINO cannot read");
  fs::copy(kTowers + "siglip/onnx/text_model.onnx", dir.path("m/model.onnx"), fs::copy_options::overwrite_existing);
  refused(dir.path("m"), "takes no pictures");
}

TEST(EncodePicturesWithoutCodecs, SaysWhatToInstall) {
  if (has_picture_encoders()) GTEST_SKIP() << "built with OpenVINO and the codecs";
  const CliResult result = run_cli({"encode", kTowers + "clip", kPictures, "-o", "out.npy"});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("setup.sh --encode"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace vec2vec
