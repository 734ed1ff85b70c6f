// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace vec2vec {

/// A figure that was not measured, or that its rows do not define: null in JSON, "-" in tables.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Numbers from and to text, the same under every locale: no strtod, printf or stream does that.

/// The decimal that is the whole text, such as "-1.5e3" or "+2"; infinite, or 0, where a double ends. Nothing for other text.
std::optional<double> parse_number(std::string_view text);

/// The same of the beginning of begin .. end, to the nearest float; no plus sign. Returns the place behind it, or null when
/// there is no number.
const char* read_decimal(const char* begin, const char* end, float& value);

/// x with `digits` places behind the point: 0.12345, 3 -> "0.123".
std::string fixed(double x, int digits);

/// The shortest decimal that reads back as x: 0.1 -> "0.1", 1e300 -> "1e+300".
std::string shortest(double x);

/// At most `digits` significant places, without zeros at the end: 0.00012345, 2 -> "0.00012"; 12345, 2 -> "1.2e+04".
std::string significant(double x, int digits);

/// A number for a table: four decimals below 10, fewer above, an exponent for what four decimals would lose; "-" for NaN.
std::string figure(double x);

/// A probability for people, three decimals: never "1.000" or "0.000", which no finding supports, but ">0.999" and "<0.001";
/// "-" for NaN.
std::string probability_text(double p);

}  // namespace vec2vec
