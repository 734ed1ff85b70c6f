// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include "vec2vec/align.h"

namespace vec2vec {

/// As the map's card and the summary tell it: how known pairs were used, and what speaks for the map.
nlohmann::ordered_json pair_report(const PairFit& fit, Index pairs);

nlohmann::ordered_json evidence_report(const Evidence& evidence);

}  // namespace vec2vec
