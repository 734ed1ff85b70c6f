#pragma once
#include <string>

namespace vec2vec {

/// The time of day in UTC, as in "2024-05-01T12:00:00Z".
std::string utc_now();

}  // namespace vec2vec
