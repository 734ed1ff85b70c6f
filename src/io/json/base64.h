// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace vec2vec {

/// Decodes base64 (RFC 4648, either alphabet, padded or not) into bytes; false when the text is no base64.
bool decode_base64(std::string_view text, std::vector<std::uint8_t>& bytes);

}  // namespace vec2vec
