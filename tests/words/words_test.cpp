// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "random_matrix.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Texts of three of 60 made-up words each; a text's vector is the sum of its words' vectors and some noise.
struct Planted {
  std::vector<std::string> texts;
  Matrix rows;

  Planted(Index n, std::uint64_t seed) : rows(n, 64) {
    const Matrix meaning = random_unit(60, 64, 99), noise = random_unit(n, 64, seed);
    Random random(seed);
    for (Index i = 0; i < n; ++i) {
      std::string text;
      for (const Index word : random.sample(60, 3)) {
        text += " word" + std::to_string(word);
        for (Index c = 0; c < 64; ++c) rows(i, c) += meaning(word, c);
      }
      for (Index c = 0; c < 64; ++c) rows(i, c) += 0.3f * noise(i, c) + 0.2f;
      texts.push_back(text + " the");
    }
  }
};

WordOptions three_words() {
  WordOptions options;
  options.words = 3;
  options.most_share = 0.2;
  return options;
}

TEST(Words, AreLowerCaseRunsOfLettersAndDigitsOnce) {
  EXPECT_EQ(words_of("The cat's  3rd LIFE, the caf\xC3\xA9!"),
            (std::vector<std::string>{"the", "cat", "s", "3rd", "life", "caf\xC3\xA9"}));
  EXPECT_TRUE(words_of(" .,- ").empty());
}

TEST(Words, PlantedWordsAreFoundInOtherTexts) {
  const Planted known(3000, 1), store(400, 2);
  const WordDictionary dictionary(known.rows, known.texts, three_words());
  EXPECT_EQ(dictionary.words().size(), 60u) << "the word of all texts is left out";
  const auto found = dictionary.invert(store.rows);
  const WordScores scores = score_words(dictionary, found, store.texts, 200, 0, 0);
  EXPECT_GT(scores.precision.low, 0.9);
  EXPECT_NEAR(scores.recall.value, 0.75 * scores.precision.value, 0.03) << "three of four words can be found";
  EXPECT_NEAR(scores.precision.null_value, 3.0 / 60, 0.01);
  EXPECT_LT(scores.null_f1.high, scores.f1.low);
  EXPECT_EQ(scores.null_f1.value, scores.f1.null_value);
  for (const auto& words : found)
    for (std::size_t w = 0; w < words.size(); ++w) {
      EXPECT_GE(words[w].weight, 0);
      EXPECT_TRUE(w == 0 || words[w - 1].weight >= words[w].weight);
    }
}

TEST(Words, AGivenListIsUsedAsItIs) {
  const Planted known(3000, 1), store(100, 2);
  const Matrix meaning = random_unit(60, 64, 99);
  std::vector<std::string> names;
  for (int w = 0; w < 60; ++w) names.push_back("word" + std::to_string(w));
  const WordDictionary dictionary(known.rows, names, meaning, three_words());
  EXPECT_GT(score_words(dictionary, dictionary.invert(store.rows), store.texts, 0, 0, 0).precision.value, 0.9);
}

TEST(Words, ResultsDoNotDependOnThreadsAndZeroRowsGiveSomeAnswer) {
  const Planted known(800, 1), store(300, 2);
  WordOptions one = three_words(), three = three_words();
  one.threads = 1;
  three.threads = 3;
  const auto a = WordDictionary(known.rows, known.texts, one).invert(store.rows),
             b = WordDictionary(known.rows, known.texts, three).invert(store.rows);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size());
    for (std::size_t w = 0; w < a[i].size(); ++w) {
      EXPECT_EQ(a[i][w].word, b[i][w].word);
      EXPECT_EQ(a[i][w].weight, b[i][w].weight);
    }
  }
  const auto of_zero = WordDictionary(known.rows, known.texts, one).invert(Matrix(1, 64));
  for (const WeightedWord& w : of_zero[0]) EXPECT_TRUE(std::isfinite(w.weight));
}

TEST(Words, RefusesWhatDoesNotFit) {
  const Planted known(100, 1);
  EXPECT_THROW(WordDictionary(known.rows, std::vector<std::string>{"one"}), Error);
  EXPECT_THROW(WordDictionary(known.rows, std::vector<std::string>(100, "rare and common")), Error);
  EXPECT_THROW(WordDictionary(known.rows, {"a", "b"}, random_matrix(3, 64, 1)), Error);
  EXPECT_THROW(WordDictionary(known.rows, {"a"}, random_matrix(1, 63, 1)), Error);
  WordOptions options = three_words();
  options.words = 0;
  EXPECT_THROW(WordDictionary(known.rows, known.texts, options), Error);
  EXPECT_THROW(WordDictionary(known.rows, known.texts, three_words()).invert(Matrix(1, 63)), Error);
}

}  // namespace
}  // namespace vec2vec
