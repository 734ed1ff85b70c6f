// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

constexpr Index kRowsLookedAt = 1000;

std::string whole(float value) { return std::to_string(std::llround(static_cast<double>(value))); }

/// Whether column j of rows counts upwards as ids do: by ones, or in whole numbers beside columns of fractions.
bool counts_upwards(MatrixView rows, Index j) {
  bool by_ones = true, fractions = false;
  for (Index i = 0; i < rows.rows; ++i) {
    const float id = rows.row(i)[j];
    if (!std::isfinite(id) || id != std::floor(id)) return false;
    for (Index k = 0; k < rows.cols; ++k) fractions |= k != j && rows.row(i)[k] != std::floor(rows.row(i)[k]);
    if (i == 0) continue;
    const float step = id - rows.row(i - 1)[j];
    if (step < 0) return false;
    by_ones &= step == 1;
  }
  return by_ones || (fractions && rows.row(rows.rows - 1)[j] > rows.row(0)[j]);
}

}  // namespace

std::vector<std::string> notes_on(RowSource& source) {
  std::vector<std::string> notes = source.notes();
  if (source.rows() < 3 || source.dim() < 2) return notes;
  Matrix rows(std::min(source.rows(), kRowsLookedAt), source.dim());
  source.read(0, rows.span());
  for (const Index j : {Index{0}, source.dim() - 1})
    if (counts_upwards(rows, j))
      notes.push_back("column " + std::to_string(j) + " counts " + whole(rows(0, j)) + ", " + whole(rows(1, j)) + ", " +
                      whole(rows(2, j)) + ", ...: an id? Then leave it out; it is read as a dimension of the vectors");
  return notes;
}

}  // namespace vec2vec
