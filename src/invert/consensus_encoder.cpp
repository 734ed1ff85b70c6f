// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/boundary.h"
#include "vec2vec/error.h"
#include "vec2vec/inversion.h"
#include "vec2vec/map.h"

namespace vec2vec {

TextEncoder consensus_encoder(const Map& map, std::vector<TextEncoder> encoders) try {
  if (encoders.size() != map.targets.size() || encoders.empty())
    bad_input("the map has " + std::to_string(map.targets.size()) + " known spaces; there are " +
                  std::to_string(encoders.size()) + " encoders",
              {}, "one for each, in the map's order");
  return [&map, encoders = std::move(encoders)](std::span<const std::string_view> texts, MatrixSpan out) {
    std::vector<Matrix> rows;
    for (std::size_t k = 0; k < encoders.size(); ++k) {
      rows.emplace_back(static_cast<Index>(texts.size()), map.targets[k].mean.cols());
      encoders[k](texts, rows[k].span());
    }
    const Matrix together = map.consensus({rows.begin(), rows.end()});
    for (Index i = 0; i < together.rows(); ++i) std::copy_n(together.row(i), together.cols(), out.row(i));
  };
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
