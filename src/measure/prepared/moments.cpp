// SPDX-License-Identifier: Apache-2.0
#include "measure/prepared/moments.h"

#include <algorithm>

#include "core/matrix/blas.h"
#include "core/parallel.h"

namespace vec2vec {
namespace {

constexpr Index kRowsAProduct = 256;
constexpr Index kStripe = 128;  // columns of one task

/// One side of the pairs.
struct Side {
  const Space& space;
  std::span<const Index> rows;
};

/// Columns first .. first + count - 1 of rows begin .. end - 1 of a side's offsets as doubles: (end - begin, count) by
/// rows.
void gather(const Side& side, Range rows, Index first, Index count, std::vector<double>& out) {
  out.resize(static_cast<std::size_t>(rows.size() * count));
  double* to = out.data();
  for (Index i = rows.begin; i < rows.end; ++i) {
    const float* from = side.space.offset.row(side.rows[static_cast<std::size_t>(i)]) + first;
    for (Index j = 0; j < count; ++j) *to++ = static_cast<double>(from[j]);
  }
}

/// out[:, first_b ..] += a^T b for a stripe `b` of columns and columns first_a .. of `a`: out (d_a, d_b).
void add_products(const Side& a, Index first_a, const Side& b, Index first_b, Index count_b, Dense& out) {
  const OneBlasThread one_thread;
  const Index n = static_cast<Index>(a.rows.size()), count_a = a.space.dim() - first_a;
  std::vector<double> block_a, block_b;
  for (Index begin = 0; begin < n; begin += kRowsAProduct) {
    const Range rows{begin, std::min(n, begin + kRowsAProduct)};
    gather(a, rows, first_a, count_a, block_a);
    gather(b, rows, first_b, count_b, block_b);
    // Blocks by rows are, to BLAS, transposed blocks by columns.
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, static_cast<int>(count_a), static_cast<int>(count_b),
                static_cast<int>(rows.size()), 1.0, block_a.data(), static_cast<int>(count_a), block_b.data(),
                static_cast<int>(count_b), 1.0, out.data() + first_b * out.rows() + first_a, static_cast<int>(out.rows()));
  }
}

}  // namespace

Vector sum_of_rows(const Space& space, std::span<const Index> rows) {
  Vector sum = Vector::Zero(space.dim());
  for (const Index row : rows) {
    for (Index j = 0; j < space.dim(); ++j) sum(j) += static_cast<double>(space.offset(row, j));
  }
  return sum;
}

Moments& Moments::operator+=(const Moments& other) {
  if (n == 0) return *this = other;
  n += other.n;
  x += other.x;
  y += other.y;
  xx += other.xx;
  yy += other.yy;
  xy += other.xy;
  return *this;
}

Moments Moments::operator-(const Moments& other) const {
  return {n - other.n, x - other.x, y - other.y, xx - other.xx, yy - other.yy, xy - other.xy};
}

Moments moments(const Space& x, const Space& y, std::span<const Index> rows_x, std::span<const Index> rows_y, Products products,
                int threads) {
  const Side side_x{x, rows_x}, side_y{y, rows_y};
  Moments sums{static_cast<double>(rows_x.size()), sum_of_rows(x, rows_x), sum_of_rows(y, rows_y), {}, {}, {}};
  struct Task {
    const Side *a, *b;
    Dense* out;
    Index first;
    bool lower;
  };
  std::vector<Task> tasks;
  const auto add = [&](const Side& a, const Side& b, Dense& out, bool lower) {
    out = Dense::Zero(a.space.dim(), b.space.dim());
    for (Index first = 0; first < b.space.dim(); first += kStripe) tasks.push_back({&a, &b, &out, first, lower});
  };
  add(side_x, side_y, sums.xy, false);
  if (products == Products::kAll) add(side_x, side_x, sums.xx, true);
  if (products != Products::kCross) add(side_y, side_y, sums.yy, true);
  parallel_for(static_cast<Index>(tasks.size()), threads, [&](Index t) {
    const Task& task = tasks[static_cast<std::size_t>(t)];
    const Index count = std::min(kStripe, task.b->space.dim() - task.first);
    add_products(*task.a, task.lower ? task.first : 0, *task.b, task.first, count, *task.out);
  });
  return sums;
}

Covariance covariance(const Moments& sums) {
  Covariance c{sums.n, sums.x / sums.n, sums.y / sums.n, sums.xx / sums.n, sums.yy / sums.n, sums.xy / sums.n};
  const auto centre = [](Dense& products, const Vector& mean) {
    products.template triangularView<Eigen::Lower>() -= mean * mean.transpose();
    products.template triangularView<Eigen::StrictlyUpper>() = products.transpose();
  };
  if (c.xx.size() > 0) centre(c.xx, c.mean_x);
  if (c.yy.size() > 0) centre(c.yy, c.mean_y);
  c.xy -= c.mean_x * c.mean_y.transpose();
  return c;
}

}  // namespace vec2vec
