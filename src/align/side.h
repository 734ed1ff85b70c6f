// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "space/spectral/spectrum.h"
#include "space/unit.h"

namespace vec2vec {

/// A side ready for matching: centred unit rows with their principal directions.
struct Side {
  CentredRows centred;
  Spectrum principal;
};

inline Side prepare_side(MatrixView rows, int threads) {
  Side side{centre(rows, threads), {}};
  side.principal = spectrum(side.centred.rows, threads);
  return side;
}

}  // namespace vec2vec
