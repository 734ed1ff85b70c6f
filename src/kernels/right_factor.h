// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Whether this build and this CPU multiply bfloat16 matrices in hardware (oneDNN, AVX512-BF16 or AMX).
bool has_bf16();

/// Rows x (n, d) rounded to bfloat16, and how far that moved each: |x - bf16(x)|.
struct Bf16Rows {
  Index cols = 0;
  std::vector<std::uint16_t> values;  ///< (n, d)
  std::vector<double> moved;          ///< (n)
};
Bf16Rows round_to_bf16(MatrixView rows, int threads);

/// The right factor of many products, laid out once. In bf16 the entries of both factors are rounded to 8 bits and the products
/// summed in float32: the dot product of two unit rows is off by about 2^-9 / sqrt(d), for a quarter of the time.
class RightFactor {
 public:
  enum Shape { kAsIs, kTransposed };

  /// Columns of the product that are made at once: of 384 entries of bfloat16 each, their factor fills much of a level-2 cache.
  static constexpr Index kTile = 1024;

  /// y (m, d), used as it is or as y^T; must outlive this object. bf16 is ignored where has_bf16() is false. Cost: O(m d).
  RightFactor(MatrixView y, Shape shape, bool bf16, int threads);
  ~RightFactor();

  /// out = x y, x (b, m), out (b, d); or out = x y^T, x (b, d), out (b, m). 2 b m d flops on the calling thread; any number of
  /// threads may call it at once.
  void multiply(MatrixView x, MatrixSpan out) const;

  /// The same for rows first .. first + out.rows - 1 of x, which were rounded once for several factors. Needs bf16 and
  /// has_bf16().
  void multiply(const Bf16Rows& x, Index first, MatrixSpan out) const;

  /// The same for rows of x that lie side by side: of bfloat16 (needs bf16 and has_bf16()), or of float32.
  void multiply(const std::uint16_t* x, MatrixSpan out) const;
  void multiply(const float* x, MatrixSpan out) const { multiply({x, out.rows, depth()}, out); }

  /// Columns first .. first + out.cols - 1 of the product alone, x being rows (out.rows, depth) of bfloat16 or float32 as
  /// above. first: a multiple of kTile; out.cols: kTile, or what is left.
  void multiply_tile(const std::uint16_t* x, Index first, MatrixSpan out) const;
  void multiply_tile(const float* x, Index first, MatrixSpan out) const;

 private:
  struct Packed;
  Index depth() const { return shape_ == kAsIs ? y_.rows : y_.cols; }
  MatrixView y_;
  Shape shape_;
  std::unique_ptr<Packed> packed_;  ///< null: float32
};

}  // namespace vec2vec
