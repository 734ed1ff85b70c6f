// SPDX-License-Identifier: Apache-2.0
#include "measure/families/cka.h"

#include <cmath>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "kernels/lane_sum.h"
#include "measure/prepared/moments.h"
#include "space/sample.h"

namespace vec2vec {
namespace {

/// Offsets of a space as columns of (d, n). HSIC centres by itself; they only keep its sums accurate.
Dense offset_columns(const Space& space, std::span<const Index> rows) {
  Dense out(space.dim(), static_cast<Index>(rows.size()));
  for (Index i = 0; i < out.cols(); ++i)
    for (Index j = 0; j < out.rows(); ++j) out(j, i) = static_cast<double>(space.offset(rows[static_cast<std::size_t>(i)], j));
  return out;
}

KernelSums sums_in_sample_space(const Space& x, const Space& y, std::span<const Index> rows_x, std::span<const Index> rows_y) {
  const auto kernel = [](const Dense& columns) { return multiply(columns, true, columns, false); };
  Dense k = kernel(offset_columns(x, rows_x)), l = kernel(offset_columns(y, rows_y));
  const Vector k_diagonal = k.diagonal(), l_diagonal = l.diagonal();
  k.diagonal().setZero();
  l.diagonal().setZero();
  const Vector k_rows = k.rowwise().sum(), l_rows = l.rowwise().sum();
  return {static_cast<double>(rows_x.size()),
          k.cwiseProduct(l).sum(),
          k_rows.sum(),
          l_rows.sum(),
          k_rows.dot(l_rows),
          k_diagonal.dot(l_diagonal),
          k_diagonal.sum(),
          l_diagonal.sum(),
          k_diagonal.dot(l_rows),
          l_diagonal.dot(k_rows)};
}

/// What a side's rows add to the sums, whatever they are paired with: K_ii = |x_i|^2, and sum_j K_ij = x_i . (sum of x) - K_ii.
struct RowTerms {
  Vector diagonal, others;
};
RowTerms row_terms(const Space& space, std::span<const Index> rows, const Vector& sum) {
  const auto n = static_cast<Index>(rows.size());
  RowTerms terms{Vector(n), Vector(n)};
  for (Index i = 0; i < n; ++i) {
    const float* row = space.offset.row(rows[static_cast<std::size_t>(i)]);
    double square = 0, along = 0;
    for (Index j = 0; j < space.dim(); ++j) {
      square += static_cast<double>(row[j]) * static_cast<double>(row[j]);
      along += static_cast<double>(row[j]) * sum(j);
    }
    terms.diagonal(i) = square;
    terms.others(i) = along - square;
  }
  return terms;
}

/// The sums of pairs (i, partners[i]), given the squared norm of sum of x_i y_i^T. O(n).
KernelSums sums_of_terms(const RowTerms& x, const RowTerms& y, std::span<const Index> partners, double squared_norm) {
  KernelSums sums;
  sums.n = static_cast<double>(partners.size());
  for (Index i = 0; i < x.diagonal.size(); ++i) {
    const Index j = partners[static_cast<std::size_t>(i)];
    const double q = x.diagonal(i), r = y.diagonal(j), k_row = x.others(i), l_row = y.others(j);
    sums.k += k_row;
    sums.l += l_row;
    sums.row_product += k_row * l_row;
    sums.diagonal += q * r;
    sums.k_diagonal += q;
    sums.l_diagonal += r;
    sums.k_diagonal_rows += q * l_row;
    sums.l_diagonal_rows += r * k_row;
  }
  sums.product = squared_norm - sums.diagonal;
  return sums;
}

bool sample_space_is_cheaper(const Space& x, const Space& y, std::size_t n) {
  const auto dx = static_cast<double>(x.dim()), dy = static_cast<double>(y.dim());
  return static_cast<double>(n) * (dx + dy) < dx * dy;
}

/// Squared norm of a symmetric matrix given by its lower triangle.
double symmetric_squared_norm(const Dense& lower) {
  double sum = 0;
  for (Index j = 0; j < lower.cols(); ++j) {
    sum += lower(j, j) * lower(j, j) + 2 * lower.col(j).tail(lower.rows() - j - 1).squaredNorm();
  }
  return sum;
}

/// The three pairs of kernels that CKA is made of.
struct CkaSums {
  KernelSums kl, kk, ll;
};

CkaSums cka_sums(const Space& a, const Space& b, std::span<const Index> rows, const Moments& m) {
  const RowTerms x = row_terms(a, rows, m.x), y = row_terms(b, rows, m.y);
  const Pairing same = identity_pairing(static_cast<Index>(rows.size()));
  return {sums_of_terms(x, y, same, m.xy.squaredNorm()), sums_of_terms(x, x, same, symmetric_squared_norm(m.xx)),
          sums_of_terms(y, y, same, symmetric_squared_norm(m.yy))};
}

/// Kernel sums of all rows of order, and of those without each of the jackknife's groups.
struct JackknifedSums {
  CkaSums all;
  std::vector<CkaSums> without;
};

JackknifedSums jackknifed_sums(const Space& a, const Space& b, const std::vector<Index>& order, const MeasureOptions& options) {
  const auto rows_without = [&](Range group) {
    std::vector<Index> kept(order.begin(), order.begin() + group.begin);
    kept.insert(kept.end(), order.begin() + group.end, order.end());
    return kept;
  };
  JackknifedSums result;
  const bool in_sample_space = sample_space_is_cheaper(a, b, order.size());
  Moments total;
  if (!in_sample_space) total = moments(a, b, order, order, Products::kAll, options.threads);
  const auto sums_of = [&](std::span<const Index> rows, const Moments& m) -> CkaSums {
    if (!in_sample_space) return cka_sums(a, b, rows, m);
    return {sums_in_sample_space(a, b, rows, rows), sums_in_sample_space(a, a, rows, rows),
            sums_in_sample_space(b, b, rows, rows)};
  };
  result.all = sums_of(order, total);
  for (Index g = 0; g < kJackknifeGroups; ++g) {
    report(options, "jackknife of CKA", static_cast<double>(g) / static_cast<double>(kJackknifeGroups));
    const Range range = group_range(a.rows(), kJackknifeGroups, g);
    const std::span<const Index> group(order.data() + range.begin, static_cast<std::size_t>(range.size()));
    Moments left;
    if (!in_sample_space) left = total - moments(a, b, group, group, Products::kAll, options.threads);
    result.without.push_back(sums_of(rows_without(range), left));
  }
  return result;
}

/// Unbiased and biased CKA.
struct Cka {
  double unbiased = 0, biased = 0;
};

Cka cka(const CkaSums& s) {
  return {s.kl.unbiased() / std::sqrt(s.kk.unbiased() * s.ll.unbiased()),
          s.kl.biased() / std::sqrt(s.kk.biased() * s.ll.biased())};
}

}  // namespace

double KernelSums::unbiased() const {
  return (product + k * l / ((n - 1) * (n - 2)) - 2 * row_product / (n - 2)) / (n * (n - 3));
}

double KernelSums::biased() const {
  const double all_rows = row_product + k_diagonal_rows + l_diagonal_rows + diagonal;
  return product + diagonal - 2 * all_rows / n + (k + k_diagonal) * (l + l_diagonal) / (n * n);
}

KernelSums linear_kernel_sums(const Space& x, const Space& y, std::span<const Index> rows_x, std::span<const Index> rows_y,
                              int threads) {
  if (sample_space_is_cheaper(x, y, rows_x.size())) return sums_in_sample_space(x, y, rows_x, rows_y);
  const Moments m = moments(x, y, rows_x, rows_y, Products::kCross, threads);
  return sums_of_terms(row_terms(x, rows_x, m.x), row_terms(y, rows_y, m.y),
                       identity_pairing(static_cast<Index>(rows_x.size())), m.xy.squaredNorm());
}

namespace {

/// Kernel sums of A with permuted rows of B. In feature space the product is of float32: a null value needs no more digits.
class PermutedSums {
 public:
  PermutedSums(const Space& a, const Space& b) : a_(a), b_(b), identity_(identity_pairing(a.rows())) {
    if (sample_space_is_cheaper(a, b, identity_.size())) return;
    in_sample_space_ = false;
    x_ = row_terms(a, identity_, sum_of_rows(a, identity_));
    y_ = row_terms(b, identity_, sum_of_rows(b, identity_));
  }

