#include "measure/cosine_ranks.h"

#include <algorithm>
#include <cmath>

#include "core/gemm.h"

namespace vec2vec {
namespace {

constexpr double kShareOfStep = 1.0 / 65536;

float float_of(std::uint32_t key) { return std::bit_cast<float>(key ^ (key >> 31 ? 0x80000000u : 0xFFFFFFFFu)); }

}  // namespace

void PairSide::cosines(Index first_a, Index first_b, MatrixSpan out) const {
  gemm(offset.middle_rows(first_a, out.rows), false, offset.middle_rows(first_b, out.cols), true, out);
  const float* others = along.data() + first_b;
  for (Index i = 0; i < out.rows; ++i) {
    const float own = along[static_cast<std::size_t>(first_a + i)];
    float* row = out.row(i);
    for (Index j = 0; j < out.cols; ++j) row[j] += own + others[j];
  }
  for (const Index zero : zeros) {
    if (zero >= first_a && zero < first_a + out.rows) std::fill_n(out.row(zero - first_a), out.cols, zero_cosine);
    for (Index i = 0; i < out.rows && zero >= first_b && zero < first_b + out.cols; ++i) out.row(i)[zero - first_b] = zero_cosine;
  }
}

CosineRanks::CosineRanks(std::span<const float> sample) : cells_(std::size_t{1} << (32 - kCellBits)) {
  std::vector<std::uint32_t> counts(cells_.size());
  for (std::size_t c = 0; c < cells_.size(); ++c) cells_[c] = {static_cast<std::uint32_t>(c), kCellBits};  // a step a cell
  for (const float cosine : sample) ++counts[step_of(cosine)];
  std::uint32_t first = 0;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    const double steps = static_cast<double>(counts[c]) / static_cast<double>(std::max<std::size_t>(1, sample.size())) / kShareOfStep;
    const int bits = steps > 1 ? std::min(kCellBits, static_cast<int>(std::ceil(std::log2(steps)))) : 0;
    cells_[c] = {first, static_cast<std::uint32_t>(kCellBits - bits)};
    first += 1u << bits;
  }
  rank_.resize(first);
}

float CosineRanks::lower_end(std::size_t step) const {
  const auto cell = std::upper_bound(cells_.begin(), cells_.end(), step,
                                     [](std::size_t s, const Cell& c) { return s < c.first; }) - 1;
  const auto within = static_cast<std::uint32_t>(step) - cell->first;
  return float_of((static_cast<std::uint32_t>(cell - cells_.begin()) << kCellBits) + (within << cell->drop));
}

void CosineRanks::set_counts(std::span<const std::uint64_t> counts) {
  double total = 0, below = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  for (std::size_t s = 0; s < rank_.size(); ++s) {
    const auto count = static_cast<double>(counts[s]);
    rank_[s] = static_cast<float>((below + count / 2) / total - 0.5);
    if (below < total / 2 && below + count >= total / 2) {
      const auto low = static_cast<double>(lower_end(s));
      median_ = s + 1 < rank_.size() ? 0.5 * (low + static_cast<double>(lower_end(s + 1))) : low;
    }
    below += count;
  }
}

}  // namespace vec2vec
