#include "kernels/nearest.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>
#include <numeric>

#include "core/gemm.h"
#include "core/parallel.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kTile = 1024;  // rows and columns of one product
constexpr Index kLanes = 16;   // entries looked at together
constexpr Index kSpare = 8;    // candidates kept beyond k, for the second ranking
constexpr Index kRound = 64;   // tiles of one thread between two calls of the progress functor
constexpr Index kRankBlock = 64;

double dot(const float* a, const float* b, Index d) {
  double lanes[8] = {};
  Index j = 0;
  for (; j + 8 <= d; j += 8)
    for (int l = 0; l < 8; ++l) lanes[l] += static_cast<double>(a[j + l]) * b[j + l];
  double sum = 0;
  for (; j < d; ++j) sum += static_cast<double>(a[j]) * b[j];
  for (double lane : lanes) sum += lane;
  return sum;
}

/// The best `keep` candidates seen so far of every row, sorted; the outcome does not depend on the order of offers.
class Candidates {
 public:
  Candidates(Index rows, Index keep)
      : keep_(keep),
        value_(static_cast<std::size_t>(rows * keep), -std::numeric_limits<float>::infinity()),
        index_(value_.size(), std::numeric_limits<std::int32_t>::max()),
        bound_(static_cast<std::size_t>(rows), -std::numeric_limits<float>::infinity()) {}

  /// What row i's next candidate must reach.
  float bound(Index i) const { return bound_[static_cast<std::size_t>(i)]; }
  const float* bounds(Index first) const { return bound_.data() + first; }
  const std::int32_t* index_of(Index i) const { return index_.data() + i * keep_; }

  void offer(Index i, float value, Index candidate) {
    float* values = value_.data() + i * keep_;
    std::int32_t* indices = index_.data() + i * keep_;
    const auto id = static_cast<std::int32_t>(candidate);
    const auto better = [&](Index p) { return value > values[p] || (value == values[p] && id < indices[p]); };
    if (!better(keep_ - 1)) return;
    Index p = keep_ - 1;
    for (; p > 0 && better(p - 1); --p) {
      values[p] = values[p - 1];
      indices[p] = indices[p - 1];
    }
    values[p] = value;
    indices[p] = id;
    bound_[static_cast<std::size_t>(i)] = values[keep_ - 1];
  }

 private:
  Index keep_;
  std::vector<float> value_;
  std::vector<std::int32_t> index_;
  std::vector<float> bound_;
};

/// A run of rows of the whole.
struct Block {
  Index first, count;
};

/// Offers each product (a, b) of a tile to row a, and off the diagonal to row b too.
void scan(MatrixView products, Block a, Block b, Candidates& candidates) {
  const bool diagonal = a.first == b.first;
  for (Index i = 0; i < a.count; ++i) {
    const float* row = products.row(i);
    const float* bounds = candidates.bounds(b.first);
    const Index self = a.first + i;
    const auto offer = [&](Index j) {
      const Index other = b.first + j;
      if (other == self) return;
      if (row[j] >= candidates.bound(self)) candidates.offer(self, row[j], other);
      if (!diagonal && row[j] >= bounds[j]) candidates.offer(other, row[j], self);
    };
    Index j = 0;
    for (; j + kLanes <= b.count; j += kLanes) {
      const float bound = candidates.bound(self);
      int hits = 0;
      for (Index l = 0; l < kLanes; ++l) hits |= (row[j + l] >= bound) | (row[j + l] >= bounds[j + l]);
      if (!hits) continue;
      for (Index l = 0; l < kLanes; ++l) offer(j + l);
    }
    for (; j < b.count; ++j) offer(j);
  }
}

/// The rows that differ from each other, and where each of them stands in the whole. Float32 products of equal rows may differ
/// in their last bit, by where they fall in a tile; so that ties are exact, equal rows are multiplied once.
struct DistinctRows {
  std::vector<std::int32_t> order;  ///< all row numbers, equal rows together and ascending
  std::vector<std::size_t> begin;   ///< copies of distinct row u: order[begin[u]] .. order[begin[u + 1] - 1]
  std::vector<std::int32_t> of;     ///< distinct row of each row
  std::span<const std::int32_t> copies(std::size_t u) const { return {order.data() + begin[u], begin[u + 1] - begin[u]}; }
};

DistinctRows distinct_rows(MatrixView rows) {
  DistinctRows result;
  const auto n = static_cast<std::size_t>(rows.rows), bytes = static_cast<std::size_t>(rows.cols) * sizeof(float);
  const auto compare = [&](std::int32_t x, std::int32_t y) { return std::memcmp(rows.row(x), rows.row(y), bytes); };
  result.order.resize(n);
  std::iota(result.order.begin(), result.order.end(), 0);
  std::sort(result.order.begin(), result.order.end(), [&](std::int32_t x, std::int32_t y) {
    const int order = compare(x, y);
    return order < 0 || (order == 0 && x < y);
  });
  result.of.resize(n);
  for (std::size_t p = 0; p < n; ++p) {
    if (p == 0 || compare(result.order[p - 1], result.order[p]) != 0) result.begin.push_back(p);
    result.of[static_cast<std::size_t>(result.order[p])] = static_cast<std::int32_t>(result.begin.size() - 1);
  }
  result.begin.push_back(n);
  return result;
}

