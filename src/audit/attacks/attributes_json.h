// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include "vec2vec/attributes.h"

namespace vec2vec {

/// What to_json prints.
nlohmann::ordered_json json_of(const AttributeInference& inference);

}  // namespace vec2vec
