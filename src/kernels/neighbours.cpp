// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbours.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "kernels/loops/loops.h"
#include "kernels/right_factor.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kTile = 1024;     // rows and columns of one product
constexpr Index kLanes = 64;      // entries looked at together, by kernels/loops too
constexpr Index kSpare = 8;       // candidates kept beyond k, for the second ranking
constexpr Index kSpareBf16 = 14;  // the same when bf16 chose them; k when that is more
constexpr Index kRound = 64;      // tiles of one thread between two calls of the progress functor
constexpr Index kRankBlock = 64;

/// The best `keep` candidates of every row, by product and then by the smaller index; the outcome does not depend on the order
/// of offers. A row collects up to 2 `keep` before the worse half is dropped.
class Candidates {
 public:
  struct Entry {
    float value;
    std::int32_t index;
  };

  Candidates(Index rows, Index keep)
      : keep_(keep),
        entry_(static_cast<std::size_t>(2 * rows * keep)),
        count_(static_cast<std::size_t>(rows)),
        bound_(static_cast<std::size_t>(rows), -std::numeric_limits<float>::infinity()) {}

  /// What row i's next candidate must reach.
  float bound(Index i) const { return bound_[static_cast<std::size_t>(i)]; }
  const float* bounds(Index first) const { return bound_.data() + first; }

  Index keep() const { return keep_; }

  /// Notes that `keep` candidates of row i, which are still to be offered, reach this bound.
  void raise_bound(Index i, float bound) {
    float& old = bound_[static_cast<std::size_t>(i)];
    old = std::max(old, bound);
  }

  void offer(Index i, float value, Index candidate) {
    std::int32_t& count = count_[static_cast<std::size_t>(i)];
    entry_[static_cast<std::size_t>(2 * i * keep_ + count)] = {value, static_cast<std::int32_t>(candidate)};
    if (++count == 2 * keep_) drop(i);
  }

  /// The candidates of row i, after all offers, in no order. From then on no other row's product exceeds bound(i).
  std::span<Entry> of(Index i) {
    if (count_[static_cast<std::size_t>(i)] > keep_) drop(i);
    return {entry_.data() + 2 * i * keep_, static_cast<std::size_t>(count_[static_cast<std::size_t>(i)])};
  }

 private:
  void drop(Index i) {
    Entry* first = entry_.data() + 2 * i * keep_;
    std::int32_t& count = count_[static_cast<std::size_t>(i)];
    std::nth_element(first, first + keep_ - 1, first + count, [](const Entry& x, const Entry& y) {
      return x.value > y.value || (x.value == y.value && x.index < y.index);
    });
    count = static_cast<std::int32_t>(keep_);
    bound_[static_cast<std::size_t>(i)] = first[keep_ - 1].value;
  }

  Index keep_;
  std::vector<Entry> entry_;
  std::vector<std::int32_t> count_;
  std::vector<float> bound_;
};

/// A run of rows of the whole.
struct Block {
  Index first, count;
};

/// A bound that `keep` of these products reach, the one of the row with itself not counted: of the largest products in columns
/// l, l + 64, l + 128 ..., the (keep + 1)-th largest. Without it a row's first thousand offers are mostly in vain.
float reached_by(const float* row, Index count, Index keep) {
  if (keep + 1 > kLanes || count < 2 * kLanes) return -std::numeric_limits<float>::infinity();
  float largest[kLanes];
  loops().largest_of_strides(largest, row, count);
  std::nth_element(largest, largest + keep, largest + kLanes, std::greater<>());
  return largest[keep];
}

/// Makes similarities of products of a row with `count` rows; shifts may be empty.
void add_shifts(float* row, Index count, std::span<const float> shifts, Index self, Index first) {
  if (shifts.empty()) return;
  loops().add_shifts(row, shifts[static_cast<std::size_t>(self)], shifts.data() + first, count);
}

