#pragma once
#include <vector>

#include "vec2vec/known_space.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Several known spaces as one: rows (m, d_1 + ... + d_K), and what makes further rows the same way.
struct Consensus {
  Matrix rows;
  std::vector<Matrix> means;    ///< (1, d_k) of the unit rows
  std::vector<double> spreads;  ///< mean norm of the centred unit rows
  std::vector<float> shares;    ///< what each block weighs
};

/// The consensus of the known spaces, in the given order. Throws Error{kBadInput} when two have one name, or when their rows
/// are not of the same texts in the same order (same_texts.h).
Consensus make_consensus(const std::vector<KnownSpace>& known, int threads);

}  // namespace vec2vec
