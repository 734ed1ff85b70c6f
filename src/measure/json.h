// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include "vec2vec/measure.h"

namespace vec2vec {

/// What Measurement::to_json prints; values that are not finite become null there.
nlohmann::ordered_json json_of(const Measurement& measurement);

}  // namespace vec2vec
