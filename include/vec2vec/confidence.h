// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "vec2vec/map.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: a scorer does not change. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// How far single translations can be trusted, told without pairs. What each figure is worth: docs/results.md.
struct RowConfidence {
  /// Part of the rows the map was fitted on that lie no nearer than this row to the middles of their clusters, in [0, 1]:
  /// uniform for rows like those of the fit, near 0 for rows unlike them. Says nothing about whether the match is right.
  float support = 0;
  /// Probability that the nearest row of a store is the row's counterpart, if the store holds it once: e^(c1 / t) / sum over
  /// the store of e^(ci / t), ci the centred cosines, c1 the largest, t = kMatchTemperature. In [1 / m, 1].
  float match = 0;
  float margin = 0;  ///< c1 minus the second largest centred cosine, in [0, 2]
};

/// Chosen while looking at all corpora and five pairs of the shared data (bench/verdict/confidence.py), so in-sample there; a
/// lower one is surer of itself.
constexpr float kMatchTemperature = 0.015f;

/// Scores rows of a map's source, alone or against a store of target rows in which their translations will be searched.
class ConfidenceScorer {
 public:
  /// The scorer owns the map. store (m, d_target): empty, or 2 rows and more, finite; kept as a centred copy.
  /// Throws Error{kBadInput} for a store that does not fit, and for a map written before maps had a support.
  ConfidenceScorer(Map map, MatrixView store, int threads);

  bool has_store() const { return store_.rows() > 0; }

  /// rows (n, d_source), finite -> out, n of them. Rows of zeros get 0 throughout; without a store, match and margin are 0.
  /// Cost: the translation and 2 n m d_target flops, on the calling thread; 2 MiB. The same bytes for any split of the rows.
  void score(MatrixView rows, RowConfidence* out) const;

  /// The same of rows in any number, from several threads. Throws Error{kBadInput} for rows of another dimension, or naming a
  /// row that is not finite.
  std::vector<RowConfidence> score_all(MatrixView rows, int threads, const Progress& progress = {}) const;

 private:
  Map map_;
  Matrix store_;  ///< (m, d_target), centred unit rows
};

/// What the confidence of many rows comes to.
struct ConfidenceSummary {
  double far_rows = 0;    ///< part of the rows whose support is below kFarSupport
  double mean_match = 0;  ///< expected part of the rows whose nearest row in the store is right, if it holds them all

  std::string brief() const;
  std::string to_json() const;
};

/// Rows below this support lie further out than 95 % of the rows of the fit.
constexpr float kFarSupport = 0.05f;

/// Both are NaN of no rows.
ConfidenceSummary summarise(std::span<const RowConfidence> rows);

}  // namespace vec2vec
