// SPDX-License-Identifier: Apache-2.0
#include "neural/parameters.h"

#include "core/parallel.h"
#include "neural/matmul.h"

namespace vec2vec::neural {

Slot Parameters::add(std::string name, Index rows, Index cols) {
  Slot slot{std::move(name), size(), rows, cols, slots.size()};
  values.resize(values.size() + static_cast<std::size_t>(slot.size()));
  gradients.resize(values.size());
  slots.push_back(slot);
  return slot;
}

void Parameters::refresh_halves(int threads) {
  if (!keeps_halves()) {
    Index end = 0;
    for (const Slot& s : slots)
      for (const Index size : {packed_size(s.rows, s.cols), packed_size(s.cols, s.rows)}) {
        half_offsets_.push_back(end);
        end += s.rows > 1 ? size : 0;
      }
    halves_.resize(static_cast<std::size_t>(end));
  }
  parallel_for(static_cast<Index>(slots.size()), threads, [&](Index i) {
    const Slot& s = slots[static_cast<std::size_t>(i)];
    if (s.rows > 1)
      pack(value(s), halves_.data() + half_offsets_[2 * s.number], halves_.data() + half_offsets_[2 * s.number + 1]);
  });
}

}  // namespace vec2vec::neural
