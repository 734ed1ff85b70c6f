// SPDX-License-Identifier: Apache-2.0
#include "measure/prepared/cosine_ranks.h"

#include <cmath>
#include <mutex>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "space/sample.h"

namespace vec2vec {
namespace {

constexpr Index kBlock = 256;  // rows and columns of one product
constexpr double kShareOfStep = 1.0 / 65536;

}  // namespace

PairSide pair_side(const Space& space, const std::vector<Index>& rows) {
  PairSide side{gather(space.offset, rows), {}, {}, static_cast<float>(-space.centre_square)};
  for (const Index row : rows) {
    if (space.is_zero(row)) side.zeros.push_back(static_cast<Index>(side.along.size()));
    side.along.push_back(space.along[static_cast<std::size_t>(row)]);
  }
  return side;
}

void PairSide::cosines(Index first_a, Index first_b, MatrixSpan out) const {
  gemm(offset.view().middle_rows(first_a, out.rows), false, offset.view().middle_rows(first_b, out.cols), true, out);
  const float* others = along.data() + first_b;
  for (Index i = 0; i < out.rows; ++i) {
    const float own = along[static_cast<std::size_t>(first_a + i)];
    float* row = out.row(i);
    for (Index j = 0; j < out.cols; ++j) row[j] += own + others[j];
  }
  for (const Index zero : zeros) {
    if (zero >= first_a && zero < first_a + out.rows) std::fill_n(out.row(zero - first_a), out.cols, zero_cosine);
    for (Index i = 0; i < out.rows && zero >= first_b && zero < first_b + out.cols; ++i)
      out.row(i)[zero - first_b] = zero_cosine;
  }
}

void CosineRanks::cut_steps(const PairSide& side) {
  const Index n = side.offset.rows(), rows = std::min(kBlock, n);
  Matrix sample(rows, rows);
  side.cosines(0, n - rows, sample.span());
  for (std::size_t c = 0; c < kCells; ++c) cells_[c] = {static_cast<std::uint32_t>(c), kCellBits};  // a step a cell
  std::vector<std::uint32_t> sampled(kCells);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < rows; ++j) ++sampled[step_of(sample(i, j))];
  const double pairs = static_cast<double>(rows) * static_cast<double>(rows);
  std::uint32_t first = 0;
  for (std::size_t c = 0; c < kCells; ++c) {
    const double steps = static_cast<double>(sampled[c]) / pairs / kShareOfStep;
    const int bits = steps > 1 ? std::min(kCellBits, static_cast<int>(std::ceil(std::log2(steps)))) : 0;
    cells_[c] = {first, static_cast<std::uint32_t>(kCellBits - bits)};
    first += 1u << bits;
  }
  rank_.resize(first);
}

std::vector<std::uint64_t> CosineRanks::counts(const PairSide& side, int threads) const {
  const Index n = side.offset.rows(), blocks = (n + kBlock - 1) / kBlock;
  std::vector<std::uint64_t> counts(rank_.size());
  std::mutex mutex;
  parallel_for(blocks, threads, [&](Index t) {
    const Index own = t * kBlock, rows = std::min(kBlock, n - own);
    std::vector<std::uint32_t> local(counts.size());
    Matrix products(rows, kBlock);
    for (Index other = own; other < n; other += kBlock) {
      const MatrixSpan tile{products.data(), rows, std::min(kBlock, n - other), kBlock};
      side.cosines(own, other, tile);
      for (Index i = 0; i < rows; ++i)
        for (Index j = other == own ? i + 1 : 0; j < tile.cols; ++j) ++local[step_of(tile.row(i)[j])];
    }
    const std::lock_guard lock(mutex);  // whole numbers: the order of additions does not matter
    for (std::size_t s = 0; s < counts.size(); ++s) counts[s] += local[s];
  });
  return counts;
}

double CosineRanks::lower_end(std::size_t step) const {
  const auto after = [](std::size_t s, const Cell& c) { return s < c.first; };
  const auto cell = std::upper_bound(cells_.begin(), cells_.end(), step, after) - 1;
  const std::uint32_t key = (static_cast<std::uint32_t>(cell - cells_.begin()) << kCellBits) +
                            ((static_cast<std::uint32_t>(step) - cell->first) << cell->drop);
  return static_cast<double>(std::bit_cast<float>(key ^ (key >> 31 ? 0x80000000u : 0xFFFFFFFFu)));
}

CosineRanks::CosineRanks(const PairSide& side, int threads) : CosineRanks() {
  cut_steps(side);
  const std::vector<std::uint64_t> counted = counts(side, threads);
  const auto n = static_cast<double>(side.offset.rows()), total = n * (n - 1) / 2;
  double below = 0;
  for (std::size_t s = 0; s < rank_.size(); ++s) {
    const auto count = static_cast<double>(counted[s]);
    rank_[s] = static_cast<float>((below + count / 2) / total - 0.5);
    if (below < total / 2 && below + count >= total / 2) median_ = 0.5 * (lower_end(s) + lower_end(s + 1));
    below += count;
  }
}

}  // namespace vec2vec
