// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "vec2vec/error.h"
#include "vec2vec/pairs.h"
#include "vec2vec/rows.h"

namespace vec2vec {

PairFile read_pairs(const std::string& path) {
  constexpr float kRows = 1 << 24;  // float32 holds all whole numbers below
  const std::unique_ptr<RowSource> file = open_rows(path, {.integers = true});
  if (file->dim() != 2)
    bad_input("has " + std::to_string(file->dim()) + (file->dim() == 1 ? " column, not 2" : " columns, not 2"), path,
              "each line names a row of A and a row of B, both counted from 0, e.g. 17,42");
  const Matrix table = read_all(*file);
  PairFile found;
  found.notes = file->notes();
  for (Index i = 0; i < table.rows(); ++i) {
    for (Index j = 0; j < 2; ++j)
      if (!(table(i, j) >= 0 && table(i, j) < kRows) || table(i, j) != std::floor(table(i, j)))
        bad_input("is no row number", path + ", row " + std::to_string(i),
                  "rows are whole numbers counted from 0, up to 16,777,215");
    found.pairs.push_back({static_cast<Index>(table(i, 0)), static_cast<Index>(table(i, 1))});
  }
  return found;
}

}  // namespace vec2vec
