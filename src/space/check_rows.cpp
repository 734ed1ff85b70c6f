#include "space/check_rows.h"

#include <cmath>

#include "vec2vec/error.h"

namespace vec2vec {

void require_finite_rows(MatrixView rows, const std::string& where) {
  for (Index i = 0; i < rows.rows; ++i)
    for (Index c = 0; c < rows.cols; ++c)
      if (!std::isfinite(rows.row(i)[c]))
        bad_input("row " + std::to_string(i) + " has a value that is not finite", where, "find such rows with `inspect()`");
}

}  // namespace vec2vec
