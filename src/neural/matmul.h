#pragma once
#include <cstdint>

#include "vec2vec/matrix.h"

namespace vec2vec::neural {

/// Rounds count floats to the nearest bfloat16, ties to even.
void to_bfloat16(const float* from, std::uint16_t* to, Index count);

/// c (n, m) = a op(w) + (accumulate ? c : 0), on the calling thread; a (n, k), op(w) (k, m).
/// With w_half (only where has_bf16(), kernels/right_factor.h), the bfloat16 copy of w in w's shape, a is rounded to bfloat16
/// too and sums are kept in float32; else all is float32.
void matmul(MatrixView a, MatrixView w, const std::uint16_t* w_half, bool transpose_w, MatrixSpan c, bool accumulate = false);

/// c (k, m) += a^T b, on the calling thread: a (n, k), b (n, m); rounded to bfloat16 first when `half`.
void add_transposed_product(MatrixView a, MatrixView b, bool half, MatrixSpan c);

}  // namespace vec2vec::neural
