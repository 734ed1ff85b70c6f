// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/gate.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "core/text/json.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

const std::string kData = VEC2VEC_DEMO_DATA;

Map map_with(const std::string& card) {
  Map map;
  map.card = card;
  return map;
}

const std::string kCard =
    R"({"verdict": "UNCERTAIN", "evidence": {"agreement": 0.6, "probability": 0.7}, "pair_free_score": 0.4, "source": {"rows": 900}, "target": {"rows": 700}})";

bool passes(const std::string& policy, const GateEvidence& evidence = {}, const std::string& card = kCard) {
  return check_gate(map_with(card), GatePolicy::parse(policy, "p"), evidence).passed();
}

TEST(Gate, EachLimitPassesOnOneSideAndFailsOnTheOther) {
  EXPECT_TRUE(passes(R"({"verdict": "UNCERTAIN"})"));
  EXPECT_FALSE(passes(R"({"verdict": "ALIGNED"})"));
  EXPECT_TRUE(passes(R"({"min_agreement": 0.6, "min_pair_free_score": 0.4, "min_rows": 700})"));
  EXPECT_FALSE(passes(R"({"min_agreement": 0.61})"));
  EXPECT_TRUE(passes(R"({"min_probability": 0.7})"));
  EXPECT_FALSE(passes(R"({"min_probability": 0.71})"));
  EXPECT_FALSE(passes(R"({"min_pair_free_score": 0.41})"));
  EXPECT_FALSE(passes(R"({"min_rows": 701})"));
  GateEvidence evidence;
  evidence.age_days = 3;
  evidence.far_rows = 0.2;
  evidence.mean_match = 0.8;
  evidence.evaluation.emplace();
  evidence.evaluation->top1 = {0.9, 0.85, 0.95, 0};
  evidence.evaluation->centred_cosine = {0.5, 0.45, 0.55, 0};
  evidence.retention.emplace();
  evidence.retention->recall = {0.4, 0.35, 0.45, 0};
  EXPECT_TRUE(passes(R"({"max_age_days": 3, "max_far_rows": 0.2, "min_mean_match": 0.8, "min_top1": 0.85, "min_cosine": 0.45})",
                     evidence));
  EXPECT_FALSE(passes(R"({"max_age_days": 2.9})", evidence));
  EXPECT_FALSE(passes(R"({"max_far_rows": 0.19})", evidence));
  EXPECT_FALSE(passes(R"({"min_mean_match": 0.81})", evidence));
  EXPECT_FALSE(passes(R"({"min_top1": 0.86})", evidence)) << "the interval's lower end counts";
  EXPECT_FALSE(passes(R"({"min_cosine": 0.46})", evidence));
  EXPECT_TRUE(passes(R"({"min_recall": 0.35})", evidence));
  EXPECT_FALSE(passes(R"({"min_recall": 0.36})", evidence));
}

TEST(Gate, NothingPassesBecauseItWasLeftOut) {
  EXPECT_THROW(passes(R"({"max_age_days": 1000})"), Error) << "the age is not known";
  EXPECT_THROW(passes(R"({"min_agreement": 0.1})", {}, "[]"), Error) << "no card";
  EXPECT_FALSE(passes(R"({"verdict": "UNCERTAIN"})", {}, R"({"verdict": 2})"));
  GatePolicy policy;
  policy.set("min_top1", "0.1");
  EvaluateOptions options;
  options.bootstrap = 0;
  EXPECT_THROW(gather_evidence(map_with(kCard), policy, {}, options), Error) << "the limit holds for the end of an interval";
}

TEST(Gate, ALimitIsTheWholeText) {
  GatePolicy policy;
  for (const char* text : {"", "0,5", "0.5x", " 0.5", "nan", "inf", "2"})
    EXPECT_THROW(policy.set("min_agreement", text), Error);
  policy.set("min_agreement", "+0.5");
  EXPECT_EQ(policy.min_agreement, 0.5);
}

TEST(Gate, OneFailureFailsAndASilentCardFails) {
  const GateReport report =
      check_gate(map_with(kCard), GatePolicy::parse(R"({"verdict": "UNCERTAIN", "min_agreement": 0.9})", "p"), {});
  ASSERT_EQ(report.checks.size(), 2u);
  EXPECT_TRUE(report.checks[0].passed);
  EXPECT_FALSE(report.checks[1].passed);
  EXPECT_FALSE(report.passed());
  EXPECT_FALSE(passes(R"({"verdict": "UNCERTAIN"})", {}, "{}"));
  EXPECT_FALSE(passes(R"({"min_agreement": 0})", {}, "{}"));
  EXPECT_FALSE(passes(R"({"min_rows": 0})", {}, "{}"));
  EXPECT_FALSE(passes(R"({"verdict": "UNCERTAIN"})", {}, R"({"verdict": "NOT_ALIGNED"})"));
}

