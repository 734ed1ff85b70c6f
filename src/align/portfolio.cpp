#include "align/portfolio.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "align/effort.h"
#include "align/search_state.h"
#include "core/gemm.h"
#include "core/parallel.h"
#include "core/time.h"
#include "linear/polar.h"
#include "space/sample.h"

namespace vec2vec {
namespace {

/// Two independent searches that translate rows this much alike are taken to have found the same solution. Wrong maps of real
/// encoders were seen to agree by 0.2-0.4, right ones, before they are refined, by 0.70 and more.
constexpr double kSameSolution = 0.7;
/// Encoders of much the same space agree by 0.88 and more after cheap searches, unrelated ones, when solved, by 0.70-0.83.
constexpr double kSameSpace = 0.84;

struct Search {
  bool cheap = false;
  AnchorOptions anchors;
  int steps = 65;  ///< of a first climb, after 20 that cool down
};

constexpr std::size_t kPool = 4;  // the best so many go on climbing

/// Cheap searches first: they solve encoders of the same corpus. For unrelated ones a third to a half of the thorough ones
/// climb to the solution, so that two of them are soon seen to agree. With enough pairs, two searches that start from one half
/// of them each may do.
std::vector<Search> plan(Index pairs, int count) {
  std::vector<Search> searches(static_cast<std::size_t>(count), {false, {32, 32, 6000, 2}});
  for (std::size_t i = 0; i < 4; ++i) searches[i] = {true, {24, 16, 4000, 2}, 30};
  if (pairs >= 100) searches.insert(searches.begin(), 2, {false, {24, 0, 0, 0}});
  return searches;
}

/// Mean product of a row of a (n, d) with its row of b; both of norm 1.
double mean_cosine(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (Index i = 0; i < a.rows(); ++i)
    for (Index c = 0; c < a.cols(); ++c) sum += static_cast<double>(a(i, c)) * b(i, c);
  return sum / static_cast<double>(std::max<Index>(1, a.rows()));
}

bool better(const Climber& a, const Climber& b) { return a.score > b.score; }

/// The starts of one search: the known pairs alone, or its consensus of matched anchors in several weightings.
std::vector<Climber> make_starts(const ViewPair& view, const PairTerm& pairs, const AnchorOptions& anchors, std::size_t search,
                                 std::uint64_t seed, int threads) {
  const std::vector<AnchorMatch> matches = match_anchors(view, anchors, seed, search, threads);
  std::vector<Climber> starts;
  if (pairs.x.rows() > 1 || matches.empty())
    starts.push_back({search, "known pairs", polar_factor(cross_product(pairs.x, pairs.y, threads)), {}});
  if (!matches.empty())
    for (Start& start : consensus(matches)) starts.push_back({search, start.weighting, std::move(start.map), {}});
  return starts;
}

/// The best of a search's starts after its first climb.
Climber run_search(const ViewPair& view, const PairTerm& pairs, const Search& options, std::size_t search, std::uint64_t seed,
                   int threads) {
  AnchorOptions anchors = options.anchors;
  anchors.anchors = std::clamp<Index>(std::min(view.x.rows(), view.y.rows()) / 60, 4, anchors.anchors);
  std::vector<Climber> starts = make_starts(view, pairs, anchors, search, seed, threads);
  std::vector<float> temperatures = anneal({0.2f, 0.14f, 0.1f, 0.07f}, 5);
  temperatures.insert(temperatures.end(), static_cast<std::size_t>(options.steps), 0.05f);
  parallel_for(static_cast<Index>(starts.size()), threads, [&](Index i) {
    const Random random(seed, Stream::kFirstClimb, search, static_cast<std::uint64_t>(i));
    climb(view, pairs, temperatures, random, starts[static_cast<std::size_t>(i)]);
  });
  return std::move(*std::min_element(starts.begin(), starts.end(), better));
}

/// Leaves local optima in which an axis of the view points the wrong way: reverses each in turn, climbs a few steps, further
/// with the best, and goes on from there as long as that helps. Axes of the second half carry little and need no help.
void turn_axes(const ViewPair& view, const PairTerm& pairs, const AlignOptions& options, Climber& best) {
  constexpr double kGain = 0.0015;  // scores of climbers near one optimum differ by less
  constexpr std::uint64_t kRounds = 4;
  constexpr std::size_t kFurther = 4;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    std::vector<Climber> turned(static_cast<std::size_t>(best.mean.cols() / 2), best);
    const auto climb_each = [&](int steps, Stream stream, int mean_of) {
      parallel_for(static_cast<Index>(turned.size()), options.threads, [&](Index i) {
        const Random random(options.seed, stream, round, static_cast<std::uint64_t>(i));
        climb(view, pairs, anneal({0.05f}, steps), random, turned[static_cast<std::size_t>(i)], mean_of);
      });
      std::stable_sort(turned.begin(), turned.end(), better);
    };
    for (std::size_t axis = 0; axis < turned.size(); ++axis) {
      Matrix& map = turned[axis].map = best.mean;
      for (Index i = 0; i < map.rows(); ++i) map(i, static_cast<Index>(axis)) *= -1;
    }
    climb_each(4, Stream::kTurnedAxis, 4);
    turned.resize(std::min(turned.size(), kFurther));
    climb_each(30, Stream::kFurtherTurn, 16);
    if (turned[0].score < best.score + kGain) return;
    best = std::move(turned[0]);
  }
}

}  // namespace

