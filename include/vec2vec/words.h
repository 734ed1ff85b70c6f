// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/evaluate.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: a dictionary does not change. An exception of a progress function ends the call and comes out of it
// (progress.h).
namespace vec2vec {

/// The different words of a text, in the order of their first use: runs of ASCII letters and digits, in lower case, and of
/// bytes beyond ASCII as they are.
std::vector<std::string> words_of(std::string_view text);

struct WordOptions {
  Index words = 6;           ///< words given for a row at most, in 1 .. 64
  double power = 0.5;        ///< of the view (space/spectral/spectrum.h): 0 = the space itself, 1 = whitened
  double step = 0.5;         ///< part of what the chosen words explain that is taken away before the next one; 1 = plain OMP
  Index least_texts = 4;     ///< public texts that a word must occur in
  double most_share = 0.02;  ///< words in more of the public texts than this tell little and are left out
  int threads = 0;           ///< 0 = all cores
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

struct WeightedWord {
  Index word = 0;     ///< index into WordDictionary::words()
  double weight = 0;  ///< >= 0, of unit atoms in the view
};

/// What words lie in a vector? Inversion by sparse pursuit over a dictionary in the known space, without a language model.
class WordDictionary {
 public:
  /// Words of public texts, texts[i] with the vector rows.row(i) (n, d) in the known space: a word's atom is the mean of the
  /// centred unit rows of the texts that hold it. Such atoms lie where whole texts lie, which suits translated rows better than
  /// words encoded alone (docs/audit.md), and no encoder is needed.
  WordDictionary(MatrixView rows, std::span<const std::string> texts, const WordOptions& options = {});

  /// A given list of words or phrases with their vectors (m, d) in the known space, centred by their own mean; rows (n, d):
  /// other texts of that space, for its mean and its view.
  WordDictionary(MatrixView rows, std::vector<std::string> words, MatrixView vectors, const WordOptions& options = {});

  const std::vector<std::string>& words() const { return words_; }

  /// The words of each row (q, d) of the known space, heaviest first. Non-negative orthogonal matching pursuit (Pati et al.
  /// 1993; Bruckstein et al. 2008): the atom with the largest inner product with what is left joins, weights are fitted again
  /// by least squares with those below zero dropped, and `step` of what they explain is taken away.
  /// Cost: 2 q m d flops a word. The same for any number of threads.
  std::vector<std::vector<WeightedWord>> invert(MatrixView rows) const;

 private:
  void set_space(MatrixView rows);
  /// unit(unit(unit(x) - mean) * view), (n, view dims).
  Matrix into_view(MatrixView rows) const;

  WordOptions options_;
  std::vector<std::string> words_;
  Matrix mean_, view_, atoms_;  ///< (1, d), (d, v), (m, v) unit rows
};

/// Words found against those of the true texts. Null values: against the texts of other rows, each row's mean over 20 of them.
struct WordScores {
  Score precision, recall, f1;  ///< over different words; means over rows, with 95 % bootstrap intervals
  Score null_f1;                ///< f1.null_value with its interval
};

/// found[i] belongs to texts[i]; at least 2 rows. Phrases count with all their words.
WordScores score_words(const WordDictionary& dictionary, const std::vector<std::vector<WeightedWord>>& found,
                       std::span<const std::string> texts, Index resamples, std::uint64_t seed, int threads);

}  // namespace vec2vec