TEST(Gate, WrongPoliciesAndMissingEvidenceAreErrors) {
  for (const char* wrong :
       {"", "[]", "{", "{}", R"({"verdict": "SURE"})", R"({"min_agreemnt": 0.5})", R"({"min_agreement": 2})",
        R"({"min_agreement": "x"})", R"({"min_agreement": true})", R"({"max_age_days": -1})", R"({"min_top1": 0.5})",
        R"({"max_far_rows": 0.5})", R"({"min_mean_match": 0.5})", R"({"min_recall": 0.5})"})
    EXPECT_THROW(passes(wrong), Error) << wrong;
}

TEST(Gate, EvidenceIsGatheredForWhatThePolicyAsksOnly) {
  const auto demo = [](const std::string& name) { return read_all(*open_rows(kData + "/" + name)); };
  const Map map = fit_paired(demo("minilm.pairs.npy"), demo("mpnet.pairs.npy"));
  const Matrix a = demo("minilm.eval.npy"), b = demo("mpnet.eval.npy");
  GatePolicy policy;
  policy.set("max_age_days", "3");
  const GateEvidence none = gather_evidence(map, policy, {a, b, a, b});
  EXPECT_FALSE(none.evaluation || none.far_rows || none.mean_match || none.retention);
  policy.set("min_top1", "0.5");
  policy.set("max_far_rows", "0.5");
  const GateEvidence some = gather_evidence(map, policy, {a, b, a, {}});
  EXPECT_GT(some.evaluation->top1.value, 0.5);
  EXPECT_LT(some.far_rows.value(), 0.2);
  EXPECT_FALSE(some.mean_match) << "no store was given";
  EXPECT_THROW(gather_evidence(map, policy, {b, a, a, {}}), Error);
  EXPECT_THROW(gather_evidence(map, policy, {a, b, b, {}}), Error);
}

TEST(Gate, EveryNameCanBeSetAndIsInTheHelp) {
  const std::string help = run_cli({"gate", "--help"}).out;
  for (const std::string& name : GatePolicy::names()) {
    GatePolicy policy;
    EXPECT_NO_THROW(policy.set(name, name == "verdict" ? "ALIGNED" : "0.5")) << name;
    EXPECT_NE(help.find(name), std::string::npos) << name;
  }
}

TEST(Gate, AsACommandItsExitCodeIsTheAnswer) {
  const TempDir dir;
  const std::string map = dir.path("map.safetensors"), policy = dir.path("policy.json");
  const auto demo = [](const std::string& name) { return read_all(*open_rows(kData + "/" + name)); };
  Map made = fit_paired(demo("minilm.pairs.npy"), demo("mpnet.pairs.npy"));
  made.card = R"({"verdict": "ALIGNED"})";
  made.save(map);
  std::ofstream(policy)
      << R"({"verdict": "ALIGNED", "min_top1": 0.5, "max_far_rows": 0.15, "min_mean_match": 0.8, "max_age_days": 1})";
  std::vector<std::string> command = {"gate",      map,
                                      "--policy",  policy,
                                      "--eval-a",  kData + "/minilm.eval.npy",
                                      "--eval-b",  kData + "/mpnet.eval.npy",
                                      "--queries", kData + "/minilm.eval.npy",
                                      "--store",   kData + "/mpnet.eval.npy",
                                      "--json"};
  const CliResult passed = run_cli(command);
  EXPECT_EQ(passed.code, 0) << passed.out << passed.err;
  EXPECT_EQ(parse_json(passed.out)["checks"].size(), 5u);
  command.insert(command.end(), {"--require", "min_top1=0.9999"});
  const CliResult failed = run_cli(command);
  EXPECT_EQ(failed.code, 6) << failed.out;
  EXPECT_FALSE(parse_json(failed.out)["passed"]);
  // Rows of another model lie far outside the fit.
  EXPECT_EQ(run_cli({"gate", map, "--require", "max_far_rows=0.15", "--queries", kData + "/e5.eval.npy"}).code, 6);
  const CliResult asked =
      run_cli({"gate", map, "--require", "min_recall=0.3", "--queries", kData + "/minilm.eval.npy", "--documents",
               kData + "/minilm.a.npy", "--new-queries", kData + "/mpnet.eval.npy", "--json"});
  EXPECT_EQ(asked.code, 0) << asked.out << asked.err;
  EXPECT_FALSE(parse_json(asked.out)["retention"]["translated_queries"]);
  EXPECT_EQ(run_cli({"gate", map, "--require", "min_recall=0.3", "--queries", kData + "/minilm.eval.npy"}).code, 2);
  EXPECT_EQ(run_cli({"gate", map}).code, 2);
  EXPECT_EQ(run_cli({"gate", map, "--require", "min_top1=0.5"}).code, 2);
  EXPECT_EQ(run_cli({"gate", map, "--require", "min_top1"}).code, 2);
  EXPECT_EQ(run_cli({"gate", map, "--policy", dir.path("none.json")}).code, 2);
}

}  // namespace
}  // namespace vec2vec
