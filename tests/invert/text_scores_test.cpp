// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/text_scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text/json.h"
#include "invert/overlap.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

struct Reference {
  const char *found, *truth;
  double token_f1, rouge_l, bleu;
};

/// What rouge-score 0.1.2 and sacrebleu 2.6 say (bench/audit/inversion.py compares on real texts).
constexpr Reference kReferences[] = {
    {"the cat sat on the mat", "the cat is on the mat", 0.833333, 0.833333, 0.379918},
    {"Please call me at 713-345-6687, John.", "John - please call 713-345-6687.", 0.857143, 0.714286, 0.356551},
    {"a b", "c d", 0, 0, 0},
    {"Meet at 10:30 a.m. for $1,000.50 & more!", "Meet at 9:00 a.m. for $1,000 &amp; less", 0.636364, 0.636364, 0.385032},
    {"send the gas contract", "Jim, can you send me the gas contract for the Houston plant?", 0.5, 0.5, 0.052448},
    {"x", "x", 1, 1, 1},
    {"", "hello there", 0, 0, 0},
    {"It's a well-known fact (see [1]), isn't it?", "its a well known fact; see 1", 0.666667, 0.666667, 0.040161},
};

TEST(TextScores, AgreeWithRougeScoreAndSacrebleu) {
  for (const Reference& r : kReferences) {
    const TextOverlap o = compare_texts(r.found, r.truth);
    EXPECT_NEAR(o.token_f1, r.token_f1, 1e-6) << r.found;
    EXPECT_NEAR(o.rouge_l, r.rouge_l, 1e-6) << r.found;
    EXPECT_NEAR(o.bleu, r.bleu, 1e-6) << r.found;
  }
}

TEST(TextScores, NamesAndNumbersAreThoseOfTheTrueText) {
  const TextOverlap o = compare_texts("meet john in houston at 10", "Please meet John Arnold in Houston at 10:30. Thanks");
  EXPECT_DOUBLE_EQ(o.names.value(), 2.0 / 3) << "John, Arnold, Houston; 'Please' and 'Thanks' begin sentences";
  EXPECT_DOUBLE_EQ(o.numbers.value(), 0.5) << "10 and 30";
  EXPECT_FALSE(compare_texts("x", "no capitals here").names.has_value());
  EXPECT_FALSE(compare_texts("7", "no digits here").numbers.has_value());
}

TEST(TextScores, ExactIgnoresWhiteSpaceOnly) {
  EXPECT_EQ(compare_texts(" a  b ", "a b").exact, 1);
  EXPECT_EQ(compare_texts("A b", "a b").exact, 0);
}

/// Expects each word with probability 1/2 when it stood before, else with 1/100. Token 0 begins a sequence.
class Echo final : public LanguageModel {
 public:
  const std::string& card() const override { return card_; }
  std::vector<Token> tokenize(std::string_view text, bool start) const override {
    std::vector<Token> tokens;
    if (start) tokens.push_back(0);
    std::istringstream stream{std::string(text)};
    for (std::string word; stream >> word;) tokens.push_back(1 + static_cast<Token>(std::hash<std::string>{}(word) % 1000000));
    return tokens;
  }
  std::string piece(Token) const override { return {}; }
  std::vector<std::vector<Expectation>> read(std::span<const Sequence> sequences, Index) override {
    std::vector<std::vector<Expectation>> all;
    for (const Sequence& s : sequences) {
      auto& places = all.emplace_back();
      for (std::size_t at = s.first; at <= s.tokens.size(); ++at) {
        const auto before = s.tokens.begin() + static_cast<std::ptrdiff_t>(at);
        const bool stood = at < s.tokens.size() && std::find(s.tokens.begin(), before, s.tokens[at]) != before;
        places.push_back({at == s.tokens.size() ? 0 : std::log(stood ? 0.5 : 0.01), {}});
      }
      ++reads;
    }
    return all;
  }
  int reads = 0;

 private:
  std::string card_ = "{}";
};

