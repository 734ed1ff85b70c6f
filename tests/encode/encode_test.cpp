// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/encode.h"

#include <gtest/gtest.h>

#include <thread>

#include "cli/run_cli.h"
#include "core/text/json.h"
#include "encode/tiny_model.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

class EncodeFile : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_encoders()) GTEST_SKIP() << "built without OpenVINO";
    TinyModel("bert").save(model);
    std::string lines;
    for (int i = 0; i < 3000; ++i)
      lines += std::string(i % 7 == 0 ? "" : "the cat") + std::string(static_cast<std::size_t>(i % 23), ',') + "\n";
    write_text(texts, lines);
    options.block_rows = 100;
  }

  EncodeSummary run(const std::string& path) { return encode(model, texts, path, options); }

  TempDir dir;
  const std::string model = dir.path("m"), texts = dir.path("texts.txt"), out = dir.path("out.npy");
  EncodeOptions options;
};

TEST_F(EncodeFile, WritesOneUnitRowALineAndHowItWasMade) {
  const EncodeSummary summary = run(out);
  EXPECT_EQ(summary.rows, 3000);
  EXPECT_EQ(summary.resumed_rows, 0);
  const Matrix rows = read_all(*open_rows(out));
  ASSERT_EQ(rows.rows(), 3000);
  ASSERT_EQ(rows.cols(), TinyModel::kHidden);
  for (Index i = 0; i < rows.rows(); ++i) {
    float square = 0;
    for (Index c = 0; c < rows.cols(); ++c) square += rows(i, c) * rows(i, c);
    ASSERT_NEAR(square, 1, 1e-5) << i;
  }
  const auto provenance = parse_json(file_bytes(out + ".provenance.json"));
  EXPECT_EQ(provenance["rows"], 3000);
  EXPECT_EQ(provenance["texts"]["sha256"], file_sha256(texts));
  EXPECT_EQ(provenance["model"]["weights_sha256"], file_sha256(model + "/model.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(out + ".partial"));
}

TEST_F(EncodeFile, GoesOnAfterAnInterruptAndEndsWithTheSameBytes) {
  run(dir.path("whole.npy"));
  options.progress = [](std::string_view, double done) { return done < 0.41; };
  try {
    run(out);
    FAIL() << "the interrupt was ignored";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
    EXPECT_NE(error.hint().find("1200 of 3000"), std::string::npos) << error.hint();
  }
  EXPECT_FALSE(std::filesystem::exists(out));
  options.progress = {};
  options.encoder.threads = 1;
  const EncodeSummary summary = run(out);
  EXPECT_EQ(summary.resumed_rows, 1200);
  EXPECT_EQ(file_bytes(out), file_bytes(dir.path("whole.npy")));
}

TEST_F(EncodeFile, DoesNotMixRowsOfDifferentRuns) {
  options.progress = [](std::string_view, double done) { return done < 0.41; };
  EXPECT_THROW(run(out), Error);
  options.progress = {};
  options.encoder.prefix = "sat ";
  EXPECT_THROW(run(out), Error) << "another prefix";
  options.restart = true;
  EXPECT_EQ(run(out).resumed_rows, 0);
}

TEST_F(EncodeFile, EndsBeforeWorkOnBadLines) {
  write_text(texts, "fine\n\xFF\n");
  EXPECT_THROW(run(out), Error);
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_FALSE(std::filesystem::exists(out + ".partial"));
}

TEST_F(EncodeFile, CommandGoesOnAfterKill9) {
  std::string lines;
  for (int i = 0; i < 4000; ++i) lines += std::to_string(i) + " the cat sat, unhappy, on the other cat that sat there\n";
  write_text(texts, lines);
  const std::vector<std::string> command = {"encode", model, texts, "-o", out, "--block-rows", "250", "--json"};
  // The identity and four blocks.
  ASSERT_EQ(run_cli(command, "9 sync 6").code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(out));
  const CliResult second = run_cli(command);
  ASSERT_EQ(second.code, 0) << second.err;
  const auto summary = parse_json(second.out);
  EXPECT_GE(summary["resumed_rows"], 1000);
  EXPECT_EQ(summary["rows"], 4000);
  const CliResult whole = run_cli({"encode", model, texts, "-o", dir.path("whole.npy"), "--block-rows", "250"});
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_EQ(file_bytes(out), file_bytes(dir.path("whole.npy")));
}

TEST(EncodeWithoutOpenVino, SaysWhatToInstall) {
  if (has_encoders()) GTEST_SKIP() << "built with OpenVINO";
  TempDir dir;
  write_text(dir.path("t.txt"), "text\n");
  const CliResult result = run_cli({"encode", dir.path("m"), dir.path("t.txt"), "-o", dir.path("o.npy")});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("setup.sh --encode"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace vec2vec
