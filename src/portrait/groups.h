// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Groups of rows: middles (k, d), and the group of each row.
struct Groups {
  Matrix middles;
  std::vector<int> of;
};

/// Groups of centred unit rows (n, d) by k-means, the largest first; k is at most n.
Groups make_groups(MatrixView rows, Index k, std::uint64_t seed);

/// The mean of the rows (n, d) of each of k groups, (k, d); zeros for groups without rows.
Matrix group_means(MatrixView rows, const std::vector<int>& of, Index k);

/// Up to `most` words that tell the texts of each group from all others: the largest z-scores of the part of the group's texts
/// that hold them, among words of three letters and more that at least three of its texts hold.
std::vector<std::vector<std::string>> group_words(const std::vector<std::string>& texts, const std::vector<int>& of, Index k,
                                                  std::size_t most);

}  // namespace vec2vec
