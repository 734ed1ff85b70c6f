// SPDX-License-Identifier: Apache-2.0
#include "align/parts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "core/random.h"
#include "core/text/json.h"
#include "core/time.h"
#include "kernels/nearest_candidate.h"
#include "space/kmeans.h"
#include "space/sample.h"
#include "space/unit.h"

namespace vec2vec {
namespace {

constexpr Index kFewestRowsOfAPart = 500;  // smaller parts do not align (docs/research/hard-pairs.md)

/// The parts of one side that are tried: all rows, and each of its two clusters that is large enough.
struct Parts {
  Matrix clusters[2];  ///< what `tried` looks into
  std::vector<MatrixView> tried;
};

Parts parts_of(MatrixView rows, std::uint64_t seed, int threads) {
  const Matrix centred = centre(rows, threads).rows;
  Random random(seed, Stream::kParts);
  const Matrix sample = gather(centred, random.sample(centred.rows(), std::min<Index>(centred.rows(), 10000)));
  const std::vector<Index> nearest = nearest_of(centred, kmeans_anchors(sample, 2, 20, random), threads).index;
  Parts parts;
  if (rows.rows >= kFewestRowsOfAPart) parts.tried.push_back(rows);
  for (Index cluster : {0, 1}) {
    std::vector<Index> members;
    for (Index i = 0; i < rows.rows; ++i)
      if (nearest[static_cast<std::size_t>(i)] == cluster) members.push_back(i);
    if (static_cast<Index>(members.size()) < kFewestRowsOfAPart) continue;
    parts.clusters[cluster] = gather(rows, members);
    parts.tried.push_back(parts.clusters[cluster]);
  }
  return parts;
}

}  // namespace

AlignSummary align_parts(const AlignProblem& problem, const AlignOptions& options, AlignSummary whole,
                         const std::function<AlignSummary(const AlignProblem&, const AlignOptions&)>& align_rows) {
  const auto begin = Clock::now();
  const auto seconds = [&] { return whole.seconds + seconds_since(begin); };
  const Parts sources = parts_of(problem.source, options.seed, options.threads),
              targets = parts_of(problem.target, options.seed, options.threads);
  const double tries = static_cast<double>(sources.tried.size() * targets.tried.size());
  double tried = 0;
  AlignOptions quick = options;
  quick.effort = Effort::kLow;
  quick.checkpoint.clear();
  quick.progress = [&](std::string_view, double) { return !options.progress || options.progress("parts", tried / tries); };
  for (const MatrixView source : sources.tried) {
    for (const MatrixView target : targets.tried) {
      if (tried++ == 0) continue;  // this is all rows of both
      if (options.time_budget > 0) {
        quick.time_budget = options.time_budget - seconds();
        if (quick.time_budget <= 0) return whole;
      }
      const AlignProblem part{source, target, problem.source_name, problem.target_name, {}};
      AlignSummary summary = align_rows(part, quick);
      if (summary.verdict != Verdict::kAligned) continue;
      if (options.effort != Effort::kLow) {
        AlignOptions full = quick;
        full.effort = options.effort;
        summary = align_rows(part, full);
        if (summary.verdict == Verdict::kNotAligned) continue;
      }
      summary.source_rows_left_out = problem.source.rows - source.rows;
      summary.target_rows_left_out = problem.target.rows - target.rows;
      auto card = parse_ordered_json(summary.map.card);
      card["left_out"] = {{"source", summary.source_rows_left_out}, {"target", summary.target_rows_left_out}};
      summary.map.card = json_text(card);
      return summary;
    }
  }
  return whole;
}

}  // namespace vec2vec
