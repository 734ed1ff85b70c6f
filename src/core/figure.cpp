#include "core/figure.h"

#include <cmath>
#include <cstdio>

namespace vec2vec {

std::string figure(double x) {
  if (std::isnan(x)) return "-";
  const double size = std::abs(x);
  const char* format = size > 1e-12 && size < 5e-4 ? "%.1e" : size < 10 ? "%.4f" : size < 1000 ? "%.2f" : "%.1f";
  char text[32];
  std::snprintf(text, sizeof text, format, size > 1e-12 ? x : 0.0);
  return text;
}

}  // namespace vec2vec
