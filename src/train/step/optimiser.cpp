// SPDX-License-Identifier: Apache-2.0
#include "train/step/optimiser.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "kernels/loops/loops.h"

namespace vec2vec::neural {
namespace {

constexpr Index kBlock = 1024;  // values that stay in the first cache between two loops

/// Calls body(chunk, begin, end) for fixed chunks of [0, n).
template <class Body>
void for_chunks(Index n, int threads, Body body) {
  constexpr Index kChunk = 1 << 18;
  parallel_for((n + kChunk - 1) / kChunk, threads,
               [&](Index c) { body(static_cast<std::size_t>(c), c * kChunk, std::min(n, (c + 1) * kChunk)); });
}

}  // namespace

double schedule_factor(Index step, Index steps, Index warm_up, double final_factor) {
  if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up);
  const double part = static_cast<double>(step - warm_up) / static_cast<double>(std::max<Index>(1, steps - warm_up - 1));
  return final_factor + (1 - final_factor) * 0.5 * (1 + std::cos(3.14159265358979 * std::min(1.0, part)));
}

double gradient_norm(const Parameters& parameters, int threads) {
  const Index n = parameters.size();
  std::vector<double> sums(static_cast<std::size_t>(n / (1 << 18) + 1));
  for_chunks(n, threads, [&](std::size_t chunk, Index begin, Index end) {
    for (Index i = begin; i < end; i += 64) {  // short float sums, vectorised, added up in double
      float lanes[64] = {};
      const Index count = std::min<Index>(64, end - i);
      const float* g = parameters.gradients.data() + i;
      for (Index j = 0; j < count; ++j) lanes[j] = g[j] * g[j];
      float sum = 0;
      for (float lane : lanes) sum += lane;
      sums[chunk] += sum;
    }
  });
  double square = 0;
  for (double s : sums) square += s;
  return std::sqrt(square);
}

double clip_factor(double norm, double limit) { return limit > 0 && norm > limit ? limit / norm : 1; }

AdamW::AdamW(const Parameters& parameters, const AdamWOptions& o)
    : options(o), first(parameters.values.size()), second(parameters.values.size()) {}

void AdamW::step(Parameters& parameters, double learning_rate, const Also& also, int threads) {
  ++steps;
  const auto t = static_cast<double>(steps);
  const auto beta1 = static_cast<float>(options.beta1), beta2 = static_cast<float>(options.beta2);
  const auto rate = static_cast<float>(learning_rate / (1 - std::pow(options.beta1, t)));
  const auto second_scale = static_cast<float>(1 / (1 - std::pow(options.beta2, t)));
  const auto epsilon = static_cast<float>(options.epsilon), factor = static_cast<float>(also.gradient_factor);
  const auto share = static_cast<float>(1 - also.decay);
  for_chunks(parameters.size(), threads, [&](std::size_t, Index begin, Index end) {
    float *value = parameters.values.data(), *m = first.data(), *v = second.data();
    const float* gradient = parameters.gradients.data();
    for (const Slot& slot : parameters.slots) {
      const Index from = std::max(begin, slot.offset), to = std::min(end, slot.offset + slot.size());
      const auto keep = static_cast<float>(slot.rows > 1 ? 1 - learning_rate * options.weight_decay : 1.0);
      for (Index block = from; block < to; block += kBlock) {
        const Index block_end = std::min(to, block + kBlock);
        loops().adam({factor, beta1, beta2, keep, rate, second_scale, epsilon}, gradient + block, m + block, v + block,
                     value + block, block_end - block);
        if (!also.average) continue;
        float* average = also.average->data();
        for (Index i = block; i < block_end; ++i) average[i] += share * (value[i] - average[i]);
      }
    }
  });
}

}  // namespace vec2vec::neural
