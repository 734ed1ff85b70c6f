// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vec2vec/known_space.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Several known spaces as one, and what makes further rows the same way.
struct Consensus {
  Matrix side_by_side;          ///< unit([c_1, ..., c_K]) (m, d_1 + ... + d_K) of the centred unit rows c_k
  std::vector<Matrix> means;    ///< (1, d_k) of the unit rows
  std::vector<double> spreads;  ///< mean norm of the centred unit rows
  Matrix components;            ///< (d_1 + ... + d_K, c), see shared_components.h
  Matrix mean;                  ///< (1, c) of the rows unit(side_by_side components)
  double spread = 0;            ///< mean norm of these less their mean
};

/// Throws Error{kBadInput} when two known spaces have one name.
void require_distinct_names(const std::vector<std::string>& names);

/// The consensus of the known spaces, in the given order. Throws Error{kBadInput} when two have one name, or when their rows
/// are not of the same texts in the same order (same_texts.h).
Consensus make_consensus(const std::vector<KnownSpace>& known, int threads);

}  // namespace vec2vec
