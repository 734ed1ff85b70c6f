// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace vec2vec {

/// Whether bytes that should be float32 values are float64 values: read as those they are of a usual size, and read as float32
/// many are not. At least eight float64 values are needed; the first 4,096 are looked at.
bool are_doubles(const void* bytes, std::size_t size);

}  // namespace vec2vec
