// SPDX-License-Identifier: Apache-2.0
#include "align/search/portfolio.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "align/effort.h"
#include "align/search/search_state.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/time.h"
#include "linear/polar.h"
#include "space/sample.h"

namespace vec2vec {
namespace {

/// Mean cosine from which on two independent searches count as one solution. Wrong maps of real encoders agree by 0.2-0.4,
/// right ones, before they are refined, by 0.70 and more (docs/research/hard-pairs.md, higher agreement before the end).
constexpr double kSameSolution = 0.7;
/// The same for easy pairs: related encoders agree by 0.88 and more, unrelated ones by 0.70-0.83 (the log, pairs are easy).
constexpr double kSameSpace = 0.84;

struct Search {
  bool cheap = false;
  AnchorOptions anchors;
  int steps = 65;  ///< of a first climb, after 20 that cool down
};

constexpr std::size_t kPool = 4;        // climbers that go on (docs/research/hard-pairs.md)
constexpr int kPoolSteps = 60;          // steps of each of their further climbs
constexpr Index kAgreementRows = 4000;  // rows that two maps are compared on
constexpr Index kRowsAnAnchor = 60;     // of the smaller side (docs/research/many-known.md)

/// Cheap searches come first, which solve encoders of the same corpus. For unrelated ones a third to a half of the thorough
/// searches reach the solution, so that two soon agree. With enough pairs, two searches from one half of them each may do.
/// docs/research/hard-pairs.md has the anchors and runs under "which batch of anchors finds a start".
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
  anchors.anchors = std::clamp<Index>(std::min(view.x.rows(), view.y.rows()) / kRowsAnAnchor, 4, anchors.anchors);
  std::vector<Climber> starts = make_starts(view, pairs, anchors, search, seed, threads);
  std::vector<float> temperatures = anneal({0.2f, 0.14f, 0.1f, 0.07f}, 5);
  temperatures.insert(temperatures.end(), static_cast<std::size_t>(options.steps), 0.05f);
  parallel_for(static_cast<Index>(starts.size()), threads, [&](Index i) {
    const Random random(seed, Stream::kFirstClimb, search, static_cast<std::uint64_t>(i));
    climb(view, pairs, temperatures, random, starts[static_cast<std::size_t>(i)]);
  });
  return std::move(*std::min_element(starts.begin(), starts.end(), better));
}

/// Leaves local optima in which an axis of the view points the wrong way: reverses each axis, climbs a few steps, climbs
/// further with the best, and repeats that while it helps (docs/research/hard-pairs.md, turning axes). The second half carries
/// little.
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

/// The searches of one run, the best of their climbers, and how well two of them agree.
class Portfolio {
 public:
  Portfolio(const ViewPair& view, const Pairs& pairs, const AlignOptions& options)
      : view_(view),
        options_(options),
        pairs_(in_view(pairs, view)),
        halves_{in_view(select(pairs, every(pairs.count(), 2, 0, true)), view),
                in_view(select(pairs, every(pairs.count(), 2, 1, true)), view)},
        searches_(plan(pairs.count(), effort_plan(options.effort).searches)),
        least_(static_cast<std::size_t>(effort_plan(options.effort).least_searches)) {
    if (options.checkpoint.empty()) return;
    key_ = search_key(view, pairs_, options);
    if (std::filesystem::exists(options.checkpoint)) state_ = load_search(options.checkpoint, key_, view.x.cols());
  }

  /// Goes on from one search to the next until two agree and the least number was run, none is left, or time is up.
  void run(const std::function<void(const Work&)>& step) {
    const auto begin = Clock::now();
    rank();
    while ((!found() || state_.next < least_) && state_.next < searches_.size()) {
      out_of_time_ = options_.time_budget > 0 && seconds_since(begin) > options_.time_budget && !state_.pool.empty();
      if (out_of_time_) return;
      add_search();
      if (!key_.empty()) save_search(options_.checkpoint, key_, state_);
      step(work());
    }
  }

  PortfolioResult result() {
    PortfolioResult result;
    result.agreement = agreement_;
    result.searches_needed = static_cast<double>(found() ? state_.next : searches_.size()) / static_cast<double>(least_);
    result.stopped_because = found()        ? "two independent searches found the same map"
                             : out_of_time_ ? "the time budget was used up"
                                            : "all searches were tried";
    result.easy = found() && searches_[state_.next - 1].cheap && agreement_ >= kSameSpace;
    Climber best = found() ? joined(result.easy) : std::move(state_.pool[0]);
    if (!result.easy) turn_axes(view_, pairs_, options_, best);
    result.map = std::move(best.mean);
    result.pair_free_score = best.score;
    result.starts = std::move(state_.starts);
    return result;
  }

