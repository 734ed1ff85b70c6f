#include "space/centre_by.h"

#include <algorithm>

#include "space/spectrum.h"

namespace vec2vec {

Matrix centre_by(MatrixView rows, MatrixView mean) {
  Matrix out(rows.rows, rows.cols);
  for (Index i = 0; i < rows.rows; ++i) std::copy_n(rows.row(i), rows.cols, out.row(i));
  normalise_rows(out.span());
  for (Index i = 0; i < out.rows(); ++i)
    for (Index c = 0; c < out.cols(); ++c) out(i, c) -= mean.row(0)[c];
  normalise_rows(out.span());
  return out;
}

}  // namespace vec2vec
