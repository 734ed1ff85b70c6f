// SPDX-License-Identifier: Apache-2.0
#include "core/time.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace vec2vec {

std::string format_seconds(double seconds) {
  const long long s = std::llround(std::clamp(seconds, 0.0, 1e9));
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  return std::to_string(s / 3600) + " h " + std::to_string(s % 3600 / 60) + " min";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);  // gmtime has one result for all threads
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace vec2vec