TEST(LanguageModelJudge, GainIsHowMuchTheTextFoundHelpsToExpectTheTrueOne) {
  Echo model;
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const Pairs pairs = {{"meet at nine tonight", "meet tonight"},
                       {"meet at nine tonight", "nothing of it"},
                       {"", "x"},
                       {"meet at nine tonight", "meet at nine tonight"}};
  const std::vector<double> gains = language_model_judge(model)(pairs);
  ASSERT_EQ(gains.size(), 4u);
  EXPECT_NEAR(gains[0], std::log(50.0) / 2, 1e-9) << "two of four tokens";
  EXPECT_NEAR(gains[1], 0, 1e-9);
  EXPECT_EQ(gains[2], 0) << "an empty text holds nothing";
  EXPECT_NEAR(gains[3], std::log(50.0), 1e-9);
  EXPECT_EQ(model.reads, 4) << "without the found texts, the true one is read once";
  const LeakJudge stopped = language_model_judge(model, [](std::string_view, double done) { return done < 0.4; });
  EXPECT_THROW(stopped(pairs), Error);
}

class Scored : public ::testing::Test {
 protected:
  Scored() {
    for (int i = 0; i < 40; ++i) {
      truth.push_back("row " + std::to_string(i) + " of Store" + std::string(1, static_cast<char>('a' + i % 26)));
      if (i >= 20) truth.back() += " which goes on with some more words";
      found.push_back(i % 2 ? truth.back() : "nothing of it");
    }
  }
  std::vector<std::string> truth, found;
  /// Sure when the texts are equal.
  LeakJudge judge = [](std::span<const std::pair<std::string, std::string>> pairs) {
    std::vector<double> answers;
    for (const auto& [a, b] : pairs) answers.push_back(a == b ? 1 : -1);
    return answers;
  };
};

TEST_F(Scored, ValuesStandBesideThoseOfOtherRows) {
  ScoreOptions options;
  options.strata = 2;
  const auto scores = score_inversions(found, truth, judge, options);
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_EQ(scores[0].stratum, "all");
  EXPECT_DOUBLE_EQ(scores[0].exact.found.value, 0.5);
  EXPECT_DOUBLE_EQ(scores[0].exact.null.value, 0);
  EXPECT_DOUBLE_EQ(scores[0].leak->found.value, 0.5);
  EXPECT_LT(scores[0].leak->null.high, scores[0].leak->found.low);
  EXPECT_LT(scores[0].token_f1.null.value, scores[0].token_f1.found.low);
  EXPECT_DOUBLE_EQ(scores[0].token_f1.found.null_value, scores[0].token_f1.null.value);
  EXPECT_GT(scores[0].token_f1.found.high - scores[0].token_f1.found.low, 0.1);
  EXPECT_EQ(scores[1].rows, 20);
  EXPECT_EQ(scores[1].stratum, "4-4 words");
  const auto json = parse_json(to_json(scores));
  EXPECT_EQ(json.at(0).at("leak").at("value"), 0.5);
  EXPECT_TRUE(json.at(0).contains("names"));
}

TEST_F(Scored, FoundTextsOfOtherRowsScoreAsChance) {
  std::vector<std::string> shifted(truth.begin() + 1, truth.end());
  shifted.push_back(truth[0]);
  const auto all = score_inversions(shifted, truth, judge)[0];
  EXPECT_EQ(all.exact.found.value, 0);
  EXPECT_EQ(all.leak->found.value, 0);
  EXPECT_LT(all.token_f1.found.value, all.token_f1.null.value + 0.2);
}

TEST_F(Scored, RowsWithoutNumbersDoNotCount) {
  truth[0] = found[0] = "no digits";
  EXPECT_EQ(score_inversions(found, truth, {})[0].numbers.rows, 39);
  EXPECT_FALSE(score_inversions(found, truth, {})[0].leak.has_value());
}

TEST_F(Scored, LimitIsWhatUnrelatedPairsRarelyReach) {
  const LeakJudge lengths = [](std::span<const std::pair<std::string, std::string>> pairs) {
    std::vector<double> answers;
    for (std::size_t i = 0; i < pairs.size(); ++i) answers.push_back(static_cast<double>(i));
    return answers;
  };
  EXPECT_NEAR(unrelated_limit(truth, lengths, 101, 0), 95, 1e-9);
}

TEST_F(Scored, NamesBadInput) {
  EXPECT_THROW(score_inversions(std::span(found).first(3), truth, {}), Error);
  EXPECT_THROW(score_inversions(std::span(found).first(1), std::span(truth).first(1), {}), Error);
}

}  // namespace
}  // namespace vec2vec