PortfolioResult run_portfolio(const ViewPair& view, const Pairs& pairs, const AlignOptions& options,
                              const std::function<void(double)>& step) {
  const auto begin = Clock::now();
  PortfolioResult result;
  SearchState state;
  std::vector<Climber>& pool = state.pool;
  std::size_t twin = 0;  // the climber that agrees best with the first
  // Every other pair each: two searches then share neither pairs nor k-means runs, and their agreement means something.
  const PairTerm halves[2] = {in_view(select(pairs, every(pairs.count(), 2, 0, true)), view),
                              in_view(select(pairs, every(pairs.count(), 2, 1, true)), view)};
  auto rank = [&] {
    std::stable_sort(pool.begin(), pool.end(), better);
    result.agreement = 0;
    // Compared in the target's own scale, where directions of little variance count little.
    const SpreadRows rows(view.x, 4000);
    const auto translated = [&](const Climber& c) { return project(rows, product(c.mean, view.b_inverse), options.threads); };
    const Matrix best = pool.size() > 1 ? translated(pool[0]) : Matrix();
    for (std::size_t other = 1; other < pool.size(); ++other) {
      if (pairs.count() > 0 && pool[0].search % 2 == pool[other].search % 2) continue;
      const double value = mean_cosine(best, translated(pool[other]));
      if (value > result.agreement) {
        result.agreement = value;
        twin = other;
      }
    }
    return result.agreement >= kSameSolution;
  };
  const std::string key = options.checkpoint.empty() ? "" : search_key(view, in_view(pairs, view), options);
  if (!key.empty() && std::filesystem::exists(options.checkpoint)) state = load_search(options.checkpoint, key, view.x.cols());
  const EffortPlan effort = effort_plan(options.effort);
  const std::vector<Search> searches = plan(pairs.count(), effort.searches);
  const std::size_t least = static_cast<std::size_t>(effort.least_searches);
  bool found = rank();
  while ((!found || state.next < least) && state.next < searches.size()) {
    const double seconds = seconds_since(begin);
    if (options.time_budget > 0 && seconds > options.time_budget && !pool.empty()) {
      result.stopped_because = "the time budget was used up";
      break;
    }
    const std::size_t i = state.next++;
    const Index anchors = searches[i].anchors.anchors;
    pool.push_back(run_search(view, halves[i % 2], searches[i], i, options.seed, options.threads));
    state.starts.push_back({pool.back().start, static_cast<int>(anchors), pool.back().score});
    found = rank();
    if (!found && i > 0) {
      pool.resize(std::min(pool.size(), kPool));
      parallel_for(static_cast<Index>(pool.size()), options.threads, [&](Index c) {
        Climber& climber = pool[static_cast<std::size_t>(c)];
        const Random random(options.seed, Stream::kPoolClimb, i, climber.search);
        climb(view, halves[climber.search % 2], anneal({0.05f}, 60), random, climber);
      });
      found = rank();
    }
    if (!key.empty()) save_search(options.checkpoint, key, state);
    step(static_cast<double>(state.next) / static_cast<double>(searches.size()));
  }
  result.searches_needed = static_cast<double>(found ? state.next : searches.size()) / static_cast<double>(least);
  if (found) {
    result.stopped_because = "two independent searches found the same map";
    result.easy = searches[state.next - 1].cheap && result.agreement >= kSameSpace;
  } else if (result.stopped_because.empty()) {
    result.stopped_because = "all searches were tried";
  }
  result.starts = std::move(state.starts);
  const PairTerm all = in_view(pairs, view);
  if (found) {
    Matrix middle = pool[0].mean;
    for (Index i = 0; i < middle.rows() * middle.cols(); ++i) middle.data()[i] += pool[twin].mean.data()[i];
    middle = polar_factor(middle);
    if (result.easy) {
      pool[0].mean = std::move(middle);
    } else {  // the best copy of the solution and its mean with another are two ways to the top, which is not far
      Climber last[2] = {pool[0], pool[0]};
      last[1].map = std::move(middle);
      parallel_for(2, options.threads, [&](Index i) {
        const Random random(options.seed, Stream::kLastClimb, static_cast<std::uint64_t>(i));
        climb(view, all, anneal({0.05f}, 60), random, last[i]);
      });
      pool[0] = std::move(better(last[1], last[0]) ? last[1] : last[0]);
    }
  }
  if (!result.easy) turn_axes(view, all, options, pool[0]);
  result.map = std::move(pool[0].mean);
  result.pair_free_score = pool[0].score;
  return result;
}

}  // namespace vec2vec
