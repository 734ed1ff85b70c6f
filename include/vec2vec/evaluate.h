#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

namespace vec2vec {

/// A figure with its 95 % bootstrap interval and the value that chance gives.
struct Score {
  double value = 0, low = 0, high = 0;
  double null_value = 0;
};

struct EvaluateOptions {
  Index pool = 8192;            ///< candidates a query is ranked among (its own row included); capped at the number of rows
  Index bootstrap = 1000;       ///< resamples of queries behind each interval
  std::uint64_t seed = 0;
  int threads = 0;              ///< 0 = all cores
  Progress progress;
};

/// Scores of translated rows against the true rows of the target space.
struct Evaluation {
  Index rows = 0, pool = 0;
  Score cosine, centred_cosine;         ///< mean cosine of row i with its true row: raw, and after removing each side's mean
  Score top1, top10, mean_rank, median_rank, mrr;  ///< rank of the true row by centred cosine, 1 = best; ties count half
  Score foscttm;                        ///< fraction of samples closer than the true match, in [0, 1], chance 0.5

  std::string brief() const;            ///< a small table for people
  std::string to_json() const;
};

/// translated (n, d) and truth (n, d): row i of one belongs to row i of the other. Null values are those of a random matching
/// (cosines: mean over mismatched pairs, measured; ranks: by formula). Rows are centred by `mean` (1, d), the target mean
/// that a map holds, or by truth's own mean when it is empty. When pool < n the rows are split at random into pools of that size.
/// Cost: 2 n pool d flops; memory O(n + block * pool).
Evaluation evaluate(MatrixView translated, MatrixView truth, MatrixView mean, const EvaluateOptions& options = {});

}  // namespace vec2vec
