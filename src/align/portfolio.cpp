#include "align/portfolio.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "align/refine.h"
#include "core/gemm.h"
#include "core/parallel.h"
#include "linear/polar.h"

namespace vec2vec {
namespace {

/// Two independent searches that translate rows this much alike are taken to have found the same solution. Wrong maps of real
/// encoders were seen to agree by 0.2-0.4, right ones, before they are refined, by 0.74 and more.
constexpr double kSameSolution = 0.7;

/// One round of soft steps for the best `branches` so far and, if asked for, for all their merges.
struct Round {
  std::size_t branches;
  bool merge;
  std::vector<float> temperatures;
  Index rows;
};

struct SearchOptions {
  bool cheap = false;
  AnchorOptions anchors;
  std::vector<int> chunks;    ///< consensus over so many runs each; 1 = the single runs
  std::vector<Round> rounds;  ///< each thins out the branches before it
};

std::vector<float> anneal(std::initializer_list<float> levels, int each) {
  std::vector<float> values;
  for (float level : levels) values.insert(values.end(), static_cast<std::size_t>(each), level);
  return values;
}

/// Cheap searches first: they solve encoders of the same corpus. In the others, most starts lead nowhere and a few climb into
/// local optima, which the score tells apart. Each is right in other directions: the mean of two or three, reheated, is
/// nearer to the truth than any of them.
/// With enough pairs, two searches that start from one half of them each may do.
std::vector<SearchOptions> plan(Index pairs) {
  const SearchOptions cheap = {
      true, {24, 16, 4000, 2}, {16}, {{3, false, anneal({0.2f, 0.14f, 0.1f, 0.07f, 0.05f}, 15), 1000}}};
  const std::vector<float> short_reheat = anneal({0.1f, 0.07f, 0.05f}, 8), reheat = anneal({0.1f, 0.07f, 0.05f}, 15);
  auto full = [&](Index anchors) -> SearchOptions {
    return {false,
            {anchors, 40, 15000, 2},
            {1, 10, 20, 40},
            {{100, false, anneal({0.2f, 0.14f, 0.1f}, 6), 1000},
             {16, false, anneal({0.1f, 0.07f, 0.05f}, 12), 1000},
             {6, true, short_reheat, 1000},
             {6, true, short_reheat, 1000},
             {2, false, reheat, 2000}}};
  };
  std::vector<SearchOptions> searches = {cheap, cheap, full(60), full(50), full(60), full(50), full(80), full(80)};
  if (pairs >= 100) {
    const SearchOptions paired = {false, {24, 0, 0, 0}, {}, {{1, false, reheat, 2000}}};
    searches.insert(searches.begin(), {paired, paired});
  }
  return searches;
}

struct Branch {
  std::string start;
  Matrix map;
  double score = -2;
};

bool better(const Branch& a, const Branch& b) { return a.score > b.score; }

/// The starts of one search: the known pairs, and a consensus with each weighting for every chunk of runs.
std::vector<Branch> make_starts(const ViewPair& view, const PairTerm& pairs, const SearchOptions& search, std::uint64_t seed,
                                int threads) {
  std::vector<AnchorMatch> matches = match_anchors(view, search.anchors, seed, threads);
  std::vector<Branch> branches;
  if (pairs.x.rows() > 1 || matches.empty())
    branches.push_back({"known pairs", polar_factor(cross_product(pairs.x, pairs.y, threads))});
  for (int chunk : search.chunks)
    for (std::size_t begin = 0; begin + static_cast<std::size_t>(chunk) <= matches.size();
         begin += static_cast<std::size_t>(chunk))
      for (Start& start : consensus({matches.data() + begin, static_cast<std::size_t>(chunk)}))
        branches.push_back({start.weighting + " of " + std::to_string(chunk), std::move(start.map)});
  return branches;
}

/// Appends the mean of every two and every three branches.
void add_merges(std::vector<Branch>& branches) {
  const std::size_t n = branches.size();
  auto add = [&](std::initializer_list<std::size_t> parents) {
    Matrix sum(branches[0].map.rows(), branches[0].map.cols());
    for (std::size_t parent : parents)
      for (Index i = 0; i < sum.rows() * sum.cols(); ++i) sum.data()[i] += branches[parent].map.data()[i];
    branches.push_back({"merged", polar_factor(sum)});
  };
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = a + 1; b < n; ++b) {
      add({a, b});
      for (std::size_t c = b + 1; c < n; ++c) add({a, b, c});
    }
}

/// Large averaged steps take the noise out of a winner, so that two right maps are seen to agree.
Matrix polish(const ViewPair& view, const PairTerm& pairs, Matrix map, std::uint64_t seed, int threads) {
  Random random(seed, 9999);
  return soft_steps(view.x, view.y, std::move(map), {anneal({0.05f}, 8), 4000, 0.6f, &pairs}, random, threads);
}

Branch run_search(const ViewPair& view, const PairTerm& pairs, SearchOptions search, std::uint64_t seed, int threads,
                  std::vector<StartReport>& reports) {
  search.anchors.anchors = std::clamp<Index>(std::min(view.x.rows(), view.y.rows()) / 6, 4, search.anchors.anchors);
  std::vector<Branch> branches = make_starts(view, pairs, search, seed, threads);
  std::uint64_t stream = 10000;
  for (const Round& round : search.rounds) {
    branches.resize(std::min(branches.size(), round.branches));
    if (round.merge) add_merges(branches);
    parallel_for(static_cast<Index>(branches.size()), threads, [&](Index i) {
      Branch& branch = branches[static_cast<std::size_t>(i)];
      Random random(seed, stream + static_cast<std::uint64_t>(i));
      branch.map = soft_steps(view.x, view.y, std::move(branch.map), {round.temperatures, round.rows, 0, &pairs}, random, 1);
      branch.score = pair_free_score(view.x, view.y, branch.map, round.rows, 1);
    });
    stream += 1000;
    std::stable_sort(branches.begin(), branches.end(), better);
  }
  for (const Branch& branch : branches)
    reports.push_back({branch.start, static_cast<int>(search.anchors.anchors), branch.score});
  Branch& winner = branches[0];
  winner.map = polish(view, pairs, std::move(winner.map), seed, threads);
  winner.score = pair_free_score(view.x, view.y, winner.map, 2000, threads);
  return std::move(winner);
}

}  // namespace

