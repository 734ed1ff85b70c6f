// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace vec2vec::cli {

/// A message or report of the library in the command's words. The library names options and functions as C++ does, between back
/// quotes: `AlignOptions::partial = true` becomes --partial, `EncoderOptions::max_tokens` --max-tokens, `inspect()` vec2vec
/// inspect. Back quotes around anything else stay.
std::string in_flags(std::string_view text);

}  // namespace vec2vec::cli
