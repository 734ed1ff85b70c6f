// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec::neural {

/// One tensor (rows, cols) of a model: where it lies in the model's flat arrays.
struct Slot {
  std::string name;
  Index offset = 0, rows = 0, cols = 0;
  std::size_t number = 0;  ///< among the model's tensors

  Index size() const { return rows * cols; }
};

/// All tensors of a model in one flat array, and their gradients in another of the same layout: optimiser, clipping, moving
/// average and checkpoint are then loops over arrays.
class Parameters {
 public:
  /// Adds a tensor of zeros.
  Slot add(std::string name, Index rows, Index cols);

  MatrixView value(const Slot& s) const { return {values.data() + s.offset, s.rows, s.cols, s.cols}; }
  MatrixSpan value(const Slot& s) { return {values.data() + s.offset, s.rows, s.cols, s.cols}; }
  MatrixSpan gradient(const Slot& s) { return {gradients.data() + s.offset, s.rows, s.cols, s.cols}; }
  /// The bfloat16 copy of a matrix or of its transpose as a right factor, or null when none is kept (see pack(), matmul.h).
  const std::uint16_t* half(const Slot& s, bool transposed) const {
    return keeps_halves() ? halves_.data() + half_offsets_[2 * s.number + (transposed ? 1 : 0)] : nullptr;
  }
  bool keeps_halves() const { return !halves_.empty(); }

  Index size() const { return static_cast<Index>(values.size()); }

  /// Rounds all matrices to bfloat16 for the next passes; to be called after every change of values.
  void refresh_halves(int threads);

  std::vector<float> values, gradients;
  std::vector<Slot> slots;

 private:
  std::vector<std::uint16_t, PageAllocator<std::uint16_t>> halves_;  ///< empty in float32 training
  std::vector<Index> half_offsets_;                                  ///< of each slot: as it is, transposed
};

}  // namespace vec2vec::neural
