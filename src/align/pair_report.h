#pragma once
#include <nlohmann/json.hpp>

#include "vec2vec/align.h"

namespace vec2vec {

/// How known pairs were used, as the map's card and the summary tell it.
nlohmann::ordered_json pair_report(const PairFit& fit, Index pairs);

}  // namespace vec2vec
