// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>
#include <vector>

#include "measure/prepared/space.h"

namespace vec2vec {

/// Some rows of a space, for the cosines of all pairs of them.
struct PairSide {
  Matrix offset;             ///< (n, d)
  std::vector<float> along;  ///< (n)
  std::vector<Index> zeros;  ///< rows whose cosines are all 0
  float zero_cosine = 0;     ///< 0 less Space::centre_square

  /// Cosines, less Space::centre_square, of rows first_a .. with rows first_b .., for out.rows x out.cols pairs. They lie
  /// around 0, where float32 keeps their differences even when all cosines are nearly 1. On the calling thread.
  void cosines(Index first_a, Index first_b, MatrixSpan out) const;
};
PairSide pair_side(const Space& space, const std::vector<Index>& rows);

/// Where a cosine stands among those of all pairs of different rows. A float's leading bits name a cell; each cell is cut into
/// equal steps, more of them where a sample of the pairs is dense, and a cosine has the mean rank of those on its step. Where
/// cosines are dense a step holds some 1 / 65,536 of them, whatever their scale: that moves a rank correlation by less than
/// 1e-6.
class CosineRanks {
 public:
  /// Every cosine has rank 0.
  CosineRanks() : cells_(kCells, Cell{0, kCellBits}), rank_(1) {}

  /// Ranks the cosines of all pairs. Rows must be in random order. Cost n^2 d flops.
  CosineRanks(const PairSide& side, int threads);

  /// The mean rank of the cosines (less Space::centre_square) on that step over their number, less its mean: in [-0.5, 0.5].
  float of(float cosine) const { return rank_[step_of(cosine)]; }

  /// The middle of the step that holds the median (less Space::centre_square).
  double median() const { return median_; }

 private:
  static constexpr int kCellBits = 16;
  static constexpr std::size_t kCells = std::size_t{1} << (32 - kCellBits);
  struct Cell {
    std::uint32_t first;  ///< its first step
    std::uint32_t drop;   ///< low bits of a key that do not matter
  };

  /// Larger cosines are on the same or a later step.
  std::uint32_t step_of(float cosine) const {
    const auto bits = std::bit_cast<std::uint32_t>(cosine);
    const std::uint32_t key = bits ^ (bits >> 31 ? 0xFFFFFFFFu : 0x80000000u);  // unsigned, in the order of the floats
    const Cell cell = cells_[key >> kCellBits];
    return cell.first + ((key & ((1u << kCellBits) - 1)) >> cell.drop);
  }
  void cut_steps(const PairSide& side);
  std::vector<std::uint64_t> counts(const PairSide& side, int threads) const;
  double lower_end(std::size_t step) const;

  std::vector<Cell> cells_;
  std::vector<float> rank_;
  double median_ = 0;
};

}  // namespace vec2vec