/// Offers each product (a, b) of a tile, with its shifts added in place, to row a, and off the diagonal to row b too.
void scan(MatrixSpan products, Block a, Block b, std::span<const float> shifts, Candidates& candidates) {
  const bool diagonal = a.first == b.first;
  const float* bounds = candidates.bounds(b.first);
  for (Index i = 0; i < a.count; ++i) {
    float* row = products.row(i);
    const Index self = a.first + i;
    add_shifts(row, b.count, shifts, self, b.first);
    if (diagonal) candidates.raise_bound(self, reached_by(row, b.count, candidates.keep()));
    const auto offer = [&](Index j) {
      const Index other = b.first + j;
      if (other == self) return;
      if (row[j] >= candidates.bound(self)) candidates.offer(self, row[j], other);
      if (!diagonal && row[j] >= bounds[j]) candidates.offer(other, row[j], self);
    };
    // Bit s of hits[l]: whether column 64 s + l may be a candidate. There is vector code for this, not for the offers.
    static_assert(kTile <= 32 * kLanes);
    std::uint32_t hits[kLanes];
    const Index strides = b.count / kLanes;
    loops().hits(hits, row, candidates.bound(self), bounds, strides);
    for (Index l = 0; l < kLanes; ++l)
      for (; hits[l]; hits[l] &= hits[l] - 1) offer(std::countr_zero(hits[l]) * kLanes + l);
    for (Index j = strides * kLanes; j < b.count; ++j) offer(j);
  }
}

/// The rows that differ from each other, and the places of each in the whole. Float32 products of equal rows may differ
/// in their last bit, by where they fall in a tile; so that ties are exact, equal rows are multiplied once.
struct DistinctRows {
  std::vector<std::int32_t> order;  ///< all row numbers, equal rows together and ascending, by the first of each
  std::vector<std::size_t> begin;   ///< copies of distinct row u: order[begin[u]] .. order[begin[u + 1] - 1]
  Index count() const { return static_cast<Index>(begin.size()) - 1; }
  std::span<const std::int32_t> copies(std::size_t u) const { return {order.data() + begin[u], begin[u + 1] - begin[u]}; }
};

DistinctRows distinct_rows(MatrixView rows) {
  const auto n = static_cast<std::size_t>(rows.rows), bytes = static_cast<std::size_t>(rows.cols) * sizeof(float);
  const auto compare = [&](std::int32_t x, std::int32_t y) { return std::memcmp(rows.row(x), rows.row(y), bytes); };
  // The first bytes of a row, beside its number, tell most rows apart without a look at the rows.
  struct Keyed {
    std::uint64_t key;
    std::int32_t row;
  };
  std::vector<Keyed> sorted(n);
  for (std::size_t i = 0; i < n; ++i) {
    sorted[i] = {0, static_cast<std::int32_t>(i)};
    std::memcpy(&sorted[i].key, rows.row(static_cast<Index>(i)), std::min(bytes, sizeof(std::uint64_t)));
  }
  std::sort(sorted.begin(), sorted.end(), [&](const Keyed& x, const Keyed& y) {
    if (x.key != y.key) return x.key < y.key;
    const int order = compare(x.row, y.row);
    return order < 0 || (order == 0 && x.row < y.row);
  });
  std::vector<std::int32_t> order(n);
  std::transform(sorted.begin(), sorted.end(), order.begin(), [](const Keyed& keyed) { return keyed.row; });
  const auto equal = [&](std::size_t p, std::size_t q) {
    return sorted[p].key == sorted[q].key && compare(order[p], order[q]) == 0;
  };
  std::vector<std::span<const std::int32_t>> groups;
  for (std::size_t p = 0, end = 0; p < n; p = end) {
    while (end < n && equal(p, end)) ++end;
    groups.emplace_back(order.data() + p, end - p);
  }
  // Rows are in the order of their first copy, so that ties of distinct rows go by index as well.
  std::sort(groups.begin(), groups.end(), [](const auto& x, const auto& y) { return x[0] < y[0]; });
  DistinctRows result;
  for (const auto& group : groups) {
    result.begin.push_back(result.order.size());
    result.order.insert(result.order.end(), group.begin(), group.end());
  }
  result.begin.push_back(n);
  return result;
}

