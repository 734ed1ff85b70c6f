// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>

#include "vec2vec/align.h"

namespace vec2vec {

/// How much work an effort does (docs/how-it-works.md).
struct EffortPlan {
  int least_searches;            ///< even when the first two agree: two may share a local optimum
  int searches;                  ///< at most
  Index dims;                    ///< of the space in which the refinement matches rows
  Index small_rows, large_rows;  ///< rows a side in a small and in a large step
  int easy_small, easy_large;    ///< numbers of steps if cheap searches sufficed
  int thorough_small, thorough_large;
  Index last_rows;  ///< a side, of the last couplings of a thorough refinement (docs/research/speed.md, "More rows")
  int settling;     ///< number of last couplings
};

inline EffortPlan effort_plan(Effort effort) {
  switch (effort) {
    case Effort::kLow:
      return {2, 12, 256, 2000, 4000, 6, 2, 30, 8, 10000, 3};
    case Effort::kNormal:
      break;
    case Effort::kHigh:
      return {8, 96, 384, 4000, 8000, 8, 8, 60, 20, 50000, 12};
  }
  return {4, 24, 384, 4000, 8000, 4, 4, 40, 12, 50000, 6};
}

/// With fewer rows, fewer dimensions can be estimated, and softer couplings, more small steps and a stronger ridge are better.
/// These follow the best settings for 1,000-20,000 rows of the smaller side (docs/research/hard-pairs.md, for fewer rows).
inline Index view_dims(Index rows) {
  return std::clamp(static_cast<Index>(8 * std::log2(static_cast<double>(rows) / 125)), Index{24}, Index{48});
}
inline Index full_dims(Index rows, Index most) {
  return std::min(most, std::max(Index{48}, static_cast<Index>(50 * std::pow(static_cast<double>(rows) / 1000, 1.1))));
}
inline float refine_temperature(Index rows) {
  return std::clamp(0.05f * std::pow(5000.0f / static_cast<float>(rows), 0.4f), 0.03f, 0.1f);
}
inline int settling_factor(Index rows) { return static_cast<int>(std::clamp(10000 / rows, Index{1}, Index{10})); }
inline int small_steps_factor(Index rows) { return static_cast<int>(std::clamp(8000 / rows, Index{1}, Index{4})); }
inline double last_ridge(Index rows) { return 0.003 * std::pow(std::max(1.0, 20000.0 / static_cast<double>(rows)), 0.4); }
/// If the maps of the two halves of the rows agree less than this, a short refinement was not enough. Agreement of the searches
/// does not show it: searches that use known pairs agree closely for unrelated encoders too (the log, the item "300 pairs").
/// With 20,000 rows the halves agreed by 0.39-0.43 for unrelated and 0.47-0.53 for related encoders, with 10,000 rows by
/// 0.45-0.49 and 0.51-0.54.
inline double precise_halves(Index rows) { return 0.3 + 5 * static_cast<double>(refine_temperature(rows)); }
/// Related encoders gain nothing from more rows in the one coupling of an easy refinement, which takes all rows by all rows.
constexpr Index kEasyLastRows = 20000;
constexpr Index kFewRows = 10000;  // with fewer rows, easy pairs too are refined thoroughly, which costs little

/// Work that is done and work that is still expected, so that the part done that an alignment reports is that of all its
/// stages. The unit is one product of two numbers in a coupling of rows. The constants are measured (docs/research/speed.md,
/// "What the parts of an alignment cost"): an error of theirs changes the time left that is shown, and nothing else.
struct Work {
  double done = 0, left = 0;

  void finish(double work) {
    done += work;
    left -= work;
  }
  double part() const { return done + left > 0 ? done / (done + left) : 0; }
};

/// A coupling of rows with others in so many dimensions.
inline double coupling_work(Index rows, Index others, Index dims) {
  constexpr double kExponential = 64;  // of the kernel, in products
  return static_cast<double>(rows) * static_cast<double>(others) * (static_cast<double>(dims) + kExponential);
}
/// A search, most of which is the assignment of anchors; and what follows the last one: further climbs and turned axes.
constexpr double kCheapSearchWork = 4.8e10, kThoroughSearchWork = 9.6e10, kAfterSearchesWork = 1.2e11;

}  // namespace vec2vec
