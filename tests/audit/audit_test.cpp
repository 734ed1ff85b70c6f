// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/audit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "audit/kept_stages_file.h"
#include "core/text/json.h"
#include "invert/fake_models.h"
#include "random_matrix.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/pages.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

/// The demo's MiniLM store and MPNet space, with a map of true pairs, so that no alignment is searched for.
struct Demo {
  static Matrix load(const char* name) { return read_all(*open_rows(std::string(VEC2VEC_DEMO_DATA) + "/" + name)); }
  Matrix store = load("minilm.eval.npy"), native = load("mpnet.eval.npy"), known = load("mpnet.b.npy");
  Map map = fit_paired(load("minilm.pairs.npy"), load("mpnet.pairs.npy"));

  AuditProblem problem() const {
    AuditProblem p{store, known};
    p.map = &map;
    return p;
  }
};

AuditOptions quick_options() {
  AuditOptions options;
  options.bootstrap = 100;
  return options;
}

TEST(Audit, MembersAreFoundAndOthersAreNot) {
  const Demo demo;
  AuditProblem problem = demo.problem();
  problem.candidates = demo.native;  // every text of the store
  const AuditReport in = audit(problem, quick_options());
  EXPECT_GT(in.membership->found.low, 0.4) << "short questions, of which the public texts hold near copies";
  Index right = 0;
  for (std::size_t c = 0; c < in.membership->rows.size(); ++c) right += in.membership->rows[c] == static_cast<Index>(c);
  EXPECT_GT(right, 900);
  const Matrix others = Demo::load("mpnet.pairs.npy");  // texts that the store does not hold
  problem.candidates = others;
  const AuditReport out = audit(problem, quick_options());
  EXPECT_LT(out.membership->found.value, 0.03);
  EXPECT_EQ(in.membership->threshold, out.membership->threshold);
}

TEST(Audit, SeverityFollowsWhatWasMeasured) {
  Demo demo;
  AuditProblem problem = demo.problem();
  const AuditReport open = audit(problem, quick_options());
  EXPECT_EQ(open.severity, Severity::kInconclusive) << "a map without a verdict, and nothing scored";
  EXPECT_FALSE(open.advice.empty());
  EXPECT_NE(open.brief().find("neither that the store is safe"), std::string::npos) << open.brief();
  demo.map.card = R"({"verdict": "ALIGNED"})";
  const AuditReport unscored = audit(problem, quick_options());
  EXPECT_EQ(unscored.severity, Severity::kModerate);
  EXPECT_TRUE(unscored.advice.empty());
  problem.candidates = demo.native;
  const AuditReport read = audit(problem, quick_options());
  EXPECT_EQ(read.severity, Severity::kHigh);
  EXPECT_NE(read.brief().find("severity high"), std::string::npos);
  AuditOptions no_intervals = quick_options();
  no_intervals.bootstrap = 0;
  const AuditReport without = audit(problem, no_intervals);
  EXPECT_TRUE(std::isnan(without.membership->found.low));
  EXPECT_TRUE(parse_json(without.to_json())["membership"]["found"]["low"].is_null());
  EXPECT_EQ(without.severity, Severity::kModerate) << "without an interval nothing can win";
  demo.map.card = R"({"verdict": "NOT_ALIGNED"})";
  EXPECT_EQ(audit(problem, quick_options()).severity, Severity::kModerate) << "content was read all the same";
  problem.candidates = {};
  EXPECT_EQ(audit(problem, quick_options()).severity, Severity::kInconclusive);
  for (const Severity s : {Severity::kInconclusive, Severity::kLow, Severity::kModerate, Severity::kHigh})
    EXPECT_EQ(parse_severity(to_string(s)), s);
  EXPECT_THROW(parse_severity("awful"), Error);
}

TEST(Audit, AnAlignedStoreInWhichNothingScoredWinsIsLow) {
  Demo demo;
  demo.map.card = R"({"verdict": "ALIGNED"})";
  AuditProblem problem = demo.problem();
  const Matrix labels = random_matrix(4, demo.known.cols(), 3);  // labels that mean nothing
  problem.label_rows = labels;
  problem.labels = {"a", "b", "c", "d"};
  for (Index i = 0; i < demo.store.rows(); ++i) problem.truth.push_back({i % 4});
  EXPECT_EQ(audit(problem, quick_options()).severity, Severity::kLow);
}