/// Ranks candidates of row i by their similarities in double and writes the first k.
void rank(const ComparedRows& all, Index i, std::span<const std::int32_t> candidates, Neighbours& out) {
  const MatrixView rows = all.rows;
  const auto shift = [&](Index r) {
    return all.shift.empty() ? 0.0 : static_cast<double>(all.shift[static_cast<std::size_t>(r)]);
  };
  struct Entry {
    double value;
    std::int32_t index;
  };
  std::vector<Entry> entries;
  for (const std::int32_t c : candidates)
    entries.push_back({shift(i) + shift(c) + loops().dot_in_double(rows.row(i), rows.row(c), rows.cols), c});
  std::sort(entries.begin(), entries.end(),
            [](const Entry& x, const Entry& y) { return x.value > y.value || (x.value == y.value && x.index < y.index); });
  for (Index p = 0; p < out.k; ++p) {
    out.index[static_cast<std::size_t>(i * out.k + p)] = entries[static_cast<std::size_t>(p)].index;
    out.similarity[static_cast<std::size_t>(i * out.k + p)] = entries[static_cast<std::size_t>(p)].value;
  }
}

Neighbours empty_lists(Index n, Index k) {
  if (k < 1 || k >= n || n > std::numeric_limits<std::int32_t>::max()) {
    bad_input("a search for nearest rows needs 1 <= k < rows, but has k = " + std::to_string(k) + " and " + std::to_string(n) +
                  " rows",
              {}, "a smaller k, or more rows");
  }
  const auto size = static_cast<std::size_t>(n * k);
  return {n, k, std::vector<std::int32_t>(size), std::vector<double>(size)};
}

Index blocks_of(Index n) { return (n + kTile - 1) / kTile; }
Block block_of(Index b, Index n) { return {b * kTile, std::min(kTile, n - b * kTile)}; }

void report(const Progress& progress, Index done, Index total) {
  tell(progress, "nearest rows", static_cast<double>(done) / static_cast<double>(total));
}

/// The `keep` best candidates of each row, by products of the rounded rows, or without them by float32 products.
Candidates best_candidates(const ComparedRows& given, const Bf16Rows* rounded, Index keep, int threads,
                           const Progress& progress) {
  const MatrixView rows = given.rows;
  const Index n = rows.rows, blocks = blocks_of(n);
  Candidates candidates(n, keep);
  std::vector<std::mutex> locks(static_cast<std::size_t>(blocks));
  std::vector<std::unique_ptr<RightFactor>> factors(static_cast<std::size_t>(blocks));
  parallel_for(blocks, threads, [&](Index b) {
    const Block block = block_of(b, n);
    factors[static_cast<std::size_t>(b)] = std::make_unique<RightFactor>(rows.middle_rows(block.first, block.count),
                                                                         RightFactor::kTransposed, rounded != nullptr, 1);
  });

  // Tiles are taken along diagonals, so that those at work at the same time seldom share a block of rows.
  std::vector<std::pair<Index, Index>> tiles;
  for (Index offset = 0; offset < blocks; ++offset)
    for (Index b = 0; b + offset < blocks; ++b) tiles.emplace_back(b, b + offset);

  const auto total = static_cast<Index>(tiles.size()), round = kRound * thread_count(threads);
  for (Index begin = 0; begin < total; begin += round) {
    report(progress, begin, total);
    parallel_for(std::min(round, total - begin), threads, [&](Index t) {
      const auto [first, second] = tiles[static_cast<std::size_t>(begin + t)];
      const Block a = block_of(first, n), b = block_of(second, n);
      thread_local Matrix buffer(kTile, kTile);
      const MatrixSpan products{buffer.data(), a.count, b.count, kTile};
      const RightFactor& right = *factors[static_cast<std::size_t>(second)];
      if (rounded) {
        right.multiply(*rounded, a.first, products);
      } else {
        right.multiply(rows.middle_rows(a.first, a.count), products);
      }
      // The lower block is always locked first, so that no two tiles wait for each other.
      const std::lock_guard lock_a(locks[static_cast<std::size_t>(first)]);
      std::unique_lock<std::mutex> lock_b;
      if (first != second) lock_b = std::unique_lock(locks[static_cast<std::size_t>(second)]);
      scan(products, a, b, given.shift, candidates);
    });
  }
  return candidates;
}

