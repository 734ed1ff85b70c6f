// SPDX-License-Identifier: Apache-2.0
// The code of the loops (loops.h), for the level that VEC2VEC_LEVEL names. Sources that include it are compiled for one kind of
// CPU each. Whatever such a source calls must be its own (in an unnamed namespace, or static): the linker keeps one copy of an
// inline function of all sources, and if that came from here it would end the program on an older CPU. So nothing of std is
// called. scripts/check_cpu_levels.py checks the objects.
#include "core/bf16.h"
#include "kernels/exp.h"
#include "kernels/lane_sum.h"
#include "kernels/loops/loops.h"

namespace vec2vec::VEC2VEC_LEVEL {
namespace {

float dot(const float* a, const float* b, Index n) {
  return lane_sum<float, 16>(n, [=](Index j) { return a[j] * b[j]; });
}

double dot_in_double(const float* a, const float* b, Index n) {
  return sum_in_double(n, [=](Index j) { return static_cast<double>(a[j]) * static_cast<double>(b[j]); });
}

void add_scaled(float* __restrict to, float scale, const float* __restrict x, Index n) {
  for (Index j = 0; j < n; ++j) to[j] += scale * x[j];
}

float dot_bf16(const std::uint16_t* a, const float* b, Index n) {
  return lane_sum<float, 16>(n, [=](Index j) { return from_bf16(a[j]) * b[j]; });
}

void add_scaled_bf16(float* __restrict to, float scale, const std::uint16_t* __restrict x, Index n) {
  for (Index j = 0; j < n; ++j) to[j] += scale * from_bf16(x[j]);
}

void scale(float* to, float factor, const float* x, Index n) {
  for (Index j = 0; j < n; ++j) to[j] = factor * x[j];
}

void to_bf16_all(const float* __restrict from, std::uint16_t* __restrict to, Index n) {
  for (Index j = 0; j < n; ++j) to[j] = to_bf16(from[j]);
}

void exp_kernel(float* k, float scale, Index n) {
  for (Index j = 0; j < n; ++j) k[j] = fast_exp((k[j] - 1.0f) * scale);
}

void exp_kernel_bf16(const float* __restrict k, float scale, std::uint16_t* __restrict out, Index n) {
  const float scale2 = scale * 1.44269504f;
  for (Index j = 0; j < n; ++j) out[j] = exp2_bf16((k[j] - 1.0f) * scale2);
}

float largest(const float* row, Index n) {
  float lanes[16];
  for (float& lane : lanes) lane = row[0];
  Index j = 0;
  for (; j + 16 <= n; j += 16)
    for (Index l = 0; l < 16; ++l) lanes[l] = lanes[l] < row[j + l] ? row[j + l] : lanes[l];
  float best = lanes[0];
  for (const float lane : lanes) best = best < lane ? lane : best;
  for (; j < n; ++j) best = best < row[j] ? row[j] : best;
  return best;
}

Index above(const float* row, float bound, std::int32_t* where, Index n) {
  constexpr Index kLook = 16;
  Index found = 0;
  for (Index begin = 0; begin < n; begin += kLook) {
    const Index end = begin + kLook < n ? begin + kLook : n;
    int count = 0;
    if (end - begin == kLook)
      for (Index l = 0; l < kLook; ++l) count += row[begin + l] > bound;
    else
      count = 1;
    if (count == 0) continue;
    for (Index j = begin; j < end; ++j)
      if (row[j] > bound) where[found++] = static_cast<std::int32_t>(j);
  }
  return found;
}

void add_shifts(float* __restrict row, float own, const float* __restrict others, Index n) {
  for (Index j = 0; j < n; ++j) row[j] += own + others[j];
}

void hits(std::uint32_t* __restrict hits, const float* __restrict row, float bound, const float* __restrict bounds,
          Index strides) {
  for (Index l = 0; l < 64; ++l) hits[l] = 0;
  for (Index s = 0; s < strides; ++s)
    for (Index l = 0; l < 64; ++l) {
      const Index j = s * 64 + l;
      hits[l] |= static_cast<std::uint32_t>((row[j] >= bound) | (row[j] >= bounds[j])) << s;
    }
}

void largest_of_strides(float* __restrict largest, const float* __restrict row, Index n) {
  for (Index l = 0; l < 64; ++l) largest[l] = row[l];
  for (Index j = 64; j + 64 <= n; j += 64)
    for (Index l = 0; l < 64; ++l) largest[l] = largest[l] < row[j + l] ? row[j + l] : largest[l];
}

void swap_gains(float* __restrict gains, const SwapTables& tables, Index r) {
  const Index width = tables.width;
  for (Index v = 0; v < width; ++v) gains[v] = 0;
  for (Index c = 0; c < tables.k; ++c) {
    const float* __restrict a = tables.a + c * width;
    const float* __restrict b = tables.b + c * width;
    const float ar = a[r], br = b[r];
    for (Index v = 0; v < width; ++v) gains[v] += (ar - a[v]) * (b[v] - br);
  }
}

void update_gains(float* __restrict gains, const SwapTables& tables, Index r, Index s) {
  const Index width = tables.width;
  const float *ar = tables.a + r * width, *as = tables.a + s * width;
  const float *br = tables.b + r * width, *bs = tables.b + s * width;
  for (Index u = 0; u < tables.k; ++u) {
    const float da = ar[u] - as[u], db = bs[u] - br[u];
    float* __restrict g = gains + u * width;
    for (Index v = 0; v < width; ++v) g[v] += 2 * (da - (ar[v] - as[v])) * (db - (bs[v] - br[v]));
  }
}

Index best_swap(const SwapTables& tables, const float* gains, const float* until, const float* until_t, float now,
                float aspiration, float* best) {
  constexpr Index kLanes = 16;
  constexpr float kNever = -__builtin_huge_valf();
  float lane_best[kLanes];
  std::int32_t lane_row[kLanes];  // the first row in which that lane was so large
  for (Index l = 0; l < kLanes; ++l) {
    lane_best[l] = kNever;
    lane_row[l] = -1;
  }
  for (Index i = 0; i < tables.k; ++i)
    for (Index j = i * tables.width; j < (i + 1) * tables.width; j += kLanes)
      for (Index l = 0; l < kLanes; ++l) {
        const float g = gains[j + l], t = until[j + l], tt = until_t[j + l];
        const bool forbidden = ((t < tt ? t : tt) > now) & (g <= aspiration);
        const float gain = forbidden ? kNever : g;
        const bool better = gain > lane_best[l];
        lane_best[l] = better ? gain : lane_best[l];
        lane_row[l] = better ? static_cast<std::int32_t>(i) : lane_row[l];
      }
  *best = kNever;
  for (const float value : lane_best) *best = *best < value ? value : *best;
  std::int32_t row = -1;
  for (Index l = 0; l < kLanes; ++l)
    if (lane_best[l] == *best && lane_row[l] >= 0 && (row < 0 || lane_row[l] < row)) row = lane_row[l];
  return row;
}

inline float sigmoid(float t) { return 1.0f / (1.0f + fast_exp(-t)); }

float norm_silu(float* __restrict x, const float* __restrict gain, const float* __restrict shift,
                const float* __restrict residual, float* __restrict out, Index n) {
  constexpr float kNormEpsilon = 1e-5f;
  const float mean = lane_sum<float, 16>(n, [=](Index c) { return x[c]; }) / static_cast<float>(n);
  const float square = lane_sum<float, 16>(n, [=](Index c) { return (x[c] - mean) * (x[c] - mean); });
  const float inverse = 1.0f / __builtin_sqrtf(square / static_cast<float>(n) + kNormEpsilon);
  for (Index c = 0; c < n; ++c) {
    x[c] = (x[c] - mean) * inverse;
    const float t = x[c] * gain[c] + shift[c];
    out[c] = t * sigmoid(t);
  }
  if (residual)
    for (Index c = 0; c < n; ++c) out[c] += residual[c];
  return inverse;
}

void norm_silu_back(const float* __restrict d_out, const float* __restrict x, float inverse_deviation,
                    const float* __restrict gain, const float* __restrict shift, float* __restrict d_norm,
                    float* __restrict d_x, Index n) {
  for (Index c = 0; c < n; ++c) {
    const float t = x[c] * gain[c] + shift[c], s = sigmoid(t);
    d_norm[c] = d_out[c] * s * (1.0f + t * (1.0f - s));
    d_x[c] = d_norm[c] * gain[c];
  }
  const float mean = lane_sum<float, 16>(n, [=](Index c) { return d_x[c]; }) / static_cast<float>(n);
  const float slope = lane_sum<float, 16>(n, [=](Index c) { return d_x[c] * x[c]; }) / static_cast<float>(n);
  for (Index c = 0; c < n; ++c) d_x[c] = inverse_deviation * (d_x[c] - mean - x[c] * slope);
}

void add_norm_gradients(const float* __restrict d, const float* __restrict x, float* __restrict d_gain,
                        float* __restrict d_shift, Index n) {
  for (Index c = 0; c < n; ++c) {
    d_gain[c] += d[c] * x[c];
    d_shift[c] += d[c];
  }
}

void take_off_along(float* __restrict d, const float* __restrict v, float scale, Index n) {
  const float along = dot(d, v, n);
  for (Index c = 0; c < n; ++c) d[c] = (d[c] - along * v[c]) * scale;
}

void adam(const AdamStep& step, const float* __restrict gradient, float* __restrict first, float* __restrict second,
          float* __restrict value, Index n) {
  const auto [factor, beta1, beta2, keep, rate, second_scale, epsilon] = step;
  for (Index i = 0; i < n; ++i) {
    const float g = factor * gradient[i];
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    value[i] = keep * value[i] - rate * first[i] / (__builtin_sqrtf(second[i] * second_scale) + epsilon);
  }
}

}  // namespace

extern const Loops kLoops;
const Loops kLoops = {dot,
                      dot_in_double,
                      add_scaled,
                      scale,
                      dot_bf16,
                      add_scaled_bf16,
                      to_bf16_all,
                      exp_kernel,
                      exp_kernel_bf16,
                      largest,
                      above,
                      add_shifts,
                      hits,
                      largest_of_strides,
                      swap_gains,
                      update_gains,
                      best_swap,
                      norm_silu,
                      norm_silu_back,
                      add_norm_gradients,
                      take_off_along,
                      adam};

}  // namespace vec2vec::VEC2VEC_LEVEL
