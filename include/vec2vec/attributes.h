// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vec2vec/evaluate.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

struct AttributeOptions {
  Index k = 3;             ///< guesses a row behind the top-k figures, >= 1; at most the number of labels
  Index bootstrap = 1000;  ///< resamples of rows behind each interval, <= 10^6; 0 = no intervals (low and high are NaN)
  Index shuffles = 20;     ///< times the true labels are shuffled among the rows for the null values, >= 1
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0 = all cores
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

struct AttributeProblem {
  MatrixView rows;                             ///< (n, d): the store's rows, translated into the known space
  MatrixView labels;                           ///< (m, d): the label texts, encoded in the known space; m >= 2
  std::vector<std::string> names = {};         ///< m
  std::vector<std::vector<Index>> truth = {};  ///< n sets of labels, empty = unknown; none at all: nothing is scored
  MatrixView native = {}, untranslated = {};   ///< (n, d) the same texts encoded in the known space; (n, any) as they were
};

/// How well one reader of the labels does. Null values: the same guesses with the true labels shuffled among the rows.
struct AttributeScores {
  std::string reader;
  Score top1, topk;         ///< part of rows whose first guess / one of whose first k guesses is a true label
  Score precision, recall;  ///< true labels among the first k, over k / over the row's true labels
  Score mean_rank;          ///< rank of a true label among the m, 1 = best; mean over a row's labels, then over rows
  Score auc;                ///< mean over labels with at least 5 rows with and 5 without it
};

/// One label: how many rows were guessed to have it, have it, and how well its similarity tells them from the others.
struct AttributeFigure {
  std::string name;
  Index guessed = 0, rows = 0;
  Score auc, native_auc;  ///< value NaN when fewer than 5 rows have it, or do not
};

struct AttributeInference {
  Index rows = 0, scored_rows = 0, labels = 0, k = 0;
  std::vector<Index> guesses;  ///< (n): the nearest label of each row
  /// Empty when nothing can be scored. "translated"; "oracle": native rows; "untranslated" (when its dimension is d) or else
  /// "random rows"; "majority": the most frequent labels, always.
  std::vector<AttributeScores> readers;
  std::vector<AttributeFigure> attributes;

  const AttributeScores* find(const std::string& reader) const;
  std::string brief() const;
  std::string to_json() const;
};

/// What do translated rows tell about attributes named by texts (vec2vec, arXiv 2505.12540, section 4.3)? A row's guesses are
/// the labels in order of cosine; rows and labels are each centred by their own mean first, which takes away the preference
/// for labels that lie near all texts. Ties are broken at random. Throws Error{kBadInput} for shapes that do not fit or values
/// that are not finite. Cost: 2 n m d flops and O((bootstrap + shuffles) n m) a reader.
AttributeInference infer_attributes(const AttributeProblem& problem, const AttributeOptions& options = {});

}  // namespace vec2vec
