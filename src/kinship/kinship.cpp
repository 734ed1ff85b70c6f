// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/kinship.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "core/boundary.h"
#include "core/matrix/gemm.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "space/check_rows.h"
#include "space/sample.h"
#include "space/spectral/spectrum.h"
#include "space/unit.h"
#include "vec2vec/align.h"

namespace vec2vec {
namespace {

/// Bounds on the correlation (docs/results/confidence.md, fingerprints). Files of one model have 0.32 and more from 2,000 rows
/// on, 0.26 with 500; two MiniLM models, which seem to share their start, have 0.12 to 0.17, other models at most 0.011.
constexpr double kSame = 0.25, kRelated = 0.05, kRelatedDeviations = 6;

struct Moments {
  Matrix mean;                ///< (1, d), of the unit rows
  Spectrum principal;         ///< of the centred unit rows
  std::vector<double> roots;  ///< square roots of the eigenvalues
};

Moments moments(MatrixView rows, int threads) {
  CentredRows centred = centre(rows, threads);
  Moments m{std::move(centred.mean), spectrum(centred.rows, threads), {}};
  for (double value : m.principal.values) m.roots.push_back(std::sqrt(value));
  return m;
}

/// <A - tr A / d, B - tr B / d> / norms for A = sum of roots_i v_i v_i^T and B alike.
double axis_correlation(const Moments& a, const Moments& b) {
  const Index d = a.principal.vectors.rows();
  Matrix overlaps(d, d);  // v_i . w_j
  gemm(a.principal.vectors, true, b.principal.vectors, false, overlaps.span());
  double product = 0;
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j < d; ++j)
      product += a.roots[static_cast<std::size_t>(i)] * b.roots[static_cast<std::size_t>(j)] * overlaps(i, j) * overlaps(i, j);
  const auto trace = [](const Moments& m) { return std::accumulate(m.roots.begin(), m.roots.end(), 0.0); };
  const auto norm = [&](const Moments& m) {
    const double square = std::inner_product(m.roots.begin(), m.roots.end(), m.roots.begin(), 0.0);
    return std::sqrt(std::max(square - trace(m) * trace(m) / static_cast<double>(d), 1e-300));
  };
  return (product - trace(a) * trace(b) / static_cast<double>(d)) / (norm(a) * norm(b));
}

double cosine(MatrixView a, MatrixView b) {
  double dot = 0, aa = 0, bb = 0;
  for (Index c = 0; c < a.cols; ++c) {
    dot += static_cast<double>(a.data[c]) * b.data[c];
    aa += static_cast<double>(a.data[c]) * a.data[c];
    bb += static_cast<double>(b.data[c]) * b.data[c];
  }
  return dot / std::sqrt(std::max(aa * bb, 1e-300));
}

double spectrum_distance(std::vector<double> a, std::vector<double> b) {
  const std::size_t d = std::max(a.size(), b.size());
  a.resize(d);
  b.resize(d);
  const double sum_a = std::accumulate(a.begin(), a.end(), 1e-300), sum_b = std::accumulate(b.begin(), b.end(), 1e-300);
  double distance = 0;
  for (std::size_t i = 0; i < d; ++i) distance += std::abs(a[i] / sum_a - b[i] / sum_b) / 2;
  return distance;
}

void check_rows(MatrixView rows, const std::string& name) {
  require_enough_rows(rows, name, "covariances need at least 64, and 2,000 to be trusted");
  require_finite_rows(rows, name);
}

Kinship kinship_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAligned:
      return Kinship::kAlignable;
    case Verdict::kNotAligned:
      return Kinship::kUnalignable;
    case Verdict::kUncertain:
      break;
  }
  return Kinship::kUncertain;
}

}  // namespace

const char* to_string(Kinship kinship) {
  switch (kinship) {
    case Kinship::kSameModel:
      return "SAME_MODEL";
    case Kinship::kRelated:
      return "RELATED";
    case Kinship::kAlignable:
      return "ALIGNABLE";
    case Kinship::kUncertain:
      return "UNCERTAIN";
    case Kinship::kUnalignable:
      return "UNALIGNABLE";
  }
  return "";
}

