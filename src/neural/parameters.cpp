#include "neural/parameters.h"

#include <algorithm>

#include "core/parallel.h"
#include "neural/matmul.h"

namespace vec2vec::neural {

Slot Parameters::add(std::string name, Index rows, Index cols) {
  Slot slot{std::move(name), size(), rows, cols};
  values.resize(values.size() + static_cast<std::size_t>(slot.size()));
  gradients.resize(values.size());
  slots.push_back(slot);
  return slot;
}

void Parameters::refresh_halves(int threads) {
  halves.resize(values.size());
  constexpr Index kChunk = 1 << 18;
  parallel_for((size() + kChunk - 1) / kChunk, threads, [&](Index c) {
    const Index begin = c * kChunk, count = std::min(kChunk, size() - begin);
    to_bfloat16(values.data() + begin, halves.data() + begin, count);
  });
}

}  // namespace vec2vec::neural
