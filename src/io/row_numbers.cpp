// SPDX-License-Identifier: Apache-2.0
#include "io/row_numbers.h"

#include <algorithm>

#include "vec2vec/error.h"

namespace vec2vec {

bool holds_row_numbers(const MappedFile& file, const Layout& layout) {
  constexpr std::uint32_t kSmallestNormal = 1u << 23;  // the bits of the smallest float that is not subnormal
  const Index step = std::max<Index>(1, layout.rows / 1000);
  bool any = false;
  for (Index i = 0; i < layout.rows; i += step)
    for (Index j = 0; j < std::min<Index>(layout.dim, 16); ++j) {
      const std::uint32_t bits = file.word_at(layout.offset + static_cast<std::uint64_t>(i) * layout.row_stride +
                                              static_cast<std::uint64_t>(j) * layout.column_stride);
      if (bits >= kSmallestNormal) return false;
      any = any || bits > 0;
    }
  return any;
}

void refuse_row_numbers(const MappedFile& file, const std::string& format) {
  bad_input("is " + format + " file: lists of neighbours (numbers of rows), not vectors", file.path(),
            "give the file of the vectors that they count, such as .fvecs or .fbin");
}

}  // namespace vec2vec