 private:
  bool found() const { return agreement_ >= kSameSolution; }

  /// As long as no two agree, half as many searches again as were run are expected.
  Work work() const {
    const std::size_t expected = std::min(searches_.size(), std::max(least_, found() ? 0 : state_.next * 3 / 2));
    Work work;
    for (std::size_t i = 0; i < std::max(expected, state_.next); ++i)
      (i < state_.next ? work.done : work.left) += searches_[i].cheap ? kCheapSearchWork : kThoroughSearchWork;
    if (!found() || !searches_[state_.next - 1].cheap) work.left += kAfterSearchesWork;
    return work;
  }

  /// Sorts the climbers, and finds the one that agrees best with the first.
  void rank() {
    std::vector<Climber>& pool = state_.pool;
    std::stable_sort(pool.begin(), pool.end(), better);
    agreement_ = 0;
    // Rows are compared in the target's own scale, where directions of little variance count little.
    const SpreadRows rows(view_.x, kAgreementRows);
    const auto translated = [&](const Climber& c) { return project(rows, product(c.mean, view_.b_inverse), options_.threads); };
    const Matrix best = pool.size() > 1 ? translated(pool[0]) : Matrix();
    for (std::size_t other = 1; other < pool.size(); ++other) {
      if (pairs_.x.rows() > 0 && pool[0].search % 2 == pool[other].search % 2) continue;
      const double value = mean_cosine(best, translated(pool[other]));
      if (value <= agreement_) continue;
      agreement_ = value;
      twin_ = other;
    }
  }

  /// Runs the next search. When it agrees with none, the best climbers go on climbing.
  void add_search() {
    std::vector<Climber>& pool = state_.pool;
    const std::size_t i = state_.next++;
    pool.push_back(run_search(view_, halves_[i % 2], searches_[i], i, options_.seed, options_.threads));
    state_.starts.push_back({pool.back().start, static_cast<int>(searches_[i].anchors.anchors), pool.back().score});
    rank();
    if (found() || i == 0) return;
    pool.resize(std::min(pool.size(), kPool));
    parallel_for(static_cast<Index>(pool.size()), options_.threads, [&](Index c) {
      Climber& climber = pool[static_cast<std::size_t>(c)];
      const Random random(options_.seed, Stream::kPoolClimb, i, climber.search);
      climb(view_, halves_[climber.search % 2], anneal({0.05f}, kPoolSteps), random, climber);
    });
    rank();
  }

  /// Joins the two that agree: their mean where pairs are easy, else the better of the two after both have climbed on.
  Climber joined(bool easy) {
    Climber best = std::move(state_.pool[0]);
    Matrix middle = best.mean;
    for (Index i = 0; i < middle.rows() * middle.cols(); ++i) middle.data()[i] += state_.pool[twin_].mean.data()[i];
    middle = polar_factor(middle);
    if (easy) {
      best.mean = std::move(middle);
      return best;
    }
    Climber last[2] = {best, best};
    last[1].map = std::move(middle);
    parallel_for(2, options_.threads, [&](Index i) {
      const Random random(options_.seed, Stream::kLastClimb, static_cast<std::uint64_t>(i));
      climb(view_, pairs_, anneal({0.05f}, kPoolSteps), random, last[i]);
    });
    return std::move(better(last[1], last[0]) ? last[1] : last[0]);
  }

  const ViewPair& view_;
  const AlignOptions& options_;
  /// All pairs, and every other pair each: two searches then share neither pairs nor k-means runs, and their agreement means
  /// something.
  const PairTerm pairs_, halves_[2];
  const std::vector<Search> searches_;
  const std::size_t least_;  ///< searches that are run even when the first two agree
  std::string key_;          ///< of the checkpoint; empty = there is none
  SearchState state_;
  std::size_t twin_ = 0;  ///< the climber that agrees best with the first
  double agreement_ = 0;  ///< of these two
  bool out_of_time_ = false;
};

}  // namespace

PortfolioResult run_portfolio(const ViewPair& view, const Pairs& pairs, const AlignOptions& options,
                              const std::function<void(const Work&)>& step) {
  Portfolio portfolio(view, pairs, options);
  portfolio.run(step);
  return portfolio.result();
}

}  // namespace vec2vec
