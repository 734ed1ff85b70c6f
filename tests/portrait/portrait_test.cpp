// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/portrait.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/text/json.h"
#include "portrait/groups.h"
#include "portrait/nearest.h"
#include "portrait/plane.h"
#include "random_matrix.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Rows (n, d) of four subjects, each around a direction of its own.
Matrix rows_of_four(Index n, Index d, std::uint64_t seed) {
  Matrix rows = random_matrix(n, d, seed);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < d; ++j) rows(i, j) *= 0.2f;
    rows(i, i % 4) += 3;
  }
  return rows;
}

AlignProblem problem_of(MatrixView a, MatrixView b) { return {a, b, "first", "second"}; }

TEST(Portrait, RowsOfOnePlaceAreTheirOwnNearestRows) {
  const Matrix a = rows_of_four(400, 16, 1);
  const Map map = fit_paired(a, a);
  PortraitOptions options;
  options.groups = 4;
  for (Index i = 0; i < a.rows(); ++i) options.source_texts.push_back("subject" + std::to_string(i % 4) + " text");
  options.target_texts = options.source_texts;
  const auto json = parse_json(portrait(map, problem_of(a, a), options));
  for (const auto& example : json.at("of_source")) {
    EXPECT_EQ(example.at("nearest")[0].at("row"), example.at("row"));
    EXPECT_NEAR(example.at("nearest")[0].at("cosine").get<double>(), 1, 1e-3);
    EXPECT_TRUE(example.at("mutual").get<bool>());
  }
  ASSERT_EQ(json.at("groups").size(), 4u);
  for (const auto& group : json.at("groups")) {
    EXPECT_EQ(group.at("source_rows"), 100);
    EXPECT_EQ(group.at("words").size(), 1u) << "what all texts hold tells no group apart";
  }
  EXPECT_EQ(json.at("after").size(), 1u);
  EXPECT_EQ(json.at("after")[0].at("source").size(), 400u);
  EXPECT_EQ(json.at("before").at("target").size(), 400u);
  double sum = 0;
  for (const auto& share : json.at("source").at("spectrum")) sum += share.get<double>();
  EXPECT_NEAR(sum, 1, 1e-3);
}

TEST(Portrait, RowsAreNamedAsInTheFileTheyAreSpreadOver) {
  const Matrix a = rows_of_four(100, 8, 1), b = rows_of_four(100, 8, 2);
  PortraitOptions options;
  options.source_rows_in_file = 1000;
  const auto json = parse_json(portrait(fit_paired(a, b), problem_of(a, b), options));
  EXPECT_EQ(json.at("drawn").at("source").at("row")[7], 70);
  EXPECT_EQ(json.at("drawn").at("target").at("row")[7], 7);
  EXPECT_EQ(json.at("source").at("rows"), 1000);
}

TEST(Portrait, HasTheSameBytesForAnyNumberOfThreads) {
  const Matrix a = rows_of_four(300, 8, 1), b = rows_of_four(200, 12, 2);
  const Map map = fit_paired(MatrixView(a).middle_rows(0, 200), b);
  PortraitOptions one, three;
  one.threads = 1;
  three.threads = 3;
  EXPECT_EQ(portrait(map, problem_of(a, b), one), portrait(map, problem_of(a, b), three));
}

TEST(Portrait, RefusesWhatDoesNotFit) {
  const Matrix a = rows_of_four(100, 8, 1), b = rows_of_four(100, 12, 2);
  const Map map = fit_paired(a, b);
  EXPECT_THROW(portrait(map, problem_of(b, b)), Error);
  EXPECT_THROW(portrait(map, problem_of(a, a)), Error);
  AlignProblem several = problem_of(a, b);
  several.more_targets.push_back({b, "third"});
  EXPECT_THROW(portrait(map, several), Error);
  PortraitOptions texts;
  texts.target_texts = {"one"};
  EXPECT_THROW(portrait(map, problem_of(a, b), texts), Error);
  PortraitOptions groups;
  groups.groups = 9;
  EXPECT_THROW(portrait(map, problem_of(a, b), groups), Error);
}

TEST(Plane, KeepsWhatLiesInIt) {
  Matrix rows(3, 4), means(3, 4);
  rows(0, 1) = means(0, 1) = 3;
  rows(1, 2) = means(1, 2) = 4;
  const Plane plane = plane_of({rows}, means);
  const auto distance = [&](Index i, Index j) {
    return std::hypot(plane.sets[0](i, 0) - plane.sets[0](j, 0), plane.sets[0](i, 1) - plane.sets[0](j, 1));
  };
  EXPECT_NEAR(distance(0, 1) / distance(0, 2), 5.0 / 3, 1e-4);
  EXPECT_NEAR(distance(1, 2) / distance(0, 2), 4.0 / 3, 1e-4);
}

TEST(NearestCandidates, LeavesOutWhatItIsTold) {
  Matrix rows(3, 2);
  rows(0, 0) = 1;
  rows(1, 0) = 0.9f;
  rows(2, 1) = 1;
  const auto found = nearest_candidates(rows, rows, 2, 1, {0, 1, 2});
  EXPECT_EQ(found[0][0].first, 1);
  EXPECT_EQ(found[1][0].first, 0);
  EXPECT_EQ(found[2].size(), 2u);
  EXPECT_EQ(found[2][0].first, 0) << "the first of equals";
}

TEST(GroupWords, AreThoseThatTellAGroup) {
  std::vector<std::string> texts;
  std::vector<int> of;
  for (int i = 0; i < 20; ++i) {
    texts.push_back(i % 2 ? "the cat sat" : "the stock fell");
    of.push_back(i % 2);
  }
  const auto words = group_words(texts, of, 2, 2);
  EXPECT_EQ(words[0], (std::vector<std::string>{"fell", "stock"}));
  EXPECT_EQ(words[1], (std::vector<std::string>{"cat", "sat"}));
}

}  // namespace
}  // namespace vec2vec
