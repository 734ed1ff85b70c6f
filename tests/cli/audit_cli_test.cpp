// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "audit/kept_stages_file.h"
#include "cli/run_cli.h"
#include "contains.h"
#include "core/text/json.h"
#include "encode/tiny_model.h"
#include "language/tiny_gguf.h"
#include "random_matrix.h"
#include "vec2vec/encode.h"
#include "vec2vec/language_model.h"
#include "vec2vec/map.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

const std::string kData = VEC2VEC_DEMO_DATA;

class AuditCli : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_cli({"align", kData + "/minilm.pairs.npy", kData + "/mpnet.pairs.npy", "-o", map, "--paired", "--procrustes",
                       "--quiet"})
                  .code,
              0);
  }
  CliResult audit(std::vector<std::string> more) {
    std::vector<std::string> all = {"audit",
                                    kData + "/minilm.eval.npy",
                                    "--public-vectors",
                                    kData + "/mpnet.b.npy",
                                    "--map",
                                    map,
                                    "-o",
                                    page,
                                    "--bootstrap",
                                    "50"};
    all.insert(all.end(), more.begin(), more.end());
    return run_cli(all);
  }
  TempDir dir;
  const std::string map = dir.path("map.safetensors"), page = dir.path("report.html"), json = dir.path("report.json");
};

TEST_F(AuditCli, WritesPageAndFiguresAndKeepsThePolicy) {
  const std::vector<std::string> members = {"--no-defences", "--candidates-vectors", kData + "/mpnet.eval.npy"};
  std::vector<std::string> arguments = members;
  arguments.push_back("--json");
  const CliResult found = audit(arguments);
  ASSERT_EQ(found.code, 0) << found.err;
  const Json report = parse_json(found.out);
  EXPECT_EQ(report, parse_json(file_bytes(json)));
  EXPECT_EQ(report["severity"]["level"], "moderate") << "The map has no verdict, but texts were found";
  EXPECT_TRUE(report["policy"].is_null());
  EXPECT_EQ(report["data"]["store"]["rows"], 1000);
  EXPECT_EQ(report["attributes"]["measured"], false);
  EXPECT_TRUE(contains(report["reproduction"]["command"], "vec2vec audit"));
  EXPECT_TRUE(contains(file_bytes(page), "<!doctype html>"));
  EXPECT_TRUE(contains(file_bytes(page), report["data"]["store"]["sha256"]));

  EXPECT_EQ(audit(members).code, 2) << "nothing is overwritten unasked";
  arguments = members;
  arguments.insert(arguments.end(), {"--fail-at", "moderate", "--force"});
  const CliResult broken = audit(arguments);
  EXPECT_EQ(broken.code, 7);
  EXPECT_TRUE(contains(broken.out, "policy broken")) << broken.out;

  arguments = members;
  arguments.insert(arguments.end(), {"--fail-at", "high", "--force"});
  const CliResult beyond = audit(arguments);
  EXPECT_EQ(beyond.code, 2) << "through a map without a verdict nothing could be high";
  EXPECT_TRUE(contains(beyond.err, "The severity cannot become high")) << beyond.err;
  EXPECT_TRUE(contains(beyond.err, "--fail-at moderate")) << beyond.err;

  Map aligned = Map::load(map);
  aligned.card = R"({"verdict": "ALIGNED"})";
  aligned.save(map, true);
  const std::string strangers = dir.path("strangers.npy");
  const auto sink = create_rows(strangers, 200, aligned.target_dim());
  sink->write(random_matrix(200, aligned.target_dim(), 1));
  sink->commit();
  const CliResult kept = audit({"--no-defences", "--candidates-vectors", strangers, "--fail-at", "high", "--force", "--json"});
  EXPECT_EQ(kept.code, 0) << kept.err;
  EXPECT_EQ(parse_json(kept.out)["policy"]["broken"], false);
}

