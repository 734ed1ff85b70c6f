// SPDX-License-Identifier: Apache-2.0
#include "core/time.h"

#include <ctime>

namespace vec2vec {

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);  // gmtime has one result for all threads
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace vec2vec
