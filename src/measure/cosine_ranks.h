#pragma once
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Rows whose cosines are compared in pairs: cosine(i, j) = pivot + along[i] + along[j] + offset_i . offset_j. The pivot lies in
/// the midst of all cosines, so that float32 keeps their differences even when all of them are nearly 1.
struct PairSide {
  MatrixView offset;               ///< (n, d)
  std::span<const float> along;    ///< (n)
  std::span<const Index> zeros;    ///< rows without a direction, ascending; their cosines are 0 and nothing near it
  float zero_cosine = 0;           ///< 0 less the pivot

  /// Cosines less the pivot of rows first_a .. with rows first_b .., for out.rows x out.cols pairs. On the calling thread.
  void cosines(Index first_a, Index first_b, MatrixSpan out) const;
};

/// Where a cosine stands among those of all pairs of rows. A float's leading bits name a cell; each cell is cut into equal steps,
/// more of them where a sample of the pairs is dense, and a cosine has the mean rank of those on its step. Where cosines are
/// dense a step holds some 1 / 65,536 of them, whatever their scale: that moves a rank correlation by less than 1e-6.
class CosineRanks {
 public:
  /// Cuts the steps by a sample of cosines (less the pivot).
  explicit CosineRanks(std::span<const float> sample);

  std::size_t steps() const { return rank_.size(); }

  /// The step that a cosine (less the pivot) is on; larger cosines are on the same or a later one.
  std::uint32_t step_of(float cosine) const {
    const auto bits = std::bit_cast<std::uint32_t>(cosine);
    const std::uint32_t key = bits ^ (bits >> 31 ? 0xFFFFFFFFu : 0x80000000u);  // unsigned, in the order of the floats
    const Cell cell = cells_[key >> kCellBits];
    return cell.first + ((key & ((1u << kCellBits) - 1)) >> cell.drop);
  }

  /// Sets ranks from how many of all cosines are on each step.
  void set_counts(std::span<const std::uint64_t> counts);

  /// The mean rank of the cosines on that step over their number, less its mean: in [-0.5, 0.5].
  float of(float cosine) const { return rank_[step_of(cosine)]; }

  /// The middle of the step that holds the median, a cosine less the pivot.
  double median() const { return median_; }

 private:
  static constexpr int kCellBits = 16;
  struct Cell {
    std::uint32_t first;  ///< its first step
    std::uint32_t drop;   ///< low bits of a key that do not matter
  };
  float lower_end(std::size_t step) const;

  std::vector<Cell> cells_;  ///< 2^16
  std::vector<float> rank_;
  double median_ = 0;
};

}  // namespace vec2vec