/// The `keep` best candidates, by float32 products with all rows, of the rows `some` alone; row i of the result is some[i].
Candidates best_candidates_of(const ComparedRows& given, std::span<const std::int32_t> some, Index keep, int threads,
                              const Progress& progress) {
  const MatrixView rows = given.rows;
  const Index n = rows.rows, m = static_cast<Index>(some.size());
  Candidates candidates(m, keep);
  const Index total = (m + kRankBlock - 1) / kRankBlock, round = 4 * thread_count(threads);
  for (Index begin = 0; begin < total; begin += round) {
    report(progress, begin, total);
    parallel_for(std::min(round, total - begin), threads, [&](Index b) {
      const Index first = (begin + b) * kRankBlock, count = std::min(kRankBlock, m - first);
      Matrix left(count, rows.cols), products(count, kTile);
      for (Index i = 0; i < count; ++i)
        std::copy_n(rows.row(some[static_cast<std::size_t>(first + i)]), rows.cols, left.row(i));
      for (Index tile = 0; tile < blocks_of(n); ++tile) {
        const Block right = block_of(tile, n);
        gemm(left, false, rows.middle_rows(right.first, right.count), true, {products.data(), count, right.count, kTile});
        for (Index i = first; i < first + count; ++i) {
          float* row = products.row(i - first);
          add_shifts(row, right.count, given.shift, some[static_cast<std::size_t>(i)], right.first);
          for (Index j = 0; j < right.count; ++j)
            if (row[j] >= candidates.bound(i) && right.first + j != some[static_cast<std::size_t>(i)])
              candidates.offer(i, row[j], right.first + j);
        }
      }
    });
  }
  return candidates;
}

/// Moves the candidates (at least k) that can be among the k nearest, when products may be off by `error`, to the front;
/// returns their number.
Index within_reach(std::span<Candidates::Entry> candidates, Index k, double error) {
  const auto first = candidates.begin(), kth = first + k - 1;
  std::nth_element(first, kth, candidates.end(), [](const auto& x, const auto& y) { return x.value > y.value; });
  const double least = static_cast<double>(kth->value) - 2 * error;
  return std::partition(kth + 1, candidates.end(), [&](const auto& x) { return static_cast<double>(x.value) >= least; }) -
         first;
}

/// How far the bf16 product of row i with any other row may lie from the true one. With x = x' + e, x' the rounded row:
/// |<x, y> - <x', y'>| <= |e_x| |y| + |x'| |e_y|, and summing d products in float32 adds at most d 2^-23 |x'| |y'| (one
/// rounding is 2^-24; the rest is slack, for the double arithmetic here too). Adding the shifts costs two
/// roundings more, at most 2^-22 (|shift_x| + |shift_y|) with the slack.
class Bf16Error {
 public:
  Bf16Error(const ComparedRows& given, const Bf16Rows& rounded, int threads)
      : moved_(rounded.moved), shifts_(given.shift), norm_(moved_.size()) {
    const MatrixView rows = given.rows;
    parallel_blocks(rows.rows, kRankBlock, threads, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i)
        norm_[static_cast<std::size_t>(i)] = std::sqrt(loops().dot_in_double(rows.row(i), rows.row(i), rows.cols));
    });
    longest_ = *std::max_element(norm_.begin(), norm_.end());
    most_ = *std::max_element(moved_.begin(), moved_.end());
    sum_ = static_cast<double>(rows.cols) * 0x1p-23;
    for (Index i = 0; i < rows.rows; ++i) largest_shift_ = std::max(largest_shift_, shift_of(i));
  }

  double of(Index i) const {
    const double moved = moved_[static_cast<std::size_t>(i)], norm = norm_[static_cast<std::size_t>(i)] + moved;
    return moved * longest_ + norm * most_ + sum_ * norm * (longest_ + most_) + 0x1p-22 * (shift_of(i) + largest_shift_);
  }

 private:
  double shift_of(Index i) const {
    return shifts_.empty() ? 0 : std::abs(static_cast<double>(shifts_[static_cast<std::size_t>(i)]));
  }

  const std::vector<double>& moved_;
  std::span<const float> shifts_;
  std::vector<double> norm_;
  double longest_ = 0, most_ = 0, sum_ = 0, largest_shift_ = 0;
};

/// Ranks the candidates of distinct rows and writes the lists of all their copies.
class Ranking {
 public:
  Ranking(const ComparedRows& rows, const DistinctRows& distinct, Neighbours& out)
      : rows_(rows), distinct_(distinct), out_(out) {}

