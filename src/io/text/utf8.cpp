// SPDX-License-Identifier: Apache-2.0
#include "io/text/utf8.h"

#include <cstdint>
#include <cstring>

namespace vec2vec {

bool valid_utf8(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  while (at < end) {
    for (std::uint64_t eight; end - at >= 8; at += 8) {  // most text is ASCII
      std::memcpy(&eight, at, 8);
      if (eight & 0x8080808080808080u) break;
    }
    if (at == end) return true;
    const unsigned lead = *at++;
    if (lead < 0x80) continue;
    int more = 1;
    unsigned low = 0x80, high = 0xBF;  // of the next byte
    if (lead >= 0xC2 && lead <= 0xDF) {
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    for (; more > 0; --more, ++at, low = 0x80, high = 0xBF)
      if (at == end || *at < low || *at > high) return false;
  }
  return true;
}

}  // namespace vec2vec