PortfolioResult run_portfolio(const ViewPair& view, const Pairs& pairs, const AlignOptions& options,
                              const std::function<void(double)>& step) {
  const auto begin = std::chrono::steady_clock::now();
  PortfolioResult result;
  std::vector<Branch> winners;
  std::size_t twin = 0;  // the winner that agrees best with the first
  // Compared in the target's own scale, where directions of little variance count little.
  auto agreement = [&](const Matrix& a, const Matrix& b) {
    return map_agreement(view.x, product(a, view.b_inverse), product(b, view.b_inverse), options.threads);
  };
  result.stopped_because = "all searches were tried";
  const std::vector<SearchOptions> searches = plan(pairs.count());
  // Every other pair each: two searches then share neither pairs nor k-means runs, and their agreement means something.
  const PairTerm halves[2] = {in_view(select(pairs, every(pairs.count(), 2, 0, true)), view),
                              in_view(select(pairs, every(pairs.count(), 2, 1, true)), view)};
  for (std::size_t i = 0; i < searches.size(); ++i) {
    winners.push_back(run_search(view, halves[i % 2], searches[i], options.seed * 1000 + i, options.threads, result.starts));
    step(static_cast<double>(i + 1) / static_cast<double>(searches.size()));
    std::stable_sort(winners.begin(), winners.end(), better);
    result.agreement = 0;
    for (std::size_t other = 1; other < winners.size(); ++other)
      if (const double value = agreement(winners[0].map, winners[other].map); value > result.agreement) {
        result.agreement = value;
        twin = other;
      }
    if (result.agreement >= kSameSolution) {
      result.stopped_because = "two independent searches found the same map";
      result.easy = searches[i].cheap;
      break;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (options.time_budget > 0 && seconds > options.time_budget) {
      result.stopped_because = "the time budget was used up";
      break;
    }
  }
  if (result.agreement >= kSameSolution) {  // two noisy copies of one solution: their mean is better than either
    std::vector<Branch> both = {winners[0], winners[twin]};
    add_merges(both);
    both[2].map = polish(view, in_view(pairs, view), std::move(both[2].map), options.seed, options.threads);
    both[2].score = pair_free_score(view.x, view.y, both[2].map, 2000, options.threads);
    if (both[2].score > winners[0].score) winners[0] = std::move(both[2]);
  }
  result.map = std::move(winners[0].map);
  result.pair_free_score = winners[0].score;
  return result;
}

}  // namespace vec2vec
