// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/estimate.h"

namespace vec2vec {

/// HSIC of two kernels K and L over n rows, from sums that leave the diagonal out (Song et al. 2012).
struct KernelSums {
  double n = 0;
  double product = 0;      ///< sum over i != j of K_ij L_ij
  double k = 0, l = 0;     ///< sums over i != j
  double row_product = 0;  ///< sum over i of (sum_j K_ij) (sum_j L_ij), j != i
  double diagonal = 0;     ///< sum over i of K_ii L_ii
  double k_diagonal = 0, l_diagonal = 0;
  double k_diagonal_rows = 0;  ///< sum over i of K_ii (sum_j L_ij), j != i
  double l_diagonal_rows = 0;

  /// The U-statistic, eq. 5: its mean is 0 for independent data.
  double unbiased() const;
  /// The V-statistic tr(K H L H), not divided.
  double biased() const;
};

/// Sums of linear kernels of pairs (rows_x[i], rows_y[i]), n >= 4, by whichever is cheaper: d_x x d_y products or n x n kernels
/// (then n < d_x + d_y, so the memory is O(d^2) all the same).
KernelSums linear_kernel_sums(const Space& x, const Space& y, std::span<const Index> rows_x, std::span<const Index> rows_y,
                              int threads);

/// Linear CKA (Kornblith et al. 2019), unbiased and biased, with jackknife intervals and nulls.
std::vector<Estimate> measure_cka(const Space& a, const Space& b, const MeasureOptions& options);

}  // namespace vec2vec
