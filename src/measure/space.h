#pragma once
#include <string>
#include <vector>

#include "kernels/nearest.h"
#include "vec2vec/measure.h"

namespace vec2vec {

/// One space, made ready for all measures: its rows at norm 1 (zero rows stay zero), their mean, and their neighbours.
struct Space {
  std::string name;
  Matrix unit;               ///< (n, d)
  std::vector<double> mean;  ///< (d) of unit
  Index zero_rows = 0;
  Neighbours near;  ///< k nearest rows by cosine; empty until find_neighbours

  Index rows() const { return unit.rows(); }
  Index dim() const { return unit.cols(); }
};

/// Rows `chosen` of given (n, d). Throws Error{kBadInput} for values that are not finite and for rows that are all equal.
Space make_space(const NamedRows& given, const std::vector<Index>& chosen, int threads);

/// The pairing of two spaces: row i of A belongs to row pairing[i] of B.
using Pairing = std::vector<Index>;

/// 0, 1, ... n - 1.
Pairing identity_pairing(Index n);

/// inverse[pairing[i]] = i.
Pairing inverse_of(const Pairing& pairing);

}  // namespace vec2vec
