// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/confidence.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/boundary.h"
#include "core/matrix/gemm_rows.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/number.h"
#include "kernels/exp.h"
#include "map/support.h"
#include "space/check_rows.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kTileRows = 256, kTileStore = 1024;

/// unit(unit(x) - mean) of rows (n, d), in place; zero rows stay zero.
void centre_rows(MatrixSpan rows, MatrixView mean) {
  normalise_rows(rows);
  for (Index i = 0; i < rows.rows; ++i) {
    float* x = rows.row(i);
    if (std::all_of(x, x + rows.cols, [](float value) { return value == 0; })) continue;
    for (Index c = 0; c < rows.cols; ++c) x[c] -= mean.data[c];
  }
  normalise_rows(rows);
}

/// The two largest cosines of a row with the store so far, and the sum of e^((cosine - best) / t).
struct Running {
  float best = -2, second = -2, sum = 0;

  void add(const float* cosines, Index count) {
    const float before = best;
    for (Index j = 0; j < count; ++j) {
      const float value = cosines[j];
      if (value > second) second = std::min(value, best);
      if (value > best) {
        second = best;
        best = value;
      }
    }
    sum *= fast_exp((before - best) / kMatchTemperature);
    float added = 0;
    for (Index j = 0; j < count; ++j) added += fast_exp((cosines[j] - best) / kMatchTemperature);
    sum += added;
  }
};

}  // namespace

ConfidenceScorer::ConfidenceScorer(Map map, MatrixView store, int threads) try : map_(std::move(map)) {
  if (map_.support.centres.rows() == 0)
    bad_input("the map keeps no support of the rows it was fitted on", "confidence", "make the map again with `align()`");
  if (store.rows == 0) return;
  if (store.cols != map_.target_dim())
    bad_input("has rows of dimension " + std::to_string(store.cols) + ", but the map translates to " +
                  std::to_string(map_.target_dim()),
              "the store", "give rows of the map's target model");
  if (store.rows < 2) bad_input("a single row is no store to search in", "store");
  store_ = Matrix(store.rows, store.cols);
  parallel_for((store.rows + kTileStore - 1) / kTileStore, threads, [&](Index t) {
    const Index first = t * kTileStore, count = std::min(kTileStore, store.rows - first);
    for (Index i = first; i < first + count; ++i) std::copy_n(store.row(i), store.cols, store_.row(i));
    require_finite_rows(store.middle_rows(first, count), "the store", first);
    centre_rows(store_.span().middle_rows(first, count), map_.target_mean);
  });
} catch (...) {
  rethrow_as_error();
}

void ConfidenceScorer::score(MatrixView rows, RowConfidence* out) const try {
  Matrix cosines(std::min(kTileRows, rows.rows), has_store() ? kTileStore : 0);
  for (Index first = 0; first < rows.rows; first += kTileRows) {
    const Index count = std::min(kTileRows, rows.rows - first);
    const MatrixView block = rows.middle_rows(first, count);
    Matrix centred(count, rows.cols), translated(count, map_.target_dim());
    for (Index i = 0; i < count; ++i) std::copy_n(block.row(i), rows.cols, centred.row(i));
    centre_rows(centred.span(), map_.source_mean);
    std::vector<float> support(static_cast<std::size_t>(count));
    support_quantiles(map_.support, centred, support.data());
    std::vector<Running> running(static_cast<std::size_t>(count));
    if (has_store()) map_.translate_centred(block, translated.span());
    for (Index begin = 0; begin < store_.rows(); begin += kTileStore) {
      const Index width = std::min(kTileStore, store_.rows() - begin);
      const MatrixSpan tile{cosines.data(), count, width, kTileStore};
      gemm_rows(translated, store_.view().middle_rows(begin, width), true, tile);
      for (Index i = 0; i < count; ++i) running[static_cast<std::size_t>(i)].add(tile.row(i), width);
    }
    for (Index i = 0; i < count; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const float* x = centred.row(i);
      RowConfidence& row = out[first + i];
      row = {};
      if (std::all_of(x, x + rows.cols, [](float value) { return value == 0; })) continue;
      row.support = support[k];
      if (has_store()) {
        row.match = 1 / running[k].sum;
        row.margin = running[k].best - running[k].second;
      }
    }
  }
} catch (...) {
  rethrow_as_error();
}

std::vector<RowConfidence> ConfidenceScorer::score_all(MatrixView rows, int threads, const Progress& progress) const try {
  if (rows.cols != map_.source_dim())
    bad_input(
        "have dimension " + std::to_string(rows.cols) + ", but the map translates from " + std::to_string(map_.source_dim()),
        "the rows", "give rows of the map's source model");
  std::vector<RowConfidence> scored(static_cast<std::size_t>(rows.rows));
  constexpr Index kBlock = 64 * kTileRows;  // between two reports of progress
  for (Index begin = 0; begin < rows.rows; begin += kBlock) {
    const Index block = std::min(kBlock, rows.rows - begin);
    parallel_for((block + kTileRows - 1) / kTileRows, threads, [&](Index t) {
      const Index first = begin + t * kTileRows, count = std::min(kTileRows, begin + block - first);
      const MatrixView tile = rows.middle_rows(first, count);
      require_finite_rows(tile, "the rows", first);
      score(tile, scored.data() + first);
    });
    tell(progress, "confidence", static_cast<double>(begin + block) / static_cast<double>(rows.rows));
  }
  return scored;
} catch (...) {
  rethrow_as_error();
}

ConfidenceSummary summarise(std::span<const RowConfidence> rows) {
  ConfidenceSummary summary;
  if (rows.empty()) summary.far_rows = summary.mean_match = kUndefined;
  for (const RowConfidence& row : rows) {
    summary.far_rows += (row.support < kFarSupport) / static_cast<double>(rows.size());
    summary.mean_match += static_cast<double>(row.match) / static_cast<double>(rows.size());
  }
  return summary;
}

}  // namespace vec2vec
