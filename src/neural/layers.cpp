#include "neural/layers.h"

#include <algorithm>
#include <cmath>

#include "kernels/exp.h"
#include "kernels/lane_sum.h"

namespace vec2vec::neural {
namespace {

constexpr float kNormEpsilon = 1e-5f;

float sigmoid(float t) { return 1.0f / (1.0f + fast_exp(-t)); }

}  // namespace

void add_bias(MatrixSpan y, MatrixView bias) {
  for (Index i = 0; i < y.rows; ++i) {
    float* out = y.row(i);
    for (Index c = 0; c < y.cols; ++c) out[c] += bias.data[c];
  }
}

void add_column_sums(MatrixView x, MatrixSpan sums) {
  for (Index i = 0; i < x.rows; ++i) {
    const float* in = x.row(i);
    for (Index c = 0; c < x.cols; ++c) sums.data[c] += in[c];
  }
}

void norm_silu_forward(MatrixSpan x, float* inverse_deviation, MatrixView gain, MatrixView shift, MatrixView residual,
                       MatrixSpan out) {
  const Index m = x.cols;
  for (Index i = 0; i < x.rows; ++i) {
    float *v = x.row(i), *y = out.row(i);
    const float mean = lane_sum<float, 16>(m, [v](Index c) { return v[c]; }) / static_cast<float>(m);
    const float square = lane_sum<float, 16>(m, [v, mean](Index c) { return (v[c] - mean) * (v[c] - mean); });
    const float scale = inverse_deviation[i] = 1.0f / std::sqrt(square / static_cast<float>(m) + kNormEpsilon);
    for (Index c = 0; c < m; ++c) {
      v[c] = (v[c] - mean) * scale;
      const float t = v[c] * gain.data[c] + shift.data[c];
      y[c] = t * sigmoid(t);
    }
    if (!residual.data) continue;
    const float* r = residual.row(i);
    for (Index c = 0; c < m; ++c) y[c] += r[c];
  }
}

void norm_silu_backward(MatrixView d_out, MatrixView xhat, const float* inverse_deviation, MatrixView gain, MatrixView shift,
                        MatrixSpan d_norm, MatrixSpan d_x) {
  const Index m = xhat.cols;
  for (Index i = 0; i < d_out.rows; ++i) {
    const float *v = xhat.row(i), *d = d_out.row(i);
    float *dn = d_norm.row(i), *dx = d_x.row(i);
    for (Index c = 0; c < m; ++c) {
      const float t = v[c] * gain.data[c] + shift.data[c], s = sigmoid(t);
      dn[c] = d[c] * s * (1.0f + t * (1.0f - s));
      dx[c] = dn[c] * gain.data[c];
    }
    const float mean = lane_sum<float, 16>(m, [dx](Index c) { return dx[c]; }) / static_cast<float>(m);
    const float slope = lane_sum<float, 16>(m, [dx, v](Index c) { return dx[c] * v[c]; }) / static_cast<float>(m);
    for (Index c = 0; c < m; ++c) dx[c] = inverse_deviation[i] * (dx[c] - mean - v[c] * slope);
  }
}

void add_norm_gradients(MatrixView d_norm, MatrixView xhat, MatrixSpan d_gain, MatrixSpan d_shift) {
  for (Index i = 0; i < d_norm.rows; ++i) {
    const float *d = d_norm.row(i), *v = xhat.row(i);
    for (Index c = 0; c < d_norm.cols; ++c) {
      d_gain.data[c] += d[c] * v[c];
      d_shift.data[c] += d[c];
    }
  }
}

void unit_forward(MatrixSpan x, float* norms) {
  for (Index i = 0; i < x.rows; ++i) {
    float* v = x.row(i);
    norms[i] = std::max(std::sqrt(lane_sum<float, 16>(x.cols, [v](Index c) { return v[c] * v[c]; })), 1e-12f);
    const float scale = 1.0f / norms[i];
    for (Index c = 0; c < x.cols; ++c) v[c] *= scale;
  }
}

void unit_backward(MatrixView y, const float* norms, MatrixSpan d_y) {
  for (Index i = 0; i < y.rows; ++i) {
    const float* v = y.row(i);
    float* d = d_y.row(i);
    const float along = lane_sum<float, 16>(y.cols, [d, v](Index c) { return d[c] * v[c]; });
    const float scale = 1.0f / norms[i];
    for (Index c = 0; c < y.cols; ++c) d[c] = (d[c] - along * v[c]) * scale;
  }
}

}  // namespace vec2vec::neural
