// SPDX-License-Identifier: Apache-2.0
#include "space/check_rows.h"

#include <algorithm>
#include <cmath>

#include "vec2vec/error.h"

namespace vec2vec {

void require_enough_rows(MatrixView rows, const std::string& where, const std::string& hint) {
  if (rows.rows < kFewestRowsASide) bad_input(std::to_string(rows.rows) + " rows are too few", where, hint);
}

void refuse_row(const std::string& where, Index row) {
  bad_input("there are NaN or infinite values", where + ", row " + std::to_string(row),
            "remove or repair the row; `inspect()` counts them");
}

bool is_finite(const float* row, Index dim) {
  return std::all_of(row, row + dim, [](float value) { return std::isfinite(value); });
}

void require_finite_rows(MatrixView rows, const std::string& where, Index first) {
  for (Index i = 0; i < rows.rows; ++i)
    if (!is_finite(rows.row(i), rows.cols)) refuse_row(where, first + i);
}

}  // namespace vec2vec
