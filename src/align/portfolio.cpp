#include "align/portfolio.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "align/refine.h"
#include "core/gemm.h"
#include "core/parallel.h"

namespace vec2vec {
namespace {

/// Two independent groups that translate rows this much alike are taken to have found the same solution.
constexpr double kSameSolution = 0.8;
constexpr int kGroups = 6;

struct GroupOptions {
  AnchorOptions anchors;
  std::vector<float> keeps;
  Index rows = 2000;
};

/// Cheap groups first: same-corpus encoders are solved by them. Then the full effort, with the number of anchors varied.
GroupOptions group_options(int group) {
  if (group < 2) return {{24, 16, 4000, 2}, {0.0f}, 1000};
  return {{group % 2 == 0 ? 50 : 60, 50, 15000, 2}, {0.0f, 0.3f}, 2000};
}

struct Branch {
  std::string weighting;
  float keep = 0;
  Matrix map;
  double score = -2;
};

std::vector<float> anneal(std::initializer_list<float> levels, int each) {
  std::vector<float> values;
  for (float level : levels) values.insert(values.end(), static_cast<std::size_t>(each), level);
  return values;
}

/// One more round of soft steps for every branch, one branch a thread, then best first.
void climb(std::vector<Branch>& branches, const ViewPair& view, const std::vector<float>& temperatures, Index rows,
           std::uint64_t seed, std::uint64_t stream, int threads) {
  parallel_for(static_cast<Index>(branches.size()), threads, [&](Index i) {
    Branch& branch = branches[static_cast<std::size_t>(i)];
    Random random(seed, stream + static_cast<std::uint64_t>(i));
    branch.map = soft_steps(view.x, view.y, std::move(branch.map), {temperatures, rows, branch.keep}, random, 1);
    branch.score = pair_free_score(view.x, view.y, branch.map, 1);
  });
  std::stable_sort(branches.begin(), branches.end(), [](const Branch& a, const Branch& b) { return a.score > b.score; });
}

Branch run_group(const ViewPair& view, int group, const AlignOptions& options, std::vector<StartReport>& reports) {
  GroupOptions plan = group_options(group);
  plan.anchors.anchors = std::clamp<Index>(std::min(view.x.rows(), view.y.rows()) / 6, 4, plan.anchors.anchors);
  const std::uint64_t seed = options.seed * 1000 + static_cast<std::uint64_t>(group);
  std::vector<Branch> branches;
  for (Start& start : consensus(match_anchors(view, plan.anchors, seed, options.threads)))
    for (float keep : plan.keeps) branches.push_back({start.weighting, keep, start.map, 0});

  climb(branches, view, anneal({0.2f, 0.14f, 0.1f, 0.07f, 0.05f}, group < 2 ? 15 : 25), plan.rows, seed, 10000,
        options.threads);
  for (const Branch& branch : branches)
    reports.push_back({"48 half-whitened", branch.weighting, static_cast<int>(plan.anchors.anchors), branch.score});
  // Large averaged steps take the noise out of a winner, so that two right maps are seen to agree.
  auto winner = [&] {
    branches.resize(1);
    Random random(seed, 30000);
    branches[0].map =
        soft_steps(view.x, view.y, std::move(branches[0].map), {anneal({0.05f}, 8), 4000, 0.6f}, random, options.threads);
    branches[0].score = pair_free_score(view.x, view.y, branches[0].map, options.threads);
    return std::move(branches[0]);
  };
  if (group < 2) return winner();
  // Reheat the leaders: noise of fresh rows carries a half-right map on to the right one.
  const std::vector<float> reheat = anneal({0.1f, 0.07f, 0.05f}, 20);
  for (std::size_t left : {4u, 2u, 2u, 2u}) {
    branches.resize(std::min(branches.size(), left));
    climb(branches, view, reheat, plan.rows, seed, 20000 + left, options.threads);
  }
  return winner();
}

}  // namespace

PortfolioResult run_portfolio(const ViewPair& view, const AlignOptions& options, const std::function<void(double)>& step) {
  const auto begin = std::chrono::steady_clock::now();
  PortfolioResult result;
  std::vector<Branch> winners;
  // Compared in the target's own scale, where directions of little variance count little.
  auto agreement = [&](const Matrix& a, const Matrix& b) {
    return map_agreement(view.x, product(a, view.b_inverse), product(b, view.b_inverse), options.threads);
  };
  result.stopped_because = "all groups of starts were tried";
  for (int group = 0; group < kGroups; ++group) {
    winners.push_back(run_group(view, group, options, result.starts));
    step(static_cast<double>(group + 1) / kGroups);
    std::stable_sort(winners.begin(), winners.end(), [](const Branch& a, const Branch& b) { return a.score > b.score; });
    result.agreement = 0;
    for (std::size_t i = 1; i < winners.size(); ++i)
      result.agreement = std::max(result.agreement, agreement(winners[0].map, winners[i].map));
    if (result.agreement >= kSameSolution) {
      result.stopped_because = "two independent groups of starts found the same map";
      break;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (options.time_budget > 0 && seconds > options.time_budget) {
      result.stopped_because = "the time budget was used up";
      break;
    }
  }
  result.map = std::move(winners[0].map);
  result.pair_free_score = winners[0].score;
  return result;
}

}  // namespace vec2vec
