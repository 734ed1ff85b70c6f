// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// A figure with its 95 % bootstrap interval (NaN when none was asked for) and the value that chance gives.
struct Score {
  double value = 0, low = 0, high = 0;
  double null_value = 0;
};

struct EvaluateOptions {
  Index pool = 8192;       ///< candidates a query is ranked among (its own row included), >= 2; capped at the number of rows
  Index bootstrap = 1000;  ///< resamples of queries behind each interval, <= 10^6; 0 = no intervals (low and high are NaN)
  std::uint64_t seed = 0;  ///< of the pools and of the resamples
  int threads = 0;         ///< 0 = all cores
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Scores of translated rows against the true rows of the target space. Ties in similarity are broken at random and the
/// expected value is reported: a rank counts them half, top-k and mrr likewise.
struct Evaluation {
  Index rows = 0;
  Index pool = 0;                ///< candidates each query was ranked among
  Score cosine;                  ///< mean cosine of row i with its true row, in [-1, 1]
  Score centred_cosine;          ///< same after the mean was subtracted from the unit rows of both sides
  Score top1, top10;             ///< part of queries whose true row is the nearest / among the 10 nearest by centred cosine
  Score mean_rank, median_rank;  ///< rank of the true row, in [1, pool]; 1 = best
  Score mrr;                     ///< mean of 1 / rank
  Score foscttm;                 ///< fraction of samples closer than the true match, in [0, 1]; 0 = best, chance 0.5

  std::string brief() const;  ///< a small table for people
  std::string to_json() const;
};

/// translated (n, d) and truth (n, d), n >= 2: row i of one belongs to row i of the other. Null values are those of a random
/// matching (cosines: mean over mismatched pairs, measured; ranks: by formula). Unit rows of both sides are centred by `mean`
/// (1, d), the target mean that a map holds, or by the mean of truth's unit rows when it is empty. When pool < n the rows are
/// split at random into pools of that size (the last one is filled up with rows of another). Zero rows have cosine 0 with all.
/// Throws Error{kBadInput} for unequal shapes or values that are not finite, naming the row.
/// Cost: 2 n pool d flops; memory O(n) + 20 MB a thread. The result does not depend on the number of threads.
Evaluation evaluate(MatrixView translated, MatrixView truth, MatrixView mean, const EvaluateOptions& options = {});

}  // namespace vec2vec
