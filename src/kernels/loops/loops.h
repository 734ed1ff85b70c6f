// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// What one step of AdamW does to a run of values.
struct AdamStep {
  float factor, beta1, beta2, keep, rate, second_scale, epsilon;
};

/// The tables of a tabu search (match/tabu.cpp): k rows of `width` floats, a multiple of 16.
struct SwapTables {
  Index k, width;
  const float *a, *b;  ///< b with its rows and columns permuted
};

/// The innermost loops that take time outside BLAS and oneDNN, over plain arrays. loops_at_level.h has their code. It is
/// compiled once for each CpuLevel (core/cpu/level.h), so that one binary is fast on all of them. The order of additions
/// depends on lengths alone, but with FMA (v3 and above) they round otherwise than without.
struct Loops {
  /// a . b in 16 sums side by side.
  float (*dot)(const float* a, const float* b, Index n);
  /// The same in double, in 32 sums.
  double (*dot_in_double)(const float* a, const float* b, Index n);
  /// to += scale * x.
  void (*add_scaled)(float* to, float scale, const float* x, Index n);
  /// to = scale * x; x may be to.
  void (*scale)(float* to, float scale, const float* x, Index n);
  /// The same of a in bfloat16 (core/bf16.h), and of x.
  float (*dot_bf16)(const std::uint16_t* a, const float* b, Index n);
  void (*add_scaled_bf16)(float* to, float scale, const std::uint16_t* x, Index n);
  /// Rounds to bfloat16 (core/bf16.h).
  void (*to_bf16)(const float* from, std::uint16_t* to, Index n);

  /// k = e^((k - 1) scale).
  void (*exp_kernel)(float* k, float scale, Index n);
  /// out = e^((k - 1) scale) in bfloat16.
  void (*exp_kernel_bf16)(const float* k, float scale, std::uint16_t* out, Index n);
  /// The largest of row; n >= 1.
  float (*largest)(const float* row, Index n);
  /// Writes the j with row[j] > bound, ascending, to `where` (room for n); returns how many.
  Index (*above)(const float* row, float bound, std::int32_t* where, Index n);

  /// row += own + others.
  void (*add_shifts)(float* row, float own, const float* others, Index n);
  /// Bit s of hits[l] (64): whether row[64 s + l] reaches bound or bounds[64 s + l], for s < strides <= 32.
  void (*hits)(std::uint32_t* hits, const float* row, float bound, const float* bounds, Index strides);
  /// largest[l] (64): the largest of row[l], row[l + 64] ..., of whole strides of 64; n >= 64.
  void (*largest_of_strides)(float* largest, const float* row, Index n);

  /// gains[v] = sum over c of (a[c][r] - a[c][v]) (b[c][v] - b[c][r]), for v < width.
  void (*swap_gains)(float* gains, const SwapTables& tables, Index r);
  /// What swapping r and s changes in the table of gains (k, width): adds 2 (da_u - da_v) (db_u - db_v), where da is row r of a
  /// less row s, and db is row s of b less row r.
  void (*update_gains)(float* gains, const SwapTables& tables, Index r, Index s);
  /// The largest allowed gain of the symmetric (k, width), into *best, and the first row that has it; -1 when none is allowed.
  /// A gain is forbidden where both `until` exceed now, unless it exceeds aspiration. The diagonal and what pads the rows must
  /// be minus infinity.
  Index (*best_swap)(const SwapTables& tables, const float* gains, const float* until, const float* until_t, float now,
                     float aspiration, float* best);

  /// x becomes (x - mean) / deviation and out = silu(gain x + shift) + residual (may be null); returns 1 / deviation.
  float (*norm_silu)(float* x, const float* gain, const float* shift, const float* residual, float* out, Index n);
  /// Its gradients: by gain x + shift in d_norm, by x in d_x.
  void (*norm_silu_back)(const float* d_out, const float* x, float inverse_deviation, const float* gain, const float* shift,
                         float* d_norm, float* d_x, Index n);
  /// d_gain += d x and d_shift += d.
  void (*add_norm_gradients)(const float* d, const float* x, float* d_gain, float* d_shift, Index n);
  /// d = (d - (d . v) v) scale.
  void (*take_off_along)(float* d, const float* v, float scale, Index n);
  /// One step of AdamW; first and second are the means of the gradient and of its square.
  void (*adam)(const AdamStep& step, const float* gradient, float* first, float* second, float* value, Index n);
};

/// The loops of cpu_level().
const Loops& loops();

/// The loops of the levels that this build and this CPU can run, from the lowest; for tests.
const Loops& loops_of(std::size_t possible_level);

}  // namespace vec2vec