TEST_F(AuditCli, DefencesAreAttackedInTheOrderGiven) {
  const CliResult result = audit({"--defences", "truncate=8", "--max-rows", "64", "--json", "--quiet"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json points = parse_json(result.out)["defences"]["points"];
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0]["steps"], "none");
  EXPECT_EQ(points[1]["steps"], "truncate=8");
  EXPECT_LT(points[1]["neighbours"]["value"], 0.9);
}

TEST_F(AuditCli, GoesOnFromWhatAKilledRunFinished) {
  const std::vector<std::string> arguments = {"audit",
                                              kData + "/minilm.eval.npy",
                                              "--public-vectors",
                                              kData + "/mpnet.b.npy",
                                              "--defences",
                                              "truncate=8",
                                              "--max-rows",
                                              "200",
                                              "-o",
                                              page,
                                              "--bootstrap",
                                              "50",
                                              "--quiet",
                                              "--force"};
  // Three syncs keep the identity, the map and the alignment.
  ASSERT_EQ(run_cli(arguments, "9 sync 4").code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(page));
  const auto alignment = [&] {
    Json found;
    for (const Json& record : KeptStagesFile(page + ".checkpoint").records())
      if (record["stage"] == "alignment") found = record["result"];
    return found;
  };
  const Json before = alignment();
  ASSERT_TRUE(before.is_object());
  ASSERT_EQ(run_cli(arguments).code, 0);
  const Json first = parse_json(file_bytes(json));
  EXPECT_EQ(before, alignment()) << "seconds and all: it was not done again";
  ASSERT_EQ(run_cli(arguments).code, 0);
  EXPECT_EQ(first["defences"]["points"][1], parse_json(file_bytes(json))["defences"]["points"][1]);
  EXPECT_EQ(first["alignment"], parse_json(file_bytes(json))["alignment"]);
}

TEST_F(AuditCli, SaysWhatIsMissing) {
  std::ofstream(dir.path("labels.txt")) << "one\ntwo\n";
  std::ofstream(dir.path("truth.txt")) << "three\n";
  const CliResult no_vectors = audit({"--attributes", dir.path("labels.txt")});
  EXPECT_EQ(no_vectors.code, 2);
  EXPECT_TRUE(contains(no_vectors.err, "--encoder")) << no_vectors.err;
  EXPECT_EQ(audit({"--truth", dir.path("truth.txt")}).code, 2);
  EXPECT_EQ(audit({"--attributes-vectors", kData + "/mpnet.eval.npy"}).code, 2);
  EXPECT_EQ(audit({"--store-texts", dir.path("labels.txt")}).code, 2) << "two lines for 1,000 rows";
  EXPECT_EQ(audit({"--defences", "spin"}).code, 2);
  EXPECT_EQ(run_cli({"audit", kData + "/minilm.eval.npy", "-o", page}).code, 2) << "no public side";
  EXPECT_EQ(run_cli({"audit", kData + "/minilm.eval.npy", "--public-vectors", kData + "/mpnet.b.npy", "-o", json}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(page));
  EXPECT_FALSE(std::filesystem::exists(json));
}

/// Texts, two models that encode them, and a map into the spaces of both.
class AuditModelsCli : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_encoders()) GTEST_SKIP() << "built without OpenVINO";
    TinyModel("bert").save(dir.path("models/small"));
    TinyModel::relative_of("bert").save(dir.path("models/large"));
    std::ofstream texts(dir.path("texts.txt"));
    const std::vector<std::string> words = {"the", "cat", "sat", "cats", "unhappy", "cafe"};
    for (std::size_t i = 0; i < 300; ++i)
      texts << words[i % 6] << " " << words[i / 6 % 6] << " " << words[i / 36 % 6] << " " << words[(i * i) % 5] << " word"
            << i / 5 << "\n";
    texts.close();
    std::ofstream(dir.path("labels.txt")) << "the cat\nunhappy cafe\n";
    for (const char* model : {"small", "large"})
      ASSERT_EQ(run_cli({"encode", dir.path("models/") + model, dir.path("texts.txt"), "-o",
                         dir.path(model) + std::string(".npy"), "--quiet"})
                    .code,
                0);
    const CliResult aligned = run_cli({"align", dir.path("small.npy"), dir.path("small.npy"), dir.path("large.npy"), "-o",
                                       dir.path("map"), "--paired", "--quiet"});
    ASSERT_TRUE(std::filesystem::exists(dir.path("map"))) << aligned.err;
  }
  CliResult audit(const std::vector<std::string>& more) {
    std::vector<std::string> all = {"audit",
                                    dir.path("small.npy"),
                                    "--public",
                                    dir.path("texts.txt"),
                                    "--map",
                                    dir.path("map"),
                                    "-o",
                                    dir.path("report.html"),
                                    "--attributes",
                                    dir.path("labels.txt"),
                                    "--json",
                                    "--force",
                                    "--no-defences",
                                    "--store-texts",
                                    dir.path("texts.txt")};
    all.insert(all.end(), more.begin(), more.end());
    return run_cli(all);
  }
  TempDir dir;
};

