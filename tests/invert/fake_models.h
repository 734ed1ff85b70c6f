// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "vec2vec/inversion.h"

namespace vec2vec {

/// A language model of whole words that learnt which word follows which from a few sentences (add-one smoothing). Token 0
/// begins a sequence, token 1 is the end of a line.
class FakeModel final : public LanguageModel {
 public:
  explicit FakeModel(const std::vector<std::string>& sentences) : words_{"", "\n"} {
    for (const std::string& sentence : sentences) {
      const auto tokens = tokenize_adding(sentence);
      Token last = id_of("Text:");
      for (const Token token : tokens) {
        ++follows_[last][token];
        last = token;
      }
      ++follows_[last][1];
    }
  }

  const std::string& card() const override { return card_; }
  std::vector<Token> tokenize(std::string_view text, bool start) const override {
    std::vector<Token> tokens;
    if (start) tokens.push_back(0);
    std::string word;
    for (const char c : std::string(text) + " ") {
      if (c != ' ' && c != '\n') {
        word += c;
      } else if (!word.empty()) {
        const auto at = std::find(words_.begin(), words_.end(), word);
        if (at != words_.end()) tokens.push_back(static_cast<Token>(at - words_.begin()));
        word.clear();
      }
    }
    return tokens;
  }
  std::string piece(Token token) const override {
    return token < 2 ? words_[static_cast<std::size_t>(token)] : " " + words_[static_cast<std::size_t>(token)];
  }
  std::vector<std::vector<Expectation>> read(std::span<const Sequence> sequences, Index k) override {
    std::vector<std::vector<Expectation>> all;
    for (const Sequence& s : sequences) {
      auto& places = all.emplace_back();
      for (std::size_t at = s.first; at <= s.tokens.size(); ++at) {
        std::vector<NextToken> next;
        const auto& counts = follows_[s.tokens[at - 1]];
        double total = static_cast<double>(words_.size());
        for (const auto& [token, count] : counts) total += count;
        for (Token t = 0; t < static_cast<Token>(words_.size()); ++t) {
          const auto found = counts.find(t);
          next.push_back({t, std::log((1 + (found == counts.end() ? 0 : found->second)) / total)});
        }
        Expectation e;
        if (at < s.tokens.size()) e.log_probability = next[static_cast<std::size_t>(s.tokens[at])].log_probability;
        std::stable_sort(next.begin(), next.end(),
                         [](const NextToken& a, const NextToken& b) { return a.log_probability > b.log_probability; });
        next.resize(static_cast<std::size_t>(std::min<Index>(k, static_cast<Index>(next.size()))));
        e.likeliest = std::move(next);
        places.push_back(std::move(e));
      }
    }
    return all;
  }

 private:
  Token id_of(const std::string& word) {
    const auto at = std::find(words_.begin(), words_.end(), word);
    if (at != words_.end()) return static_cast<Token>(at - words_.begin());
    words_.push_back(word);
    return static_cast<Token>(words_.size() - 1);
  }
  std::vector<Token> tokenize_adding(const std::string& sentence) {
    std::vector<Token> tokens;
    std::string word;
    for (const char c : sentence + " ") {
      if (c != ' ') {
        word += c;
      } else if (!word.empty()) {
        tokens.push_back(id_of(word));
        word.clear();
      }
    }
    return tokens;
  }

  std::vector<std::string> words_;
  std::map<Token, std::map<Token, int>> follows_;
  std::string card_ = "{}";
};

/// Encodes a text as the sum of a random direction for each word and for each pair of neighbours.
inline void fake_encode(std::span<const std::string_view> texts, MatrixSpan out) {
  for (Index i = 0; i < out.rows; ++i) {
    std::fill_n(out.row(i), out.cols, 0.0f);
    const auto add = [&](const std::string& what, float length) {
      Random random(std::hash<std::string>{}(what));
      for (Index c = 0; c < out.cols; ++c) out.row(i)[c] += length * static_cast<float>(random.normal());
    };
    std::string word, last;
    for (const char c : std::string(texts[static_cast<std::size_t>(i)]) + " ") {
      if (c != ' ') {
        word += c;
      } else if (!word.empty()) {
        add(word, 1);
        add(last + "+" + word, 1);
        last = std::move(word);
        word.clear();
      }
    }
    double square = 0;
    for (Index c = 0; c < out.cols; ++c) square += static_cast<double>(out.row(i)[c]) * static_cast<double>(out.row(i)[c]);
    for (Index c = 0; c < out.cols; ++c) out.row(i)[c] /= static_cast<float>(std::sqrt(std::max(square, 1e-12)));
  }
}

/// 1,500 sentences "the ADJECTIVE ANIMAL VERBS in the PLACE of NAME", none of them twice.
inline std::vector<std::string> sentences() {
  const auto one = [](Random& random, std::vector<const char*> of) {
    return std::string(of[static_cast<std::size_t>(random.below(static_cast<Index>(of.size())))]);
  };
  Random random(7);
  std::vector<std::string> all;
  while (all.size() < 1500) {
    // One draw a statement: compilers differ in which operand of + they evaluate first.
    const std::string kind = one(random, {"old", "young", "red", "happy"});
    const std::string does = one(random, {"sleeps", "eats", "runs", "sings"});
    const std::string animal = one(random, {"cat", "dog", "horse", "bird", "goat"});
    const std::string name = "name" + std::to_string(random.below(80));
    const std::string place = one(random, {"garden", "house", "river", "forest"});
    std::string s = "the " + kind + " " + animal + " " + does + " in the " + place + " of " + name;
    if (std::find(all.begin(), all.end(), s) == all.end()) all.push_back(std::move(s));
  }
  return all;
}

}  // namespace vec2vec