TEST(Audit, TellsBeforehandHowHighItsSeverityCanBe) {
  EXPECT_EQ(highest_severity({}), Severity::kModerate) << "nothing can be scored";
  EXPECT_EQ(highest_severity({.words = true, .map = {}}), Severity::kHigh);
  EXPECT_EQ(highest_severity({.attributes = true, .map = Verdict::kAligned}), Severity::kHigh);
  EXPECT_EQ(highest_severity({.membership = true, .map = Verdict::kUncertain}), Severity::kModerate);
  EXPECT_EQ(highest_severity({.map = Verdict::kNotAligned}), Severity::kInconclusive);
}

TEST(Audit, AnAttackThatDoesNotAlignIsInconclusiveAndSaysWhatToTry) {
  // Rows of no structure: nothing aligns.
  const Matrix store = random_matrix(300, 16, 1), known = random_matrix(300, 16, 2);
  AuditProblem problem{store, known};
  AuditOptions options = quick_options();
  options.effort = Effort::kLow;
  options.max_rows = 200;
  options.defences = {parse_defence("rotate")};
  const AuditReport report = audit(problem, options);
  ASSERT_NE(report.verdict, Verdict::kAligned);
  EXPECT_EQ(report.severity, Severity::kInconclusive);
  const Json json = parse_json(report.to_json());
  EXPECT_EQ(json["severity"]["level"], "inconclusive");
  const std::string advice = json["severity"]["advice"].dump();
  EXPECT_NE(advice.find("partial"), std::string::npos) << advice;
  EXPECT_NE(advice.find("effort"), std::string::npos) << advice;
  EXPECT_NE(advice.find("max_rows"), std::string::npos) << "300 rows, of which 200 were used: " << advice;
  // Nothing is compared with a translation that is wrong, nor with itself.
  for (const Json& point : json["defences"]["points"]) {
    EXPECT_TRUE(point["recovered"].is_null()) << point.dump();
    EXPECT_EQ(point["conclusive"], false);
  }
  EXPECT_TRUE(json["defences"]["points"][0]["neighbours"].is_null());
  EXPECT_EQ(json["defences"]["points"][1]["neighbours"]["value"], 1);
  EXPECT_NE(report.brief().find("inconclusive (" + std::string(to_string(report.defences[1].verdict)) + ")"), std::string::npos)
      << report.brief();
}

TEST(Audit, PartsOfAStoreAreTriedWhenAsked) {
  int parts = 0;
  // Halves of the public rows have the 500 rows that a part needs.
  const Matrix store = random_matrix(600, 8, 1), known = random_matrix(1300, 8, 2);
  AuditOptions options = quick_options();
  options.effort = Effort::kLow;
  const auto searches = [&] {
    parts = 0;
    double before = 1;
    options.progress = [&](std::string_view stage, double done) {
      parts += stage == "align" && done < before;
      before = done;
      return true;
    };
    const AuditReport report = audit({store, known}, options);
    for (const std::string& line : report.advice)
      EXPECT_EQ(options.partial && line.find("partial") != std::string::npos, false);
    return parts;
  };
  const int whole = searches();
  options.partial = true;
  EXPECT_GT(searches(), whole);
}

TEST(Audit, ARotationStopsNothing) {
  const Matrix all = Demo::load("minilm.a.npy");  // store and public texts of the same model
  AuditProblem problem{all.view().middle_rows(0, 3000), all.view().middle_rows(3000, 3000)};
  AuditOptions options = quick_options();
  options.max_rows = 3000;
  options.defences = {parse_defence("rotate")};
  const AuditReport report = audit(problem, options);
  EXPECT_EQ(report.verdict, Verdict::kAligned);
  ASSERT_EQ(report.defences.size(), 2u);
  const DefencePoint &none = report.defences[0], &rotated = report.defences[1];
  EXPECT_TRUE(std::isnan(none.neighbours.value)) << "it would be compared with itself";
  EXPECT_TRUE(std::isnan(none.recovered.value)) << "likewise";
  EXPECT_EQ(report.brief().find("\nnone "), std::string::npos) << report.brief();
  EXPECT_GT(rotated.recovered.low, 0.9);
  EXPECT_GT(rotated.neighbours.low, 0.99);
}

