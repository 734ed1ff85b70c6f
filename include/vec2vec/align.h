#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/map.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

namespace vec2vec {

struct AlignOptions {
  std::uint64_t seed = 0;
  int threads = 0;         ///< 0 = all cores
  double time_budget = 0;  ///< seconds after which no new start is tried; 0 = only the portfolio's own end
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Two unpaired sets of rows; dimensions may differ.
struct AlignProblem {
  MatrixView source;  ///< (n, d_source)
  MatrixView target;  ///< (m, d_target)
  std::string source_name, target_name;
};

enum class Verdict { kAligned, kUncertain, kNotAligned };
const char* to_string(Verdict verdict);

/// One start of the portfolio and where it ended.
struct StartReport {
  std::string start;  ///< how its first map was made, e.g. "softmax of 10": so many runs averaged with these weights
  int anchors = 0;
  double pair_free_score = 0;
};

struct AlignSummary {
  Map map;
  Verdict verdict = Verdict::kUncertain;
  double pair_free_score = 0;  ///< of the map returned; comparable between runs on the same two sets only
  double agreement = 0;        ///< evidence: see docs/how-it-works.md
  std::vector<StartReport> starts;
  std::string stopped_because;
  double seconds = 0;

  std::string brief() const;
  std::string to_json() const;
};

/// Finds the map from source to target without pairs (docs/how-it-works.md). Throws Error{kBadInput} for fewer than 64 rows,
/// non-finite values, or constant rows.
AlignSummary align(const AlignProblem& problem, const AlignOptions& options = {});

/// The map of known pairs: source (n, d_source) row i belongs to target (n, d_target) row i. Orthogonal Procrustes
/// (Schoenemann 1966) on centred unit rows; the paired oracle that unpaired maps are measured against.
Map fit_paired(MatrixView source, MatrixView target);

}  // namespace vec2vec
