// SPDX-License-Identifier: Apache-2.0
// Audits with several known spaces: the store is read in their consensus.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "align/planted.h"
#include "contains.h"
#include "core/text/json.h"
#include "invert/fake_models.h"
#include "random_matrix.h"
#include "vec2vec/audit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

/// Noisy views of latent points by a store's encoder and by three known models, two of them of one dimension.
struct Views {
  static constexpr Index kDim = 24;
  std::vector<Matrix> maps = {random_map(kDim, 32, 1), random_map(kDim, 28, 2), random_map(kDim, 28, 3),
                              random_map(kDim, 24, 4)};

  /// By the store's encoder (0) or a known model (1 to 3), around a mean of its own as encoders' rows are.
  Matrix see(std::size_t model, MatrixView points, std::uint64_t seed) const {
    Matrix rows = times(points, maps[model], 0.05, 100 * seed + model);
    const Matrix mean = random_matrix(1, rows.cols(), 40 + model);
    for (Index i = 0; i < rows.rows(); ++i)
      for (Index c = 0; c < rows.cols(); ++c) rows(i, c) += 0.8f * mean(0, c);
    return rows;
  }
};

/// A store, public texts, candidates and labels that are points themselves; a map of true pairs.
struct PlantedSpaces {
  Views views;
  const Matrix secret = latent(400, Views::kDim, 21), known = latent(900, Views::kDim, 22),
               fitted = latent(500, Views::kDim, 23);
  Matrix labels{8, Views::kDim};
  Matrix store = views.see(0, secret, 1);
  std::vector<Matrix> public_rows, label_rows, candidates, native;
  std::vector<std::string> label_names, texts;
  std::vector<std::vector<Index>> truth;
  Map map;

  PlantedSpaces() {
    for (Index l = 0; l < 8; ++l) {
      std::copy_n(secret.row(50 * l), Views::kDim, labels.row(l));
      label_names.push_back("label " + std::to_string(l));
    }
    for (Index i = 0; i < secret.rows(); ++i) truth.push_back(i % 50 == 0 ? std::vector<Index>{i / 50} : std::vector<Index>{});
    for (Index i = 0; i < known.rows(); ++i) texts.push_back("word" + std::to_string(i % 30) + " common");
    AlignProblem problem;
    const Matrix source = views.see(0, fitted, 2);
    std::vector<Matrix> targets;
    for (std::size_t k = 1; k <= 3; ++k) {
      targets.push_back(views.see(k, fitted, 2));
      public_rows.push_back(views.see(k, known, 3));
      label_rows.push_back(views.see(k, labels, 4));
      candidates.push_back(views.see(k, secret, 5));
      native.push_back(views.see(k, secret, 6));
    }
    problem.source = source;
    problem.target = targets[0];
    problem.target_name = "first";
    problem.more_targets = {{targets[1], "second"}, {targets[2], "third"}};
    for (Index i = 0; i < fitted.rows(); ++i) problem.pairs.push_back({i, i});
    map = align(problem).map;
  }
  AuditSpace space(std::size_t k, const std::string& name) const {
    return {name, public_rows[k], label_rows[k], {}, candidates[k], native[k]};
  }
  /// Makes the k-th known space the first of p.
  void put_first(AuditProblem& p, std::size_t k, const std::string& name) const {
    p.public_rows = public_rows[k];
    p.label_rows = label_rows[k];
    p.candidates = candidates[k];
    p.native = native[k];
    p.public_name = name;
  }
  AuditProblem problem() const {
    AuditProblem p{store, {}, texts, &map, label_names};
    put_first(p, 0, "first");
    p.truth = truth;
    p.more_spaces = {space(1, "second"), space(2, "third")};
    return p;
  }
};

AuditOptions quick_audit() {
  AuditOptions options;
  options.bootstrap = 20;
  options.words.most_share = 0.1;
  return options;
}

