// SPDX-License-Identifier: Apache-2.0
#include "match/tabu.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "kernels/loops/loops.h"

namespace vec2vec {
namespace {

/// One search. All k x k tables have rows padded to a multiple of 16 floats.
class TabuSearch {
 public:
  TabuSearch(MatrixView a, MatrixView b)
      : k_(static_cast<int>(a.rows)),
        width_((k_ + 15) / 16 * 16),
        a_(k_, width_),
        b_(k_, width_),
        gain_(k_, width_),
        until_(k_, width_),
        until_t_(k_, width_),
        permuted_(k_, width_) {
    for (int i = 0; i < k_; ++i) {
      std::copy_n(a.row(i), k_, a_.row(i));
      std::copy_n(b.row(i), k_, b_.row(i));
    }
  }

  Assignment run(int iterations, Random& random) {
    target_.resize(static_cast<std::size_t>(k_));
    std::iota(target_.begin(), target_.end(), 0);
    random.shuffle(target_);
    for (Matrix* m : {&until_, &until_t_}) std::fill_n(m->data(), m->rows() * m->cols(), -1.0f);
    double objective = rebuild();
    Assignment best{objective, target_};
    for (int iteration = 0; iteration < iterations; ++iteration) {
      if (iteration % 1024 == 1023) objective = rebuild();  // float gains drift
      const float now = static_cast<float>(iteration);
      const auto [r, s] = best_swap(now, static_cast<float>(best.objective - objective + 1e-6));
      if (r < 0) continue;
      objective += gain_(r, s);
      const int low = k_ * 9 / 10, high = k_ * 11 / 10 + 4;
      forbid(r, now + static_cast<float>(low + random.below(high - low + 1)));
      forbid(s, now + static_cast<float>(low + random.below(high - low + 1)));
      swap(r, s);
      if (objective > best.objective + 1e-6) best = {objective, target_};
    }
    return best;
  }

 private:
  /// Tables of the current permutation from scratch; returns its objective. O(k^3).
  double rebuild() {
    double objective = 0;
    for (int i = 0; i < k_; ++i)
      for (int j = 0; j < k_; ++j) {
        permuted_(i, j) = b_(target_[static_cast<std::size_t>(i)], target_[static_cast<std::size_t>(j)]);
        objective += static_cast<double>(a_(i, j)) * permuted_(i, j);
      }
    for (int i = 0; i < k_; ++i) compute_gains(i);
    for (int i = 0; i < k_; ++i)  // the sums of the two halves differ in their order
      for (int j = 0; j < i; ++j) gain_(i, j) = gain_(j, i);
    return objective;
  }

  /// gain_(r, v) for all v: change of the objective when the targets of r and v are swapped; minus infinity for v = r.
  void compute_gains(int r) {
    float* g = gain_.row(r);
    loop_.swap_gains(g, tables(), r);
    const float arr = a_(r, r), brr = permuted_(r, r);
    for (int v = 0; v < k_; ++v) {
      const float avv = a_(v, v), bvv = permuted_(v, v), arv = a_(r, v), brv = permuted_(r, v);
      g[v] = 2 * (g[v] - (arr - arv) * (brv - brr) - (arv - avv) * (bvv - brv)) + (arr - avv) * (bvv - brr);
    }
    // No swap with itself or with padding; adding to the gains leaves it so.
    g[r] = -std::numeric_limits<float>::infinity();
    std::fill(g + k_, g + width_, -std::numeric_limits<float>::infinity());
  }

  /// The best swap that is not forbidden, or that beats the best objective known (gain > aspiration).
  std::pair<int, int> best_swap(float now, float aspiration) const {
    float best = 0;
    const auto best_row =
        static_cast<int>(loop_.best_swap(tables(), gain_.data(), until_.data(), until_t_.data(), now, aspiration, &best));
    if (best_row < 0) return {-1, -1};
    for (int j = best_row + 1; j < k_; ++j)
      if (allowed(gain_(best_row, j), until_(best_row, j), until_t_(best_row, j), now, aspiration) == best)
        return {best_row, j};
    return {-1, -1};
  }

  static float allowed(float gain, float until, float until_t, float now, float aspiration) {
    const bool forbidden = (std::min(until, until_t) > now) & (gain <= aspiration);
    return forbidden ? -std::numeric_limits<float>::infinity() : gain;
  }

  /// Forbids anchor i to return to its present target before iteration `until`.
  void forbid(int i, float until) { until_(i, i) = until_t_(i, i) = until; }

  /// Swaps the targets of r and s and brings every table up to date.
  /// until_(i, j) is the iteration before which anchor i may not go to the present target of j; until_t_ its transpose.
  void swap(int r, int s) {
    std::swap(target_[static_cast<std::size_t>(r)], target_[static_cast<std::size_t>(s)]);
    for (int i = 0; i < k_; ++i) std::swap(until_(i, r), until_(i, s));
    std::swap_ranges(until_t_.row(r), until_t_.row(r) + k_, until_t_.row(s));
    std::swap_ranges(permuted_.row(r), permuted_.row(r) + k_, permuted_.row(s));
    for (int i = 0; i < k_; ++i) std::swap(permuted_(i, r), permuted_(i, s));
    loop_.update_gains(gain_.data(), tables(), r, s);
    for (int row : {r, s}) {
      compute_gains(row);
      for (int i = 0; i < k_; ++i) gain_(i, row) = gain_(row, i);
    }
  }

  SwapTables tables() const { return {k_, width_, a_.data(), permuted_.data()}; }

  const Loops& loop_ = loops();
  int k_, width_;
  Matrix a_, b_, gain_, until_, until_t_, permuted_;
  std::vector<int> target_;
};

}  // namespace

Assignment tabu_search(MatrixView a, MatrixView b, int iterations, int starts, Random& random) {
  TabuSearch search(a, b);
  Assignment best;
  for (int start = 0; start < starts; ++start) {
    Assignment found = search.run(iterations, random);
    found.objective = assignment_objective(a, b, found.target);
    if (start == 0 || found.objective > best.objective) best = std::move(found);
  }
  return best;
}

double assignment_objective(MatrixView a, MatrixView b, const std::vector<int>& target) {
  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i)
    for (std::size_t j = 0; j < target.size(); ++j)
      sum += static_cast<double>(a.row(static_cast<Index>(i))[j]) * b.row(target[i])[target[j]];
  return sum;
}

}  // namespace vec2vec
