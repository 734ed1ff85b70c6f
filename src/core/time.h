// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>

namespace vec2vec {

/// The clock for durations and deadlines.
using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// 75 -> "1 min 15 s".
std::string format_seconds(double seconds);

/// The time of day in UTC, as in "2024-05-01T12:00:00Z".
std::string utc_now();

}  // namespace vec2vec
