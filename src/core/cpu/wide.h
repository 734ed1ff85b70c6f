// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// 128 bits: products of sizes that a file states do not overflow them.
__extension__ using Wide = unsigned __int128;

/// The number in [0, n) that 64 random bits stand for.
inline Index number_below(std::uint64_t bits, Index n) {
  return static_cast<Index>((Wide(bits) * static_cast<std::uint64_t>(n)) >> 64);
}

}  // namespace vec2vec