TEST_F(AuditModelsCli, EncodesTheTextsByEachModelAndKeepsThat) {
  const std::vector<std::string> both = {"--encoder", dir.path("models/small"), "--encoder", dir.path("models/large/")};
  const CliResult found = audit(both);
  ASSERT_EQ(found.code, 0) << found.err;
  const Json report = parse_json(found.out);
  EXPECT_EQ(report["public"]["spaces"], parse_json(R"([{"name":"small","dim":8},{"name":"large","dim":8}])"));
  EXPECT_EQ(report["reproduction"]["models"][1]["name"], "large");
  EXPECT_FALSE(report["reproduction"].contains("model"));
  EXPECT_EQ(report["attributes"]["labels"], 2);
  EXPECT_GT(report["alignment"]["scores"]["scores"]["top1"]["value"], 0.5);
  const std::string work = dir.path("report.html.checkpoint/");
  EXPECT_EQ(report["reproduction"]["attributes"]["vectors"][1]["path"], work + "attributes.2.npy");
  const auto before = std::filesystem::last_write_time(work + "public.2.npy");
  ASSERT_EQ(audit(both).code, 0);
  EXPECT_EQ(std::filesystem::last_write_time(work + "public.2.npy"), before) << "it was not encoded again";

  // By their names in the map, in any order; and a name may be given.
  const CliResult turned = audit({"--encoder", "large=" + dir.path("models/large"), "--encoder", dir.path("models/small")});
  ASSERT_EQ(turned.code, 0) << turned.err;
  EXPECT_EQ(parse_json(turned.out)["attributes"], report["attributes"]);
  EXPECT_EQ(parse_json(turned.out)["alignment"], report["alignment"]);
}

TEST_F(AuditModelsCli, RefusesModelsThatDoNotBelongTogether) {
  const std::string small = dir.path("models/small"), large = dir.path("models/large");
  const auto refusal = [&](const std::vector<std::string>& more) {
    const CliResult result = audit(more);
    EXPECT_EQ(result.code, 2);
    EXPECT_FALSE(std::filesystem::exists(dir.path("report.html.checkpoint"))) << "before anything was encoded";
    return result.err;
  };
  EXPECT_TRUE(contains(refusal({"--encoder", small, "--encoder", small + "/"}), "The same model is given twice"));
  EXPECT_TRUE(contains(refusal({"--encoder", "a=" + small, "--encoder", "a=" + large}), "Two models are called 'a'"));
  EXPECT_TRUE(contains(refusal({"--encoder", small, "--encoder", large, "--prefix", "query: "}), "once for each model"));
  EXPECT_TRUE(contains(refusal({"--encoder", small}), "The map has the known spaces small, large; one was given"));
  EXPECT_TRUE(contains(refusal({"--encoder", small, "--encoder", "big=" + large}), "small, large, not small, big"));
  EXPECT_TRUE(contains(refusal({"--encoder", small, "--encoder", large, "--to", "small"}), "one known space; 2 were given"));
}