TEST(Audit, WordsAndTextsStayInTheDarkUnlessRevealed) {
  const Demo demo;
  std::vector<std::string> texts;
  for (Index i = 0; i < demo.known.rows(); ++i) texts.push_back("secretword" + std::to_string(i % 50) + " common");
  AuditProblem problem = demo.problem();
  problem.public_texts = texts;
  const std::vector<std::string> own(static_cast<std::size_t>(demo.store.rows()), "ownertext <script>alert(1)</script>");
  problem.store_texts = own;
  AuditOptions options = quick_options();
  options.words.most_share = 0.1;
  const std::string masked = audit(problem, options).to_json();
  EXPECT_EQ(masked.find("secretword"), std::string::npos);
  EXPECT_EQ(masked.find("ownertext"), std::string::npos);
  EXPECT_FALSE(parse_json(masked)["words"]["samples"].empty());
  options.reveal = true;
  const std::string shown = audit(problem, options).to_json();
  EXPECT_NE(shown.find("secretword"), std::string::npos);
  EXPECT_NE(shown.find("ownertext"), std::string::npos);
  EXPECT_EQ(audit_page(shown).find("<script>alert"), std::string::npos) << "texts cannot end the page's data";
}

/// Texts of a fake model's language in the space of a fake encoder, which is the store's own.
struct Written {
  const std::vector<std::string> all = sentences(), secret{all.begin(), all.begin() + 60}, known{all.begin() + 60, all.end()};
  Matrix store = encoded(secret), public_rows = encoded(known);
  Map map = fit_paired(public_rows, public_rows);
  FakeModel model{known};
  int encodings = 0;

  static Matrix encoded(const std::vector<std::string>& texts) {
    Matrix rows(static_cast<Index>(texts.size()), 64);
    fake_encode(std::vector<std::string_view>(texts.begin(), texts.end()), rows.span());
    return rows;
  }
  AuditReport audit(AuditOptions options) {
    AuditProblem problem{store, public_rows, known, &map};
    problem.store_texts = secret;
    problem.language_model = &model;
    problem.encode = [this](std::span<const std::string_view> texts, MatrixSpan out) {
      ++encodings;
      fake_encode(texts, out);
    };
    options.samples = 4;
    options.inversion.max_tokens = 10;
    options.inversion.rounds = 4;
    return vec2vec::audit(problem, options);
  }
};

TEST(Audit, WritesTextsForAFewRowsAndHidesThem) {
  Written written;
  AuditOptions options = quick_options();
  const AuditReport masked = written.audit(options);
  ASSERT_EQ(masked.texts->samples.size(), 4u);
  EXPECT_EQ(masked.texts->samples[1].row, 15);
  EXPECT_GT(masked.texts->scores->token_f1.found.low, masked.texts->scores->token_f1.null.high);
  EXPECT_NE(masked.texts->samples[0].text.find("\xE2\x80\xA2"), std::string::npos);
  const auto words = [](const AuditReport& report) {  // outside the list of the dictionary's words
    return parse_json(report.to_json())["texts"].dump();
  };
  for (const char* word : {"in the", "garden", "house", "river", "forest"})
    EXPECT_EQ(words(masked).find(word), std::string::npos) << word;
  options.reveal = true;
  const AuditReport shown = written.audit(options);
  EXPECT_EQ(shown.texts->samples[0].truth, written.secret[0]);
  EXPECT_EQ(shown.texts->scores->token_f1.found.value, masked.texts->scores->token_f1.found.value);
  EXPECT_NE(words(shown).find(written.secret[0]), std::string::npos);
}