  KernelSums of(const Pairing& pairing) const {
    if (in_sample_space_) return linear_kernel_sums(a_, b_, identity_, pairing, 1);
    const Matrix cross = cross_product(a_.offset, gather(b_.offset, pairing), 1);
    return sums_of_terms(x_, y_, pairing, squared_norm(cross.data(), cross.rows() * cross.cols()));
  }

 private:
  const Space &a_, &b_;
  const Pairing identity_;
  bool in_sample_space_ = true;
  RowTerms x_, y_;
};

}  // namespace

std::vector<Estimate> measure_cka(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = a.rows();
  const std::vector<Index> order = fold_order(n, options.seed);
  const JackknifedSums sums = jackknifed_sums(a, b, order, options);
  const Cka value = cka(sums.all);
  std::vector<double> unbiased, biased;
  for (const CkaSums& left : sums.without) {
    unbiased.push_back(cka(left).unbiased);
    biased.push_back(cka(left).biased);
  }

  const double flops = 2.0 * static_cast<double>(n) * static_cast<double>(a.dim()) * static_cast<double>(b.dim());
  const PermutedSums permuted_sums(a, b);
  auto null = null_values(
      n, affordable_permutations(options.permutations, flops), 2,
      [&](const Pairing& pairing, std::span<double> out) {
        const Cka permuted = cka({permuted_sums.of(pairing), sums.all.kk, sums.all.ll});
        out[0] = permuted.unbiased;
        out[1] = permuted.biased;
      },
      options, "null of CKA", options.threads);
  return {{"cka", value.unbiased, jackknife_interval(value.unbiased, unbiased), std::move(null[0]), n},
          {"cka_biased", value.biased, jackknife_interval(value.biased, biased), std::move(null[1]), n}};
}

}  // namespace vec2vec
