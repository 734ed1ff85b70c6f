// SPDX-License-Identifier: Apache-2.0
#include "invert/overlap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/boundary.h"
#include "vec2vec/text_scores.h"

namespace vec2vec {
namespace {

using Words = std::vector<std::string>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

Words split(const std::string& text) {
  Words words;
  std::string word;
  for (const char c : text + " ") {
    if (!is_space(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

double f_score(double hits, double found, double truth) { return found + truth > 0 ? 2 * hits / (found + truth) : 0; }

/// Occurrences of n-grams.
std::map<Words, int> ngrams(const Words& words, std::size_t n) {
  std::map<Words, int> counts;
  for (std::size_t i = 0; i + n <= words.size(); ++i)
    ++counts[Words(words.begin() + static_cast<std::ptrdiff_t>(i), words.begin() + static_cast<std::ptrdiff_t>(i + n))];
  return counts;
}

int common(const std::map<Words, int>& a, const std::map<Words, int>& b) {
  int total = 0;
  for (const auto& [ngram, count] : a)
    if (const auto other = b.find(ngram); other != b.end()) total += std::min(count, other->second);
  return total;
}

int longest_common_subsequence(const Words& a, const Words& b) {
  std::vector<int> above(b.size() + 1, 0), row(b.size() + 1, 0);
  for (const std::string& word : a) {
    for (std::size_t j = 0; j < b.size(); ++j) row[j + 1] = word == b[j] ? above[j] + 1 : std::max(above[j + 1], row[j]);
    above = row;
  }
  return above.back();
}

double sentence_bleu(const Words& found, const Words& truth) {
  if (found.empty() || truth.empty()) return 0;
  double log_sum = 0, smooth = 1;
  int orders = 0;
  for (std::size_t n = 1; n <= 4 && n <= found.size(); ++n, ++orders) {
    const auto total = static_cast<double>(found.size() - n + 1);
    const int hits = common(ngrams(found, n), ngrams(truth, n));
    if (n == 1 && hits == 0) return 0;
    if (hits == 0) smooth *= 2;
    log_sum += std::log(hits > 0 ? hits / total : 1 / (smooth * total));
  }
  const double ratio = static_cast<double>(truth.size()) / static_cast<double>(found.size());
  return std::exp(log_sum / orders + std::min(0.0, 1 - ratio));
}

/// Words that look like names, in lower case.
std::set<std::string> names_of(std::string_view text) {
  std::set<std::string> names;
  bool begins = true;  // a sentence
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' || c == '!' || c == '?' || c == ':' || c == ';') begins = true;
    if (!is_upper(c) && !is_lower(c) && !is_digit(c)) continue;
    std::size_t end = i;
    std::string word;
    while (end < text.size() && (is_upper(text[end]) || is_lower(text[end]) || is_digit(text[end]))) word += lower(text[end++]);
    const bool letters = std::none_of(word.begin(), word.end(), is_digit);
    if (is_upper(c) && letters && word.size() >= 2 && !begins) names.insert(word);
    begins = false;
    i = end - 1;
  }
  return names;
}

std::set<std::string> numbers_of(std::string_view text) {
  std::set<std::string> numbers;
  std::string number;
  for (const char c : std::string(text) + " ") {
    if (is_digit(c)) {
      number += c;
    } else if (!number.empty()) {
      numbers.insert(std::move(number));
      number.clear();
    }
  }
  return numbers;
}

std::optional<double> part_found(const std::set<std::string>& truth, const std::set<std::string>& found) {
  if (truth.empty()) return std::nullopt;
  const auto hits = std::count_if(truth.begin(), truth.end(), [&](const std::string& item) { return found.count(item) > 0; });
  return static_cast<double>(hits) / static_cast<double>(truth.size());
}

}  // namespace

std::vector<std::string> rouge_words(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    c = lower(c);
    if (!is_lower(c) && !is_digit(c)) c = ' ';
  }
  return split(plain);
}

std::vector<std::string> bleu_tokens(std::string_view text) {
  std::string joined(text);
  for (const auto& [from, to] : std::array<std::pair<std::string, std::string>, 7>{
           {{"<skipped>", ""}, {"-\n", ""}, {"\n", " "}, {"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}}})
    for (std::size_t at = 0; (at = joined.find(from, at)) != std::string::npos; at += to.size())
      joined.replace(at, from.size(), to);
  joined = " " + joined + " ";
  std::string apart;  // symbols stand alone
  for (const char c : joined) {
    const bool symbol = (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') ||
                        (c >= ':' && c <= '@') || c == '/';
    apart += symbol ? std::string{' ', c, ' '} : std::string(1, c);
  }
  // Periods and commas stand alone but between digits; a dash behind a digit does. Each as one pass of a regular expression.
  const auto stop = [](char c) { return c == '.' || c == ','; };
  std::string passed;
  for (std::size_t i = 0; i < apart.size(); ++i) {
    if (i + 1 < apart.size() && !is_digit(apart[i]) && stop(apart[i + 1])) {
      passed += std::string{apart[i], ' ', apart[i + 1], ' '};
      ++i;
    } else {
      passed += apart[i];
    }
  }
  apart.clear();
  for (std::size_t i = 0; i < passed.size(); ++i) {
    if (i + 1 < passed.size() && stop(passed[i]) && !is_digit(passed[i + 1])) {
      apart += std::string{' ', passed[i], ' ', passed[i + 1]};
      ++i;
    } else {
      apart += passed[i];
    }
  }
  passed.clear();
  for (std::size_t i = 0; i < apart.size(); ++i) {
    passed += apart[i];
    if (is_digit(apart[i]) && i + 1 < apart.size() && apart[i + 1] == '-') {
      passed += " - ";
      ++i;
    }
  }
  return split(passed);
}

TextOverlap compare_texts(std::string_view found, std::string_view truth) try {
  const Words a = rouge_words(found), b = rouge_words(truth);
  const auto length_a = static_cast<double>(a.size()), length_b = static_cast<double>(b.size());
  TextOverlap overlap;
  overlap.token_f1 = f_score(common(ngrams(a, 1), ngrams(b, 1)), length_a, length_b);
  overlap.rouge_l = f_score(longest_common_subsequence(a, b), length_a, length_b);
  overlap.bleu = sentence_bleu(bleu_tokens(found), bleu_tokens(truth));
  overlap.exact = split(std::string(found)) == split(std::string(truth)) ? 1 : 0;
  const std::set<std::string> all(a.begin(), a.end());
  overlap.names = part_found(names_of(truth), all);
  overlap.numbers = part_found(numbers_of(truth), numbers_of(found));
  return overlap;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
