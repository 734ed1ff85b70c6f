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
  /// The bfloat16 copy of a tensor, or null when none is kept.
  const std::uint16_t* half(const Slot& s) const { return halves.empty() ? nullptr : halves.data() + s.offset; }

  Index size() const { return static_cast<Index>(values.size()); }

  /// Rounds all values to bfloat16 for the next forward passes; to be called after every change of values.
  void refresh_halves(int threads);

  std::vector<float> values, gradients;
  std::vector<std::uint16_t> halves;  ///< empty in float32 training
  std::vector<Slot> slots;
};

}  // namespace vec2vec::neural
