// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "kernels/neighbours.h"
#include "vec2vec/measure.h"

namespace vec2vec {

/// One space, made ready for all measures: its rows at norm 1 (zero rows stay zero), less a centre in their midst. Rows of
/// hidden states may all point nearly the same way; float32 keeps seven digits of what tells them apart, where of unit rows it
/// would keep none. The cosine of rows i and j is centre_square + along[i] + along[j] + offset_i . offset_j.
struct Space {
  std::string name;
  Matrix offset;                 ///< (n, d): unit row - centre
  std::vector<double> centre;    ///< (d)
  double centre_square = 0;      ///< centre . centre
  std::vector<float> along;      ///< (n): centre . offset
  std::vector<Index> zero_rows;  ///< ascending
  Neighbours near;               ///< k nearest rows by cosine; empty until find_neighbours

  Index rows() const { return offset.rows(); }
  Index dim() const { return offset.cols(); }
  bool is_zero(Index i) const { return std::binary_search(zero_rows.begin(), zero_rows.end(), i); }
};

/// Rows `chosen` of given (n, d). Throws Error{kBadInput} for values that are not finite and for rows that are all equal.
Space make_space(const NamedRows& given, const std::vector<Index>& chosen, int threads);

/// Fills space.near. A zero row has cosine 0 with all others: its neighbours are the first k of them.
void find_neighbours(Space& space, Index k, int threads, const Progress& progress = {});

/// The pairing of two spaces: row i of A belongs to row pairing[i] of B.
using Pairing = std::vector<Index>;

/// 0, 1, ... n - 1.
Pairing identity_pairing(Index n);

/// inverse[pairing[i]] = i.
Pairing inverse_of(const Pairing& pairing);

}  // namespace vec2vec
