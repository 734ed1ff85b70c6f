// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "vec2vec/matrix.h"

namespace vec2vec::neural {

/// Rounds count floats to the nearest bfloat16, ties to even.
void to_bfloat16(const float* from, std::uint16_t* to, Index count);

/// Numbers that a right factor (k, m) takes in bfloat16, in the order in which matmul reads it. Only where has_bf16()
/// (kernels/right_factor.h), as pack().
Index packed_size(Index k, Index m);

/// Rounds w (k, m) and lays it out as a right factor, into packed_size(k, m) numbers, and its transpose into
/// packed_size(m, k).
void pack(MatrixView w, std::uint16_t* packed, std::uint16_t* packed_transposed);

/// c (n, m) = a op(w) + (accumulate ? c : 0), on the calling thread; a (n, k), op(w) (k, m).
/// With `packed`, which pack() made of op(w), a is rounded to bfloat16 too and sums are kept in float32; else all is float32.
void matmul(MatrixView a, MatrixView w, const std::uint16_t* packed, bool transpose_w, MatrixSpan c, bool accumulate = false);

/// c (k, m) = a^T b + (accumulate ? c : 0), on the calling thread: a (n, k), b (n, m); rounded to bfloat16 first when `half`.
void transposed_product(MatrixView a, MatrixView b, bool half, MatrixSpan c, bool accumulate);

}  // namespace vec2vec::neural
