// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vec2vec/matrix.h"

// Thread-safe: data only.
namespace vec2vec {

/// Rows (m, d) of a space that its holder can encode texts in, and the name of its model.
struct KnownSpace {
  MatrixView rows;
  std::string name;
};

}  // namespace vec2vec