class AuditTextsCli : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_encoders() || !has_language_models()) GTEST_SKIP() << "built without OpenVINO or llama.cpp";
    TinyModel("bert").save(dir.path("encoder"));
    write_tiny_gguf(dir.path("tiny.gguf"));
    std::ofstream texts(dir.path("texts.txt"));
    for (int i = 0; i < 400; ++i)  // each of the words in five texts
      texts << (i % 2 ? "the cat" : "unhappy cats") << (i % 3 ? " sat" : "") << " word" << i / 5 << "\n";
    texts.close();
    ASSERT_EQ(run_cli({"encode", dir.path("encoder"), dir.path("texts.txt"), "-o", dir.path("rows.npy"), "--quiet"}).code, 0);
    ASSERT_EQ(run_cli({"align", dir.path("rows.npy"), dir.path("rows.npy"), "-o", dir.path("map"), "--paired", "--procrustes",
                       "--quiet"})
                  .code,
              0);
  }
  std::vector<std::string> command(std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"audit",
                                    dir.path("rows.npy"),
                                    "--public",
                                    dir.path("texts.txt"),
                                    "--encoder",
                                    dir.path("encoder"),
                                    "--map",
                                    dir.path("map"),
                                    "--lm",
                                    dir.path("tiny.gguf"),
                                    "--no-defences",
                                    "--samples",
                                    "3",
                                    "--bootstrap",
                                    "50",
                                    "--quiet",
                                    "--force",
                                    "--threads",
                                    "1",
                                    "--store-texts",
                                    dir.path("texts.txt"),
                                    "-o",
                                    dir.path("report.html")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Json texts() { return parse_json(file_bytes(dir.path("report.json")))["texts"]; }
  TempDir dir;
};

TEST_F(AuditTextsCli, WritesTextsAndShowsThemOnlyWhenAsked) {
  const CliResult masked = run_cli(command());
  ASSERT_EQ(masked.code, 0) << masked.err;
  const Json hidden = texts();
  ASSERT_EQ(hidden["samples"].size(), 3u);
  EXPECT_GT(hidden["scores"]["token_f1"]["rows"], 0);
  const std::string mask = "\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2";
  for (const Json& sample : hidden["samples"]) {
    EXPECT_EQ(sample["text"].get<std::string>().find_first_not_of("\xE2\x80\xA2 "), std::string::npos);
    EXPECT_TRUE(contains(sample["text"], mask));
    EXPECT_FALSE(sample.contains("truth"));
  }
  const CliResult shown = run_cli(command({"--reveal"}));
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(texts()["samples"][0]["truth"], "unhappy cats word0");
  EXPECT_FALSE(contains(texts()["samples"][0]["text"], mask));
  EXPECT_EQ(texts()["scores"], hidden["scores"]);
}

TEST_F(AuditTextsCli, GoesOnAfterKill9) {
  // Each run goes on from where the last was killed, until a text is there.
  for (int run = 0; run < 20 && KeptStagesFile(dir.path("report.html.checkpoint")).records().empty(); ++run)
    ASSERT_EQ(run_cli(command({"--reveal"}), "9 sync 5").code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(dir.path("report.html")));
  // A mark on the text that is there shows whether it is taken.
  const KeptStagesFile kept(dir.path("report.html.checkpoint"));
  std::vector<Json> records = kept.records();
  ASSERT_FALSE(records.empty()) << "no text was written";
  records[0]["result"]["text"] = "marked text";
  kept.replace(records);
  ASSERT_EQ(run_cli(command({"--reveal"})).code, 0);
  EXPECT_EQ(texts()["samples"][0]["text"], "marked text");
  EXPECT_EQ(texts()["samples"].size(), 3u);
}

TEST_F(AuditTextsCli, NeedsTheEncoder) {
  const CliResult result = run_cli({"audit", kData + "/minilm.eval.npy", "--public-vectors", kData + "/mpnet.b.npy", "--lm",
                                    dir.path("tiny.gguf"), "-o", dir.path("report.html")});
  EXPECT_EQ(result.code, 2);
  EXPECT_TRUE(contains(result.err, "--encoder")) << result.err;
}

}  // namespace
}  // namespace vec2vec
