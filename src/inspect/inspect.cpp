// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/inspect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "core/boundary.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "inspect/spectrum.h"
#include "space/distinct.h"
#include "space/sample.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlockRows = 4096;

double norm_of(const float* row, Index dim) {
  double square = 0;
  for (Index j = 0; j < dim; ++j) square += static_cast<double>(row[j]) * static_cast<double>(row[j]);
  return std::sqrt(square);
}

/// The figures of all rows that one pass over the file collects.
struct Pass {
  std::vector<float> norms;     ///< of every row; NaN for a row that is not finite
  std::vector<RowHash> hashes;  ///< of every row
  Matrix sample;                ///< evenly spread rows, the first `sampled` of them filled
  Index sampled = 0;
};

Pass read_once(RowSource& source, const InspectOptions& options) {
  const Index n = source.rows(), dim = source.dim(), sample = std::min(options.max_rows, n);
  Pass pass{std::vector<float>(static_cast<std::size_t>(n)), std::vector<RowHash>(static_cast<std::size_t>(n)),
            Matrix(sample, dim)};
  Matrix block(std::min(kBlockRows, n), dim);
  Index next = 0;  // number of the next sample row
  for (Index first = 0; first < n; first += kBlockRows) {
    tell(options.progress, "read", static_cast<double>(first) / static_cast<double>(n));
    const Index count = std::min(kBlockRows, n - first);
    source.read(first, block.span().middle_rows(0, count));
    parallel_for((count + 255) / 256, options.threads, [&](Index part) {
      for (Index i = part * 256; i < std::min(count, (part + 1) * 256); ++i) {
        const auto row = static_cast<std::size_t>(first + i);
        const double norm = norm_of(block.row(i), dim);
        pass.norms[row] = std::isfinite(norm) ? static_cast<float>(norm) : std::numeric_limits<float>::quiet_NaN();
        pass.hashes[row] = hash_row(block.row(i), dim);
      }
    });
    for (; next < sample; ++next) {
      const Index row = spread_row(next, sample, n);
      if (row >= first + count) break;
      if (!(pass.norms[static_cast<std::size_t>(row)] > 0)) continue;  // NaN or zero: it has no direction
      std::copy_n(block.row(row - first), dim, pass.sample.row(pass.sampled++));
    }
  }
  return pass;
}

/// Counts and quantiles of norms; NaN marks rows that are not finite.
void summarize_norms(std::vector<float> norms, Inspection& result) {
  for (std::size_t i = 0; i < norms.size(); ++i) {
    const auto row = static_cast<Index>(i);
    if (std::isnan(norms[i])) {
      if (result.nan_rows++ == 0) result.first_nan_row = row;
    } else if (norms[i] == 0) {
      if (result.zero_rows++ == 0) result.first_zero_row = row;
    }
  }
  std::erase_if(norms, [](float x) { return std::isnan(x); });
  if (norms.empty()) return;
  std::sort(norms.begin(), norms.end());
  const auto quantile = [&](double p) {
    return static_cast<double>(norms[static_cast<std::size_t>(std::lround(p * static_cast<double>(norms.size() - 1)))]);
  };
  double sum = 0;
  for (const float x : norms) sum += static_cast<double>(x);
  result.norm_mean = sum / static_cast<double>(norms.size());
  result.norm_min = quantile(0);
  result.norm_p1 = quantile(0.01);
  result.norm_p50 = quantile(0.5);
  result.norm_p99 = quantile(0.99);
  result.norm_max = quantile(1);
}

class MemorySource : public RowSource {
 public:
  explicit MemorySource(MatrixView rows) : rows_(rows) {}
  Index rows() const override { return rows_.rows; }
  Index dim() const override { return rows_.cols; }
  std::string format() const override { return "memory"; }
  std::string dtype() const override { return "float32"; }
  void read(Index first, MatrixSpan out) override {
    for (Index i = 0; i < out.rows; ++i) std::copy_n(rows_.row(first + i), out.cols, out.row(i));
  }

 private:
  MatrixView rows_;
};

Inspection inspect_source(RowSource& source, const std::string& name, const InspectOptions& options) {
  options.validate();
  Inspection result;
  result.path = name;
  result.format = source.format();
  result.dtype = source.dtype();
  result.rows = source.rows();
  result.dim = source.dim();
  result.reading_notes = notes_on(source);

  Pass pass = read_once(source, options);
  summarize_norms(std::move(pass.norms), result);
  result.duplicate_rows = count_repeats(pass.hashes);
  result.sampled_rows = pass.sampled;
  if (pass.sampled < 2) return result;

  tell(options.progress, "spectrum", 0.0);
  const MatrixSpan sample = pass.sample.span().middle_rows(0, pass.sampled);
  result.fingerprint = fingerprint(sample);
  scale_rows_to_unit(sample, options.threads);
  result.isotropy = 1 - mean_pair_cosine(sample);
  tell(options.progress, "spectrum", 0.3);
  result.spectrum = variance_shares(sample, options.threads);
  result.effective_rank = effective_rank(result.spectrum);
  return result;
}

}  // namespace

void InspectOptions::validate() const {
  const CheckOptions check("InspectOptions");
  check.at_least(2, max_rows, "max_rows");
  check.threads(threads);
}

Inspection inspect(const std::string& path, const OpenOptions& open, const InspectOptions& options) try {
  return inspect_source(*open_rows(path, open), path, options);
} catch (...) {
  rethrow_as_error();
}

Inspection inspect(MatrixView rows, const std::string& name, const InspectOptions& options) try {
  if (rows.rows < 1 || rows.cols < 1) bad_input("has no rows or no columns", name);
  MemorySource source(rows);
  return inspect_source(source, name, options);
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