TEST(Audit, TextsOfAnEarlierRunAreKept) {
  Written written;
  TempDir dir;
  AuditOptions options = quick_options();
  options.reveal = true;
  const AuditReport whole = written.audit(options);
  const int all_encodings = std::exchange(written.encodings, 0);
  options.checkpoint = dir.path("work");
  options.progress = [](std::string_view stage, double done) { return stage != "write texts" || done < 0.6; };
  EXPECT_THROW(written.audit(options), Error);
  const auto kept = KeptStagesFile(dir.path("work")).records();
  const auto is_text = [](const nlohmann::json& record) { return record["stage"].get<std::string>().starts_with("text "); };
  EXPECT_EQ(std::count_if(kept.begin(), kept.end(), is_text), 2);
  options.progress = {};
  written.encodings = 0;
  const AuditReport rest = written.audit(options);
  EXPECT_LT(std::exchange(written.encodings, 0), all_encodings) << "two of four rows were there";
  EXPECT_EQ(rest.texts->samples.size(), 4u);
  for (std::size_t s = 0; s < rest.texts->samples.size(); ++s) {
    EXPECT_EQ(rest.texts->samples[s].text, whole.texts->samples[s].text);
    EXPECT_EQ(rest.texts->samples[s].cosine, whole.texts->samples[s].cosine);
  }
  written.audit(options);
  EXPECT_EQ(written.encodings, 0);
  options.inversion.beam = 2;
  written.audit(options);
  EXPECT_GT(written.encodings, 0) << "other options write other texts";
}

TEST(Audit, AnotherStoreDoesNotGetTheAlignmentOfTheFirst) {
  const Matrix all = Demo::load("minilm.a.npy");
  const TempDir dir;
  AuditOptions options = quick_options();
  options.max_rows = 1000;
  options.checkpoint = dir.path("work");  // and no identity
  const auto searches = [&](Index first) {
    int count = 0;
    options.progress = [&](std::string_view stage, double) {
      count += stage == "align";
      return true;
    };
    audit({all.view().middle_rows(first, 1000), all.view().middle_rows(4000, 2000)}, options);
    return count;
  };
  EXPECT_GT(searches(0), 0);
  EXPECT_EQ(searches(0), 0) << "the same store goes on from what was kept";
  EXPECT_GT(searches(1000), 0) << "another one does not";
}

TEST(Audit, NeedsRows) {
  const Demo demo;
  AuditProblem problem = demo.problem();
  problem.public_rows = {};
  EXPECT_THROW(audit(problem, quick_options()), Error);
  problem = demo.problem();
  problem.store = {};
  EXPECT_THROW(audit(problem, quick_options()), Error);
}

TEST(Audit, RefusesWhatDoesNotFit) {
  const Demo demo;
  AuditProblem problem = demo.problem();
  const std::vector<std::string> few = {"one text"};
  problem.public_texts = few;
  EXPECT_THROW(audit(problem, quick_options()), Error);
  problem = demo.problem();
  problem.candidates = demo.store;
  EXPECT_THROW(audit(problem, quick_options()), Error);
  problem = demo.problem();
  problem.native = demo.store;
  EXPECT_THROW(audit(problem, quick_options()), Error);
  problem = demo.problem();
  problem.encode = fake_encode;
  EXPECT_THROW(audit(problem, quick_options()), Error) << "an encoder without a language model";
  AuditOptions options = quick_options();
  options.max_rows = 10;
  EXPECT_THROW(audit(demo.problem(), options), Error);
  options = quick_options();
  options.time_budget = -1;
  EXPECT_THROW(audit(demo.problem(), options), Error);
}

TEST(Audit, EmptyAndTinyInputsAreRefusedBeforeTheWork) {
  const Demo demo;
  AuditOptions options = quick_options();
  options.progress = [](std::string_view stage, double) {
    ADD_FAILURE() << "began with " << stage;
    return true;
  };
  const auto refused = [&](const AuditProblem& problem, const std::string& what) {
    try {
      audit(problem, options);
      ADD_FAILURE() << "was taken: " << what;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
      EXPECT_NE(std::string(e.what()).find(what), std::string::npos) << e.what();
    }
  };
  AuditProblem problem = demo.problem();
  problem.store = {nullptr, 0, demo.store.cols(), demo.store.cols()};
  refused(problem, "store");
  problem = demo.problem();
  problem.public_rows = {nullptr, 0, demo.known.cols(), demo.known.cols()};
  refused(problem, "public rows");
  problem = demo.problem();
  problem.label_rows = demo.native.view().middle_rows(0, 1);
  problem.labels = {"one"};
  refused(problem, "labels");
  problem.label_rows = demo.store.view().middle_rows(0, 2);
  problem.labels = {"one", "two"};
  refused(problem, "label vectors");
  problem = demo.problem();
  problem.store = demo.store.view().middle_rows(0, 5);
  options.defences = {parse_defence("rotate")};
  refused(problem, "at least 11");
}

}  // namespace
}  // namespace vec2vec
