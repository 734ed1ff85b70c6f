// SPDX-License-Identifier: Apache-2.0
#include "align/several.h"

#include <utility>

#include "consensus/consensus.h"
#include "core/matrix/gemm.h"
#include "space/side_by_side.h"

namespace vec2vec {

std::vector<KnownSpace> known_spaces(const AlignProblem& problem) {
  if (problem.more_targets.empty()) return {};
  std::vector<KnownSpace> known = {{problem.target, problem.target_name.empty() ? "target" : problem.target_name}};
  known.insert(known.end(), problem.more_targets.begin(), problem.more_targets.end());
  return known;
}

OneTarget as_one_target(const AlignProblem& problem, const std::vector<KnownSpace>& known, int threads) {
  OneTarget one;
  one.problem = problem;
  if (known.empty()) return one;
  one.problem.more_targets.clear();
  Consensus consensus = make_consensus(known, threads);
  one.rows = std::move(consensus.side_by_side);
  one.problem.target = one.rows;
  one.problem.target_name = "consensus";
  for (std::size_t k = 0; k < known.size(); ++k)
    one.several.targets.push_back({known[k].name, std::move(consensus.means[k]), static_cast<float>(consensus.spreads[k]), {}});
  one.several.components = std::move(consensus.components);
  one.several.mean = std::move(consensus.mean);
  one.several.spread = consensus.spread;
  return one;
}

void enter_consensus(const Several& several, Map& map) {
  map.weight = product(map.weight, several.components);
  map.components = several.components;
  map.target_mean = several.mean;
  map.target_spread = static_cast<float>(several.spread);
}

std::vector<Index> widths(const std::vector<Target>& targets) {
  std::vector<Index> all;
  for (const Target& target : targets) all.push_back(target.mean.cols());
  return all;
}

std::vector<Matrix> split_columns(MatrixView m, const std::vector<Index>& widths) {
  std::vector<Matrix> blocks;
  Index first = 0;
  for (Index width : widths) {
    blocks.push_back(columns_of(m, first, width));
    first += width;
  }
  return blocks;
}

}  // namespace vec2vec