/// Ranks candidates of row i by their products in double and writes the first k.
void rank(MatrixView rows, Index i, std::span<const std::int32_t> candidates, Neighbours& out) {
  struct Entry {
    double value;
    std::int32_t index;
  };
  std::vector<Entry> entries;
  for (const std::int32_t c : candidates) entries.push_back({dot(rows.row(i), rows.row(c), rows.cols), c});
  std::sort(entries.begin(), entries.end(),
            [](const Entry& x, const Entry& y) { return x.value > y.value || (x.value == y.value && x.index < y.index); });
  for (Index p = 0; p < out.k; ++p) {
    out.index[static_cast<std::size_t>(i * out.k + p)] = entries[static_cast<std::size_t>(p)].index;
    out.similarity[static_cast<std::size_t>(i * out.k + p)] = entries[static_cast<std::size_t>(p)].value;
  }
}

Neighbours empty_lists(Index n, Index k) {
  if (k < 1 || k >= n || n > std::numeric_limits<std::int32_t>::max()) {
    bad_input("needs 1 <= k < rows, has k = " + std::to_string(k) + " and " + std::to_string(n) + " rows", "nearest rows",
              "a smaller k, or more rows");
  }
  const auto size = static_cast<std::size_t>(n * k);
  return {n, k, std::vector<std::int32_t>(size), std::vector<double>(size)};
}

/// The `keep` best candidates of each row by float32 products.
Candidates best_candidates(MatrixView rows, Index keep, int threads, const Progress& progress) {
  const Index n = rows.rows, blocks = (n + kTile - 1) / kTile;
  Candidates candidates(n, keep);
  std::vector<std::mutex> locks(static_cast<std::size_t>(blocks));
  const auto block = [&](Index b) { return Block{b * kTile, std::min(kTile, n - b * kTile)}; };

  // Along diagonals, so that tiles at work at the same time seldom share a block of rows.
  std::vector<std::pair<Index, Index>> tiles;
  for (Index offset = 0; offset < blocks; ++offset)
    for (Index b = 0; b + offset < blocks; ++b) tiles.emplace_back(b, b + offset);

  const auto total = static_cast<Index>(tiles.size()), round = kRound * thread_count(threads);
  for (Index begin = 0; begin < total; begin += round) {
    if (progress && !progress("nearest rows", static_cast<double>(begin) / static_cast<double>(total)))
      throw Error(ErrorKind::kInterrupted, "interrupted");
    parallel_for(std::min(round, total - begin), threads, [&](Index t) {
      const auto [first, second] = tiles[static_cast<std::size_t>(begin + t)];
      const Block a = block(first), b = block(second);
      thread_local Matrix buffer(kTile, kTile);
      const MatrixSpan products{buffer.data(), a.count, b.count, kTile};
      gemm(rows.middle_rows(a.first, a.count), false, rows.middle_rows(b.first, b.count), true, products);
      // Always the lower block first: no two tiles can wait for each other.
      const std::lock_guard lock_a(locks[static_cast<std::size_t>(first)]);
      std::unique_lock<std::mutex> lock_b;
      if (first != second) lock_b = std::unique_lock(locks[static_cast<std::size_t>(second)]);
      scan(products, a, b, candidates);
    });
  }
  return candidates;
}

}  // namespace

Neighbours nearest_rows(MatrixView rows, Index k, int threads, const Progress& progress) {
  const Index n = rows.rows;
  Neighbours result = empty_lists(n, k);
  const DistinctRows distinct = distinct_rows(rows);
  const auto count = static_cast<Index>(distinct.begin.size()) - 1;
  Matrix compact(count < n ? count : 0, rows.cols);
  for (Index u = 0; u < compact.rows(); ++u)
    std::copy_n(rows.row(distinct.copies(static_cast<std::size_t>(u))[0]), rows.cols, compact.row(u));

  // Distinct rows stand in the order of their bytes; without copies the given order is as good, and needs no gathering.
  const bool copies = count < n;
  const Index keep = std::min(k + kSpare, count - 1);
  const Candidates candidates = best_candidates(copies ? compact.view() : rows, keep, threads, progress);
  parallel_for((n + kRankBlock - 1) / kRankBlock, threads, [&](Index b) {
    std::vector<std::int32_t> expanded;
    for (Index i = b * kRankBlock; i < std::min(n, (b + 1) * kRankBlock); ++i) {
      if (!copies) {
        rank(rows, i, {candidates.index_of(i), static_cast<std::size_t>(keep)}, result);
        continue;
      }
      const std::int32_t own = distinct.of[static_cast<std::size_t>(i)];
      expanded.clear();
      const auto expand = [&](std::int32_t u) {
        // More than k + 1 copies of one row cannot all be needed.
        const auto all = distinct.copies(static_cast<std::size_t>(u));
        for (const std::int32_t c : all.first(std::min(all.size(), static_cast<std::size_t>(k) + 1)))
          if (c != i) expanded.push_back(c);
      };
      expand(own);
      for (Index p = 0; p < keep; ++p) expand(candidates.index_of(own)[p]);
      rank(rows, i, expanded, result);
    }
  });
  return result;
}

Neighbours nearest_rows_reference(MatrixView rows, Index k) {
  Neighbours result = empty_lists(rows.rows, k);
  std::vector<std::int32_t> all(static_cast<std::size_t>(rows.rows));
  std::iota(all.begin(), all.end(), 0);
  for (Index i = 0; i < rows.rows; ++i) {
    std::vector<std::int32_t> others = all;
    others.erase(others.begin() + i);
    rank(rows, i, others, result);
  }
  return result;
}

}  // namespace vec2vec
