#include "measure/cka.h"

#include <cmath>

#include "core/parallel.h"
#include "measure/moments.h"

namespace vec2vec {
namespace {

/// Rows of a space less its mean, as columns of (d, n).
Dense centred_columns(const Space& space, std::span<const Index> rows) {
  Dense out(space.dim(), static_cast<Index>(rows.size()));
  for (Index i = 0; i < out.cols(); ++i)
    for (Index j = 0; j < out.rows(); ++j)
      out(j, i) =
          static_cast<double>(space.unit(rows[static_cast<std::size_t>(i)], j)) - space.mean[static_cast<std::size_t>(j)];
  return out;
}

KernelSums sums_in_sample_space(const Space& x, const Space& y, std::span<const Index> rows_x, std::span<const Index> rows_y) {
  const auto kernel = [](const Dense& columns) { return multiply(columns, true, columns, false); };
  Dense k = kernel(centred_columns(x, rows_x)), l = kernel(centred_columns(y, rows_y));
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

KernelSums sums_in_feature_space(const Space& x, const Space& y, std::span<const Index> rows_x, std::span<const Index> rows_y,
                                 int threads) {
  const Moments m = moments(x, y, rows_x, rows_y, Products::kCross, threads);
  KernelSums sums;
  sums.n = m.n;
  // With q = |x|^2 and r = |y|^2: sum_j K_ij = x_i . (sum of x) - q_i, and so on.
  Vector row_x(x.dim()), row_y(y.dim());
  for (std::size_t i = 0; i < rows_x.size(); ++i) {
    for (Index j = 0; j < x.dim(); ++j)
      row_x(j) = static_cast<double>(x.unit(rows_x[i], j)) - x.mean[static_cast<std::size_t>(j)];
    for (Index j = 0; j < y.dim(); ++j)
      row_y(j) = static_cast<double>(y.unit(rows_y[i], j)) - y.mean[static_cast<std::size_t>(j)];
    const double q = row_x.squaredNorm(), r = row_y.squaredNorm();
    const double k_row = row_x.dot(m.x) - q, l_row = row_y.dot(m.y) - r;
    sums.k += k_row;
    sums.l += l_row;
    sums.row_product += k_row * l_row;
    sums.diagonal += q * r;
    sums.k_diagonal += q;
    sums.l_diagonal += r;
    sums.k_diagonal_rows += q * l_row;
    sums.l_diagonal_rows += r * k_row;
  }
  sums.product = m.xy.squaredNorm() - sums.diagonal;
  return sums;
}

/// Unbiased and biased CKA.
struct Cka {
  double unbiased = 0, biased = 0;
};

Cka cka(const KernelSums& kl, const KernelSums& kk, const KernelSums& ll) {
  return {kl.unbiased() / std::sqrt(kk.unbiased() * ll.unbiased()), kl.biased() / std::sqrt(kk.biased() * ll.biased())};
}

Cka cka(const Space& a, const Space& b, std::span<const Index> rows, int threads) {
  return cka(linear_kernel_sums(a, b, rows, rows, threads), linear_kernel_sums(a, a, rows, rows, threads),
             linear_kernel_sums(b, b, rows, rows, threads));
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
  const auto n = static_cast<double>(rows_x.size()), dx = static_cast<double>(x.dim()), dy = static_cast<double>(y.dim());
  if (n * (dx + dy) < dx * dy) return sums_in_sample_space(x, y, rows_x, rows_y);
  return sums_in_feature_space(x, y, rows_x, rows_y, threads);
}

std::vector<Estimate> measure_cka(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = a.rows();
  const std::vector<Index> order = fold_order(n, options.seed);
  const KernelSums kk = linear_kernel_sums(a, a, order, order, options.threads);
  const KernelSums ll = linear_kernel_sums(b, b, order, order, options.threads);
  const Cka value = cka(linear_kernel_sums(a, b, order, order, options.threads), kk, ll);
  std::vector<double> unbiased, biased;
  for (Index g = 0; g < kJackknifeGroups; ++g) {
    report(options, "jackknife of CKA", static_cast<double>(g) / static_cast<double>(kJackknifeGroups));
    const Range range = group_range(n, kJackknifeGroups, g);
    std::vector<Index> kept(order.begin(), order.begin() + range.begin);
    kept.insert(kept.end(), order.begin() + range.end, order.end());
    const Cka without = cka(a, b, kept, options.threads);
    unbiased.push_back(without.unbiased);
    biased.push_back(without.biased);
  }

  const double flops = 2.0 * static_cast<double>(n) * static_cast<double>(a.dim()) * static_cast<double>(b.dim());
  const Pairing identity = identity_pairing(n);
  auto null = null_values(
      n, affordable_permutations(options.permutations, flops), 2,
      [&](const Pairing& pairing, std::span<double> out) {
        const Cka permuted = cka(linear_kernel_sums(a, b, identity, pairing, 1), kk, ll);
        out[0] = permuted.unbiased;
        out[1] = permuted.biased;
      },
      options, "null of CKA", options.threads);
  return {{"cka", value.unbiased, jackknife_interval(value.unbiased, unbiased), std::move(null[0]), n},
          {"cka_biased", value.biased, jackknife_interval(value.biased, biased), std::move(null[1]), n}};
}

}  // namespace vec2vec
