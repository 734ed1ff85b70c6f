// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "vec2vec/inversion.h"

namespace vec2vec {

/// A hypothesis as the encoder gets it: the first line of bytes with single spaces, without a character that is cut short.
std::string clean_text(std::string bytes);

/// Its words, split at spaces.
std::vector<std::string> split_words(const std::string& text);

/// A text on the way to the one sought.
struct Hypothesis {
  std::string text;
  double cosine = -1, log_probability = 0;  ///< as in Inversion
  double score = -2;                        ///< Guide::score of both
};

/// Guides the search for one vector by how near texts are to it, and counts what that costs.
class Guide {
 public:
  /// target (d): centred, of norm 1; mean (1, d).
  Guide(const TextEncoder& encode, const float* target, const Matrix& mean, const InversionOptions& options,
        const Progress& progress);

  /// The centred cosine of each text, at least -1; each different text is encoded once.
  std::vector<double> cosines(std::span<const std::string> texts);
  bool seen(const std::string& text) const { return known_.count(text) > 0; }
  Index encoded_texts() const { return static_cast<Index>(known_.size()); }

  double score(double cosine, double log_probability) const;

  /// To be called between steps: tells progress, and throws when that cancels. False: the time is over.
  bool go_on(double done);

 private:
  const TextEncoder& encode_;
  const float* target_;
  const Matrix& mean_;
  const InversionOptions& options_;
  const Progress& progress_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::unordered_map<std::string, double> known_;
};

/// The best different hypotheses, best first.
class Pool {
 public:
  explicit Pool(std::size_t most) : most_(most) {}
  /// Whether it is among the best now.
  bool add(Hypothesis hypothesis);
  const std::vector<Hypothesis>& best() const { return best_; }
  /// Whether a hypothesis of this score may still get in.
  bool admits(double score) const { return best_.size() < most_ || score > best_.back().score; }

 private:
  std::size_t most_;
  std::vector<Hypothesis> best_;
};

}  // namespace vec2vec