void KinshipOptions::validate() const {
  const CheckOptions check("KinshipOptions");
  check.at_least(kFewestRowsASide, max_rows, "max_rows");
  check.threads(threads);
  check.seconds(time_budget, "time_budget");
}

KinshipReport compare_models(MatrixView a, MatrixView b, const KinshipOptions& options) try {
  options.validate();
  const SpreadRows spread_a(a, options.max_rows), spread_b(b, options.max_rows);
  const MatrixView rows_a = spread_a, rows_b = spread_b;
  check_rows(rows_a, "A");
  check_rows(rows_b, "B");
  KinshipReport report;
  report.dim_a = a.cols;
  report.dim_b = b.cols;
  report.rows_a = rows_a.rows;
  report.rows_b = rows_b.rows;
  const Moments of_a = moments(rows_a, options.threads), of_b = moments(rows_b, options.threads);
  report.spectrum_distance = spectrum_distance(of_a.principal.values, of_b.principal.values);
  if (a.cols == b.cols) {
    const auto d = static_cast<double>(a.cols);
    report.null_deviation = std::sqrt(2 / ((d - 1) * (d + 2)));
    report.axis_correlation = axis_correlation(of_a, of_b);
    report.mean_cosine = cosine(of_a.mean, of_b.mean);
    if (report.axis_correlation >= std::max(kSame, kRelatedDeviations * report.null_deviation)) {
      report.kinship = Kinship::kSameModel;
      return report;
    }
    if (report.axis_correlation >= std::max(kRelated, kRelatedDeviations * report.null_deviation)) {
      report.kinship = Kinship::kRelated;
      return report;
    }
  }
  if (!options.search) return report;
  AlignOptions search;
  search.seed = options.seed;
  search.threads = options.threads;
  search.time_budget = options.time_budget;
  search.progress = options.progress;
  const AlignSummary found = align({rows_a, rows_b, "A", "B"}, search);
  report.searched = true;
  report.agreement = found.evidence.agreement;
  report.kinship = kinship_of(found.verdict);
  return report;
} catch (...) {
  rethrow_as_error();
}

std::string KinshipReport::brief() const {
  const char* meaning = "";
  switch (kinship) {
    case Kinship::kSameModel:
      meaning = "one model: the rows can be compared as they are";
      break;
    case Kinship::kRelated:
      meaning = "one coordinate system: versions of one model, or one model seen through few or very different rows";
      break;
    case Kinship::kAlignable:
      meaning = "other coordinates, and align finds a map";
      break;
    case Kinship::kUncertain:
      meaning = "other coordinates; whether a map exists stays open";
      break;
    case Kinship::kUnalignable:
      meaning = "other coordinates, and align finds no map";
      break;
  }
  std::string text = laid_out("{}  ({})\n", to_string(kinship), meaning);
  text += laid_out("  rows looked at                  {} x {} and {} x {}\n", rows_a, dim_a, rows_b, dim_b);
  if (dim_a == dim_b) {
    text += laid_out("  correlation of principal axes   {}   (other coordinates: 0 +- {})\n", fixed(axis_correlation, 3),
                     fixed(null_deviation, 4));
    text += laid_out("  cosine of the means             {}\n", fixed(mean_cosine, 3));
  }
  text += laid_out("  distance of the spectra         {}   (a rotated copy: 0)\n", fixed(spectrum_distance, 3));
  if (searched)
    text += laid_out("  agreement of searches for a map {}   (1 = the same map, 0 = unrelated)\n", fixed(agreement, 3));
  return text;
}

std::string KinshipReport::to_json() const {
  nlohmann::ordered_json json = {{"verdict", to_string(kinship)},
                                 {"dims", {dim_a, dim_b}},
                                 {"rows", {rows_a, rows_b}},
                                 {"spectrum_distance", spectrum_distance}};
  if (dim_a == dim_b) {
    json["axis_correlation"] = axis_correlation;
    json["null_deviation"] = null_deviation;
    json["mean_cosine"] = mean_cosine;
  }
  if (searched) json["agreement"] = agreement;
  return json_text(json, 2);
}

}  // namespace vec2vec
