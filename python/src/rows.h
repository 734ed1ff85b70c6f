// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <utility>

#include "vec2vec/matrix.h"

namespace vec2vec::python {

namespace nb = nanobind;

/// (n, d) float32 of numpy, read in place. Rows may lie apart; the values of one row may not: _rows.py sees to that.
using Rows = nb::ndarray<const float, nb::ndim<2>, nb::device::cpu>;
using WritableRows = nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

inline MatrixView view(const Rows& rows) {
  if (rows.size() > 0 && rows.shape(1) > 1 && rows.stride(1) != 1)
    throw nb::value_error("the values of a row do not lie together");
  return {rows.data(), static_cast<Index>(rows.shape(0)), static_cast<Index>(rows.shape(1)), rows.stride(0)};
}

inline MatrixSpan span(const WritableRows& rows) {
  const auto cols = static_cast<Index>(rows.shape(1));
  return {rows.data(), static_cast<Index>(rows.shape(0)), cols, cols};
}

/// A numpy array that owns the rows.
inline nb::ndarray<nb::numpy, float, nb::ndim<2>> array(Matrix rows) {
  Matrix* kept = new Matrix(std::move(rows));
  const nb::capsule owner(kept, [](void* matrix) noexcept { delete static_cast<Matrix*>(matrix); });
  return {kept->data(), {static_cast<std::size_t>(kept->rows()), static_cast<std::size_t>(kept->cols())}, owner};
}

}  // namespace vec2vec::python
