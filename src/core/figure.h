#pragma once
#include <string>

namespace vec2vec {

/// A number for a table: four decimals below 10, fewer above, an exponent for what four decimals would lose; "-" for NaN.
std::string figure(double x);

}  // namespace vec2vec
