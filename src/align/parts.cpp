#include "align/parts.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "align/pairs.h"
#include "kernels/nearest_of.h"
#include "match/kmeans.h"
#include "space/spectrum.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kFewestRows = 500;  // of a part: fewer are not aligned without pairs

/// All rows, and the two parts that are large enough.
std::vector<std::vector<Index>> parts_of(MatrixView rows, std::uint64_t seed, int threads) {
  const Matrix centred = centre(rows, threads).rows;
  Random random(seed, 60000);
  const Matrix sample = gather(centred, random.sample(centred.rows(), std::min<Index>(centred.rows(), 10000)));
  const std::vector<Index> nearest = nearest_of(centred, kmeans_anchors(sample, 2, 20, random), threads).index;
  std::vector<std::vector<Index>> parts(3);
  for (Index i = 0; i < rows.rows; ++i) {
    parts[0].push_back(i);
    parts[1 + static_cast<std::size_t>(nearest[static_cast<std::size_t>(i)])].push_back(i);
  }
  std::erase_if(parts, [](const auto& part) { return static_cast<Index>(part.size()) < kFewestRows; });
  return parts;
}

}  // namespace

AlignSummary align_parts(const AlignProblem& problem, const AlignOptions& options, AlignSummary whole,
                         const std::function<AlignSummary(const AlignProblem&, const AlignOptions&)>& align_rows) {
  const auto begin = std::chrono::steady_clock::now();
  const auto sources = parts_of(problem.source, options.seed, options.threads),
             targets = parts_of(problem.target, options.seed, options.threads);
  const double tries = static_cast<double>(sources.size() * targets.size());
  double tried = 0;
  AlignOptions quick = options;
  quick.effort = Effort::kLow;
  quick.checkpoint.clear();
  quick.progress = [&](std::string_view, double) { return !options.progress || options.progress("parts", tried / tries); };
  for (const auto& source_part : sources) {
    for (const auto& target_part : targets) {
      const bool all_rows = static_cast<Index>(source_part.size()) == problem.source.rows &&
                            static_cast<Index>(target_part.size()) == problem.target.rows;
      ++tried;
      if (all_rows) continue;
      const double seconds = whole.seconds + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      if (options.time_budget > 0) {
        if (seconds > options.time_budget) return whole;
        quick.time_budget = options.time_budget - seconds;
      }
      const Matrix source = gather(problem.source, source_part), target = gather(problem.target, target_part);
      const AlignProblem part{source, target, problem.source_name, problem.target_name, {}};
      AlignSummary summary = align_rows(part, quick);
      if (summary.verdict != Verdict::kAligned) continue;
      if (options.effort != Effort::kLow) {
        AlignOptions full = quick;
        full.effort = options.effort;
        summary = align_rows(part, full);
        if (summary.verdict == Verdict::kNotAligned) continue;
      }
      summary.source_rows_left_out = problem.source.rows - source.rows();
      summary.target_rows_left_out = problem.target.rows - target.rows();
      summary.seconds = whole.seconds + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      auto card = nlohmann::ordered_json::parse(summary.map.card);
      card["left_out"] = {{"source", summary.source_rows_left_out}, {"target", summary.target_rows_left_out}};
      summary.map.card = card.dump();
      return summary;
    }
  }
  return whole;
}

}  // namespace vec2vec
