// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "measure/families/cka.h"

namespace vec2vec {

/// RSA (Kriegeskorte et al. 2008): Spearman correlation of the cosines of all pairs of rows in A and in B; and CKA with RBF
/// kernels exp(-|x - y|^2 / (2 sigma^2)), unbiased and biased. On options.pair_rows random rows, with jackknife intervals and
/// nulls. Cosines are ranked on a grid (cosine_ranks.h). Cost: 2 n^2 (d_a + d_b) flops and n^2 exponentials. Up to 8,192 rows,
/// ranks and kernels are kept for the null (8 n^2 bytes), and a permuted pairing costs 2 n^2 flops; with more rows as much as
/// the true one, in memory O(n (d_a + d_b)).
std::vector<Estimate> measure_pairs(const Space& a, const Space& b, const MeasureOptions& options);

/// Kernel sums of RBF kernels of given widths over all rows; for the reference definition.
struct RbfSums {
  KernelSums kl, kk, ll;
};
RbfSums rbf_kernel_sums(const Space& a, const Space& b, double sigma_a, double sigma_b, int threads);

}  // namespace vec2vec
