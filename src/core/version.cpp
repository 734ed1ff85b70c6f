// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/version.h"

#include <bit>

namespace vec2vec {

static_assert(std::endian::native == std::endian::little,
              "vec2vec.cpp copies numbers between memory and files, which are little-endian, as they are: it does not run on "
              "big-endian machines (docs/file-format.md)");

const char* version() { return VEC2VEC_VERSION; }

}  // namespace vec2vec