  /// Writes the lists of distinct row u; returns the least similarity in them.
  double write(Index u, std::span<const Candidates::Entry> candidates) const {
    double least = std::numeric_limits<double>::infinity();
    std::vector<std::int32_t> expanded;
    for (const std::int32_t i : distinct_.copies(static_cast<std::size_t>(u))) {
      expanded.clear();
      // More than k + 1 copies of one row cannot all be needed.
      const auto expand = [&](std::int32_t v) {
        const auto all = distinct_.copies(static_cast<std::size_t>(v));
        for (const std::int32_t c : all.first(std::min(all.size(), static_cast<std::size_t>(out_.k) + 1)))
          if (c != i) expanded.push_back(c);
      };
      expand(static_cast<std::int32_t>(u));
      for (const Candidates::Entry& candidate : candidates) expand(candidate.index);
      rank(rows_, i, expanded, out_);
      least = std::min(least, out_.similarity_of(i).back());
    }
    return least;
  }

 private:
  const ComparedRows& rows_;
  const DistinctRows& distinct_;
  Neighbours& out_;
};

}  // namespace

Neighbours nearest_rows(const ComparedRows& given, Index k, int threads, const Progress& progress, bool bf16) {
  Neighbours result = empty_lists(given.rows.rows, k);
  const DistinctRows distinct = distinct_rows(given.rows);
  const Index count = distinct.count(), dim = given.rows.cols;
  const auto first_copy = [&](Index u) { return distinct.copies(static_cast<std::size_t>(u))[0]; };
  Matrix compact(count < given.rows.rows ? count : 0, dim);
  for (Index u = 0; u < compact.rows(); ++u) std::copy_n(given.rows.row(first_copy(u)), dim, compact.row(u));
  std::vector<float> shifts;
  for (Index u = 0; u < compact.rows() && !given.shift.empty(); ++u)
    shifts.push_back(given.shift[static_cast<std::size_t>(first_copy(u))]);
  const ComparedRows rows = count < given.rows.rows ? ComparedRows{compact, shifts} : given;
  const Ranking ranking(given, distinct, result);
  const auto rank_all = [&](Index rows_to_rank, const std::function<void(Index)>& rank_one) {
    parallel_blocks(rows_to_rank, kRankBlock, threads, [&](Index first, Index size) {
      for (Index i = first; i < first + size; ++i) rank_one(i);
    });
  };

  const Index keep = std::min(k + kSpare, count - 1), keep_bf16 = std::min(k + std::max(k, kSpareBf16), count - 1);
  std::vector<std::int32_t> open;  // rows whose lists are still to be found
  if (bf16 && has_bf16() && keep_bf16 < count - 1) {
    const Bf16Rows rounded = round_to_bf16(rows.rows, threads);
    Candidates candidates = best_candidates(rows, &rounded, keep_bf16, threads, progress);
    const Bf16Error error(rows, rounded, threads);
    std::vector<char> certain(static_cast<std::size_t>(count));
    rank_all(count, [&](Index u) {
      const auto all = candidates.of(u);
      const double off = error.of(u);
      const double least = ranking.write(u, all.first(static_cast<std::size_t>(within_reach(all, k, off))));
      // No row that was dropped can reach the list: its product in bf16 was at most the bound.
      certain[static_cast<std::size_t>(u)] = least > static_cast<double>(candidates.bound(u)) + off;
    });
    for (Index u = 0; u < count; ++u)
      if (!certain[static_cast<std::size_t>(u)]) open.push_back(static_cast<std::int32_t>(u));
    if (open.empty()) return result;
  }
  if (!open.empty() && 2 * static_cast<Index>(open.size()) < count) {
    Candidates candidates = best_candidates_of(rows, open, keep, threads, progress);
    rank_all(static_cast<Index>(open.size()),
             [&](Index i) { ranking.write(open[static_cast<std::size_t>(i)], candidates.of(i)); });
    return result;
  }
  Candidates candidates = best_candidates(rows, nullptr, keep, threads, progress);
  rank_all(count, [&](Index u) { ranking.write(u, candidates.of(u)); });
  return result;
}

Neighbours nearest_rows_reference(const ComparedRows& rows, Index k) {
  const Index n = rows.rows.rows;
  Neighbours result = empty_lists(n, k);
  std::vector<std::int32_t> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  for (Index i = 0; i < n; ++i) {
    std::vector<std::int32_t> others = all;
    std::erase(others, static_cast<std::int32_t>(i));
    rank(rows, i, others, result);
  }
  return result;
}

}  // namespace vec2vec
