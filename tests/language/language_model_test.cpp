// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/language_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "language/tiny_gguf.h"
#include "temp_dir.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

class TinyModelOfLanguage : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_language_models()) GTEST_SKIP() << "built without llama.cpp";
    write_tiny_gguf(dir.path("tiny.gguf"));
    model = open();
  }
  std::unique_ptr<LanguageModel> open(int threads = 1) {
    LanguageModelOptions options;
    options.context = 512;
    options.threads = threads;
    return open_language_model(dir.path("tiny.gguf"), options);
  }
  TempDir dir;
  std::unique_ptr<LanguageModel> model;
};

/// What a fresh model expects, without anything kept of earlier calls.
std::vector<Expectation> fresh(LanguageModel& model, const std::vector<Token>& tokens, std::size_t first, Index k) {
  const Sequence other{{1, 2, 2, 1}, 1}, sequence{tokens, first};
  model.read({&other, 1}, 0);
  return model.read({&sequence, 1}, k)[0];
}

void expect_equal(const std::vector<Expectation>& a, const std::vector<Expectation>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i].log_probability, b[i].log_probability, 1e-2) << i;  // keys and values are kept in half precision
    ASSERT_EQ(a[i].likeliest.size(), b[i].likeliest.size());
    for (std::size_t j = 0; j < a[i].likeliest.size(); ++j)
      EXPECT_NEAR(a[i].likeliest[j].log_probability, b[i].likeliest[j].log_probability, 1e-2);
  }
}

TEST_F(TinyModelOfLanguage, TokensAreThePiecesOfTheText) {
  const auto tokens = model->tokenize("the cat", true);
  ASSERT_GT(tokens.size(), 2u);
  EXPECT_EQ(tokens[0], 1);
  EXPECT_NE(model->text(tokens).find("the cat"), std::string::npos);
  EXPECT_EQ(model->piece(1), "") << "special";
  EXPECT_EQ(model->tokenize("</s>", false).size(), model->tokenize("<<<<", false).size()) << "no special token out of a text";
}

TEST_F(TinyModelOfLanguage, ProbabilitiesSumToOneAndAreSorted) {
  const Sequence sequence{model->tokenize("a cat", true), 1};
  const auto read = model->read({&sequence, 1}, 1000)[0];
  ASSERT_EQ(read.size(), sequence.tokens.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    double total = 0;
    for (const NextToken& next : read[i].likeliest) total += std::exp(next.log_probability);
    EXPECT_NEAR(total, 1, 1e-5);
    EXPECT_GE(read[i].likeliest[0].log_probability, read[i].likeliest.back().log_probability);
    if (i + 1 == read.size()) continue;
    for (const NextToken& next : read[i].likeliest)
      if (next.token == sequence.tokens[i + 1]) {
        EXPECT_NEAR(next.log_probability, read[i].log_probability, 1e-6);
      }
  }
}

TEST_F(TinyModelOfLanguage, WhatIsKeptOfEarlierCallsChangesNothing) {
  const auto a = model->tokenize("the cat sat", true), b = model->tokenize("the cat ran off", true);
  const auto fresh_a = fresh(*model, a, 3, 5), fresh_b = fresh(*model, b, b.size(), 5);
  std::vector<Sequence> both = {{a, 3}, {b, b.size()}};
  auto together = model->read(both, 5);
  expect_equal(together[0], fresh_a);
  expect_equal(together[1], fresh_b);
  together = model->read(both, 5);  // all is kept now
  expect_equal(together[0], fresh_a);
  expect_equal(together[1], fresh_b);
  auto longer = b;
  longer.push_back(a[2]);
  const Sequence next{longer, longer.size()};
  expect_equal(model->read({&next, 1}, 5)[0], fresh(*model, longer, longer.size(), 5));
}

TEST_F(TinyModelOfLanguage, ReadsManySequencesAtOnce) {
  std::vector<Sequence> sequences;
  const auto prompt = model->tokenize("the", true);
  for (Token t = 259; t < 259 + 27; ++t)
    for (Token u = 259; u < 262; ++u) {
      Sequence s{prompt, prompt.size()};
      s.tokens.push_back(t);
      s.tokens.push_back(u);
      sequences.push_back(std::move(s));
    }
  const auto read = model->read(sequences, 3);
  ASSERT_EQ(read.size(), 81u);
  for (const std::size_t i : {0u, 40u, 80u}) expect_equal(read[i], fresh(*model, sequences[i].tokens, prompt.size(), 3));
}

TEST_F(TinyModelOfLanguage, RefusesWhatIsTooLong) {
  const Sequence sequence{std::vector<Token>(600, 260), 600};
  EXPECT_THROW(model->read({&sequence, 1}, 1), Error);
  const Sequence short_one{model->tokenize("the", true), 1};
  EXPECT_EQ(model->read({&short_one, 1}, 1)[0].size(), short_one.tokens.size()) << "and goes on";
}

TEST_F(TinyModelOfLanguage, CardNamesTheFile) {
  const auto card = parse_json(model->card());
  EXPECT_EQ(card.at("sha256").get<std::string>().size(), 64u);
}

TEST_F(TinyModelOfLanguage, NamesBadFiles) {
  EXPECT_THROW(open_language_model(dir.path("none.gguf")), Error);
  std::ofstream(dir.path("foreign.gguf")) << "not a model";
  EXPECT_THROW(open_language_model(dir.path("foreign.gguf")), Error);
  std::ifstream whole(dir.path("tiny.gguf"), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(whole), {}};
  std::ofstream(dir.path("cut.gguf"), std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  EXPECT_THROW(open_language_model(dir.path("cut.gguf")), Error);
}

TEST(LanguageModel, SaysWhatToInstallWhenItIsMissing) {
  if (has_language_models()) GTEST_SKIP() << "built with llama.cpp";
  EXPECT_THROW(open_language_model("x.gguf"), Error);
}

}  // namespace
}  // namespace vec2vec