std::string refusal(const AuditProblem& problem, const AuditOptions& options = quick_audit()) {
  try {
    audit(problem, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    return error.what();
  }
  return "";
}

/// The figures of a report, without what differs between two runs.
Json figures(const AuditReport& report) {
  Json json = parse_json(report.to_json());
  Json kept;
  for (const char* part : {"attributes", "words", "membership"}) kept[part] = json.at(part);
  kept["scores"] = json.at("alignment").at("scores");
  return kept;
}

TEST(KnownAudit, ReadsInTheConsensus) {
  const PlantedSpaces planted;
  const AuditReport report = audit(planted.problem(), quick_audit());
  EXPECT_GT(report.attributes->readers[0].top1.value, 0.9) << "labels are views of the rows that have them";
  EXPECT_GT(report.membership->found.value, 0.9);
  EXPECT_GT(report.evaluation->top1.value, 0.9);
  const Json json = parse_json(report.to_json());
  EXPECT_EQ(json["public"]["dim"], planted.map.target_dim());
  EXPECT_EQ(json["public"]["spaces"][2], (Json{{"name", "third"}, {"dim", 24}}));

  // The same figures as of the one space that the consensus is.
  Map flat = planted.map;
  flat.targets.clear();
  std::vector<Matrix> rows;
  for (const auto* set : {&planted.public_rows, &planted.label_rows, &planted.candidates, &planted.native})
    rows.push_back(planted.map.consensus({set->begin(), set->end()}));
  AuditProblem one{planted.store, rows[0], planted.texts, &flat, planted.label_names, rows[1]};
  one.candidates = rows[2];
  one.native = rows[3];
  one.truth = planted.truth;
  const AuditReport expected = audit(one, quick_audit());
  EXPECT_EQ(figures(report), figures(expected));
  EXPECT_FALSE(parse_json(expected.to_json())["public"].contains("spaces"));
}

TEST(KnownAudit, SpacesAreToldApartByTheMapsNames) {
  const PlantedSpaces planted;
  const Json expected = figures(audit(planted.problem(), quick_audit()));
  AuditProblem turned = planted.problem();
  planted.put_first(turned, 2, "third");
  turned.more_spaces = {planted.space(1, "second"), planted.space(0, "first")};
  EXPECT_EQ(figures(audit(turned, quick_audit())), expected);

  AuditProblem other_names = planted.problem();  // in the map's order
  other_names.public_name = "a";
  other_names.more_spaces[0].name = "b";
  other_names.more_spaces[1].name = "c";
  EXPECT_EQ(figures(audit(other_names, quick_audit())), expected);
  other_names.more_spaces[1].name = "third";
  EXPECT_TRUE(contains(refusal(other_names), "first, second, third, not a, b, third")) << refusal(other_names);
}

TEST(KnownAudit, SpacesInEachOthersPlaceAreRefused) {
  const PlantedSpaces planted;
  AuditProblem swapped = planted.problem();  // of one dimension, and of names that the map does not have
  planted.put_first(swapped, 1, "a");
  swapped.more_spaces = {planted.space(0, "b"), planted.space(2, "c")};
  EXPECT_TRUE(contains(refusal(swapped), "stand in each other's place")) << refusal(swapped);
  EXPECT_THROW(planted.map.consensus({planted.public_rows[1], planted.public_rows[0], planted.public_rows[2]}), Error);
}

TEST(KnownAudit, RefusesWhatIsNotOfTheSameTexts) {
  const PlantedSpaces planted;
  AuditProblem p = planted.problem();
  p.more_spaces[0].public_rows = planted.public_rows[1].view().middle_rows(0, 899);
  EXPECT_TRUE(contains(refusal(p), "are 899 vectors by 'second' and 900 by 'first'")) << refusal(p);
  const Matrix other_texts = planted.views.see(2, latent(900, Views::kDim, 77), 3);
  p.more_spaces[0].public_rows = other_texts;
  EXPECT_TRUE(contains(refusal(p), "not of the same texts")) << refusal(p);
  p = planted.problem();
  p.more_spaces[1].label_rows = {};
  EXPECT_TRUE(contains(refusal(p), "label vectors")) << refusal(p);
  p = planted.problem();
  p.more_spaces[1].candidates = planted.candidates[0];
  EXPECT_TRUE(contains(refusal(p), "The candidates of 'third' have dimension 28, but the public rows have 24")) << refusal(p);
  p = planted.problem();
  p.more_spaces[1].name = "second";
  EXPECT_TRUE(contains(refusal(p), "call them by these names")) << refusal(p);
  p.map = nullptr;
  EXPECT_TRUE(contains(refusal(p), "Two known spaces have the same name")) << refusal(p);
  p = planted.problem();
  p.more_spaces.pop_back();
  EXPECT_TRUE(contains(refusal(p), "The map has the known spaces first, second, third; 2 were given")) << refusal(p);
  const Map alone = planted.map.to("first");
  p.map = &alone;
  EXPECT_TRUE(contains(refusal(p), "The map has one known space; 2 were given")) << refusal(p);
  p.more_spaces.clear();
  EXPECT_EQ(refusal(p), "");
}

TEST(KnownAudit, FindsTheMapOfAllSpacesAndAttacksDefencesByIt) {
  const Views views;
  const Matrix secret = latent(1500, Views::kDim, 31), known = latent(2500, Views::kDim, 32), store = views.see(0, secret, 1);
  std::vector<Matrix> rows, native;
  for (std::size_t k = 1; k <= 3; ++k) {
    rows.push_back(views.see(k, known, 2));
    native.push_back(views.see(k, secret, 3));
  }
  AuditProblem p{store, rows[0]};
  p.native = native[0];
  p.more_spaces = {{"b", rows[1], {}, {}, {}, native[1]}, {"c", rows[2], {}, {}, {}, native[2]}};
  AuditOptions options = quick_audit();
  options.defences = {parse_defence("rotate")};
  const AuditReport report = audit(p, options);
  EXPECT_EQ(report.verdict, Verdict::kAligned);
  ASSERT_EQ(report.map.targets.size(), 3u);
  EXPECT_EQ(report.map.targets[0].name, "known 1");
  EXPECT_TRUE(contains(report.reasons[0], "by 3 models (known 1, b, c)")) << report.reasons[0];
  EXPECT_GT(report.evaluation->top1.value, 0.9);
  EXPECT_GT(report.defences[1].recovered.value, 0.9);
}

/// A second fake encoder: other directions for the same words.
void other_encode(std::span<const std::string_view> texts, MatrixSpan out) {
  std::vector<std::string> marked;
  for (const std::string_view text : texts) {
    std::string all = "other";
    for (const char c : " " + std::string(text)) all += c == ' ' ? std::string(" ~") : std::string(1, c);
    marked.push_back(std::move(all));
  }
  fake_encode(std::vector<std::string_view>(marked.begin(), marked.end()), out);
}

Matrix encoded(const TextEncoder& encode, const std::vector<std::string>& texts, Index dim) {
  Matrix rows(static_cast<Index>(texts.size()), dim);
  encode(std::vector<std::string_view>(texts.begin(), texts.end()), rows.span());
  return rows;
}

TEST(KnownAudit, WritesTextsByAllEncoders) {
  const std::vector<std::string> all = sentences(), secret{all.begin(), all.begin() + 60}, known{all.begin() + 60, all.end()};
  const Matrix first = encoded(fake_encode, known, 64), second = encoded(other_encode, known, 48);
  AlignProblem pairs{first, first, "store", "first"};
  pairs.more_targets = {{second, "second"}};
  for (Index i = 0; i < first.rows(); ++i) pairs.pairs.push_back({i, i});
  const Map map = align(pairs).map;
  FakeModel model(known);
  const Matrix store = encoded(fake_encode, secret, 64);
  int encodings = 0;
  AuditProblem p{store, first, known, &map};
  p.public_name = "first";
  p.store_texts = secret;
  p.language_model = &model;
  p.encode = fake_encode;
  p.more_spaces = {{"second", second, {}, {}, {}, {}, [&](std::span<const std::string_view> texts, MatrixSpan out) {
                      ++encodings;
                      other_encode(texts, out);
                    }}};
  AuditOptions options = quick_audit();
  options.samples = 4;
  options.inversion.max_tokens = 10;
  options.inversion.rounds = 4;
  const AuditReport report = audit(p, options);
  EXPECT_GT(encodings, 0) << "the guide asks every encoder";
  EXPECT_GT(report.texts->scores->token_f1.found.low, report.texts->scores->token_f1.null.high);
  p.more_spaces[0].encode = {};
  EXPECT_TRUE(contains(refusal(p, options), "some of the known spaces only")) << refusal(p, options);
}

TEST(KnownAudit, TextsEnterTheConsensusByAllEncoders) {
  const std::vector<std::string> known = sentences();
  const Matrix first = encoded(fake_encode, known, 64), second = encoded(other_encode, known, 48);
  AlignProblem pairs{first, first, "store", "first"};
  pairs.more_targets = {{second, "second"}};
  for (Index i = 0; i < first.rows(); ++i) pairs.pairs.push_back({i, i});
  const Map map = align(pairs).map;
  const Matrix rows = encoded(consensus_encoder(map, {fake_encode, other_encode}), known, map.target_dim());
  const Matrix expected = map.consensus({first, second});
  EXPECT_TRUE(std::equal(rows.data(), rows.data() + rows.rows() * rows.cols(), expected.data()));
  EXPECT_THROW(consensus_encoder(map, {fake_encode}), Error);
  EXPECT_THROW(consensus_encoder(map.to("first"), {fake_encode}), Error);
}

}  // namespace
}  // namespace vec2vec
