// SPDX-License-Identifier: Apache-2.0
#include "map/fingerprint.h"

#include <algorithm>
#include <cmath>

#include "core/boundary.h"
#include "space/sample.h"
#include "space/unit.h"
#include "vec2vec/map.h"

namespace vec2vec {
namespace {

constexpr Index kShareRows = 4000, kFingerprintRows = 20000;  // rows, spread evenly

/// Mean over rows (n, d), of norm 1, of the energy along axes (r, d); zero rows are left out.
double energy_along(MatrixView rows, MatrixView axes) {
  double sum = 0, counted = 0;
  for (Index i = 0; i < rows.rows; ++i) {
    double energy = 0, total = 0;
    for (Index c = 0; c < rows.cols; ++c) total += static_cast<double>(rows.row(i)[c]) * rows.row(i)[c];
    if (total < 0.5) continue;
    for (Index a = 0; a < axes.rows; ++a) {
      double dot = 0;
      for (Index c = 0; c < rows.cols; ++c) dot += static_cast<double>(rows.row(i)[c]) * axes.row(a)[c];
      energy += dot * dot;
    }
    sum += energy;
    counted += 1;
  }
  return counted > 0 ? sum / counted : 1.0;
}

}  // namespace

LeadingAxes leading_axes(MatrixView centred, const Spectrum& principal) {
  LeadingAxes leading{Matrix(std::clamp<Index>(centred.cols / 8, 1, 32), centred.cols), 0};
  for (Index a = 0; a < leading.axes.rows(); ++a)
    for (Index c = 0; c < centred.cols; ++c) leading.axes(a, c) = principal.vectors(c, a);
  leading.share = energy_along(SpreadRows(centred, kShareRows), leading.axes);
  return leading;
}

Fingerprint fingerprint(MatrixView rows) try {
  Fingerprint f;
  f.rows = rows.rows;
  f.dim = rows.cols;
  if (rows.rows == 0 || rows.cols == 0) return f;
  const SpreadRows spread(rows, kFingerprintRows);
  const MatrixView sample = spread;
  double norm = 0, mean_square = 0;
  for (Index i = 0; i < sample.rows; ++i) {
    double square = 0;
    for (Index c = 0; c < sample.cols; ++c) square += static_cast<double>(sample.row(i)[c]) * sample.row(i)[c];
    norm = std::max(norm, std::abs(std::sqrt(square) - 1));
  }
  f.unit_rows = norm < 1e-2;
  CentredRows centred = centre(sample, 0);
  for (Index c = 0; c < f.dim; ++c) mean_square += static_cast<double>(centred.mean(0, c)) * centred.mean(0, c);
  f.mean_norm = std::sqrt(mean_square);
  const Spectrum principal = spectrum(centred.rows, 0);
  double total = 0, entropy = 0;
  for (double value : principal.values) total += value;
  for (double value : principal.values)
    if (value > 0 && total > 0) entropy -= value / total * std::log(value / total);
  f.effective_rank = std::exp(entropy);
  LeadingAxes leading = leading_axes(centred.rows, principal);
  f.axes = std::move(leading.axes);
  f.share = leading.share;
  f.mean = std::move(centred.mean);
  return f;
} catch (...) {
  rethrow_as_error();
}

bool Map::fits(MatrixView rows) const try {
  if (rows.rows < 8 || source_axes.rows() == 0) return true;
  const Matrix sample = centre_by(SpreadRows(rows, kFitRows), source_mean);
  const double chance = static_cast<double>(source_axes.rows()) / static_cast<double>(source_axes.cols());
  return energy_along(sample, source_axes) >= std::sqrt(chance * source_share);
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
