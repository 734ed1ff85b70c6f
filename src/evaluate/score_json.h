// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text/number.h"
#include "vec2vec/evaluate.h"

namespace vec2vec {

/// Nothing was compared.
inline constexpr Score kNoScore{kUndefined, kUndefined, kUndefined, kUndefined};

/// null where the value is undefined (NaN); so are the ends of an interval that was not asked for.
inline nlohmann::ordered_json json_of(const Score& s) {
  if (std::isnan(s.value)) return nullptr;
  return {{"value", s.value}, {"low", s.low}, {"high", s.high}, {"null", s.null_value}};
}

}  // namespace vec2vec
