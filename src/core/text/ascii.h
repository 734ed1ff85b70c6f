// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace vec2vec {

/// What JSON and tables of text allow between their parts.
constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace vec2vec
