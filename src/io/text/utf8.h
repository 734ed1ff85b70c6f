// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace vec2vec {

/// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, nothing overlong).
bool valid_utf8(std::string_view bytes);

}  // namespace vec2vec
