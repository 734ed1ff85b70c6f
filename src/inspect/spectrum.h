// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Divides each of rows (n, d) by its norm, in place; zero rows stay. Each row is a task's own.
void scale_rows_to_unit(MatrixSpan rows, int threads);

/// Mean cosine of two different rows of unit_rows (n, d), n >= 2, over all pairs: from the sum of rows, O(n d).
double mean_pair_cosine(MatrixView unit_rows);

/// Shares of variance of the principal directions of rows (n, d), descending, d values that sum to 1; empty when all rows are
/// equal. Centres rows in place. Cost: n d^2 flops and the eigenvalues of a d x d matrix.
std::vector<double> variance_shares(MatrixSpan rows, int threads);

/// exp of the entropy of shares (Roy & Vetterli 2007); 0 for no shares.
double effective_rank(const std::vector<double>& shares);

}  // namespace vec2vec
