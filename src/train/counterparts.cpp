// SPDX-License-Identifier: Apache-2.0
#include "train/counterparts.h"

#include <algorithm>

#include "core/random.h"
#include "kernels/soft_match.h"
#include "space/sample.h"
#include "space/spectral/spectrum.h"

namespace vec2vec::neural {

std::array<MatrixView, 2> halves(MatrixView rows) {
  const Index half = rows.rows / 2;
  return {rows.middle_rows(0, half), rows.middle_rows(half, half)};
}

Counterparts::Counterparts(const std::array<MatrixView, 2>& train, const NeuralOptions& options)
    : train_(train), options_(options) {
  for (std::size_t s = 0; s < 2; ++s)
    view_[s] = view_of(spectrum(train[s], options.threads), train[s].cols, options.matching_whitening);
}

void Counterparts::renew(const Network& forward, const Network& backward, Random random) {
  const Index count = std::min({options_.matching_rows, train_[0].rows, train_[1].rows}) / 2 * 2;
  for (std::size_t s = 0; s < 2; ++s) rows_[s] = gather(train_[s], random.sample(train_[s].rows, count));
  const SoftMatchOptions coupling{static_cast<float>(options_.matching_temperature), 2, options_.threads};
  const auto debias = static_cast<float>(options_.matching_debias);
  for (std::size_t s = 0; s < 2; ++s) {
    Matrix& t = targets_[s];
    t = (s == 0 ? forward : backward).translate(rows_[s], options_.threads);
    // Similar is what is similar in the whitened view; what is carried over are the rows themselves.
    const Matrix f_view = project(t, view_[1 - s], options_.threads),
                 y_view = project(rows_[1 - s], view_[1 - s], options_.threads);
    const auto f_views = halves(f_view), y_views = halves(y_view), f = halves(t), y = halves(rows_[1 - s]);
    std::array<Matrix, 2> to_native, to_translated;
    for (std::size_t h = 0; h < 2; ++h) {
      to_native[h] = soft_match(f_views[h], y_views[1 - h], y[1 - h], coupling);
      if (debias > 0) to_translated[h] = soft_match(f_views[h], f_views[1 - h], f[1 - h], coupling);
    }
    for (Index i = 0; i < count; ++i) {
      const std::size_t h = i < count / 2 ? 0 : 1;
      const Index k = i % (count / 2);
      for (Index c = 0; c < t.cols(); ++c) {
        const float own = debias > 0 ? t(i, c) - to_translated[h](k, c) : 0.0f;
        t(i, c) = to_native[h](k, c) + debias * own;
      }
    }
  }
}

}  // namespace vec2vec::neural
