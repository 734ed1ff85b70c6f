#pragma once
#include <vector>

#include "space/unit.h"
#include "vec2vec/known_space.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Several known spaces as one, and what makes further rows the same way.
struct Consensus {
  Matrix side_by_side;          ///< unit([c_1, ..., c_K]) (m, d_1 + ... + d_K) of the centred unit rows c_k
  std::vector<Matrix> means;    ///< (1, d_k) of the unit rows
  std::vector<double> spreads;  ///< mean norm of the centred unit rows
  Matrix components;            ///< (d_1 + ... + d_K, c), see shared_components.h
  CentredRows rows;             ///< of unit(side_by_side components), (m, c)
};

/// The consensus of the known spaces, in the given order. Throws Error{kBadInput} when two have one name, or when their rows
/// are not of the same texts in the same order (same_texts.h).
Consensus make_consensus(const std::vector<KnownSpace>& known, int threads);

}  // namespace vec2vec
