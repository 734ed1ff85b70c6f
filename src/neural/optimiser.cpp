#include "neural/optimiser.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace vec2vec::neural {
namespace {

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

double clip_gradients(Parameters& parameters, double limit, int threads) {
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
  const double norm = std::sqrt(square);
  if (limit > 0 && norm > limit) {
    const float factor = static_cast<float>(limit / norm);
    for_chunks(n, threads, [&](std::size_t, Index begin, Index end) {
      for (Index i = begin; i < end; ++i) parameters.gradients[static_cast<std::size_t>(i)] *= factor;
    });
  }
  return norm;
}

AdamW::AdamW(const Parameters& parameters, const AdamWOptions& o)
    : options(o), first(parameters.values.size()), second(parameters.values.size()) {}

void AdamW::step(Parameters& parameters, double learning_rate, int threads) {
  ++steps;
  const auto t = static_cast<double>(steps);
  const auto beta1 = static_cast<float>(options.beta1), beta2 = static_cast<float>(options.beta2);
  const auto rate = static_cast<float>(learning_rate / (1 - std::pow(options.beta1, t)));
  const auto second_scale = static_cast<float>(1 / (1 - std::pow(options.beta2, t)));
  const auto epsilon = static_cast<float>(options.epsilon);
  for_chunks(parameters.size(), threads, [&](std::size_t, Index begin, Index end) {
    for (const Slot& slot : parameters.slots) {
      const Index from = std::max(begin, slot.offset), to = std::min(end, slot.offset + slot.size());
      if (from >= to) continue;
      const auto keep = static_cast<float>(slot.rows > 1 ? 1 - learning_rate * options.weight_decay : 1.0);
      float *value = parameters.values.data(), *g = parameters.gradients.data(), *m = first.data(), *v = second.data();
      for (Index i = from; i < to; ++i) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        value[i] = keep * value[i] - rate * m[i] / (std::sqrt(v[i] * second_scale) + epsilon);
        g[i] = 0;
      }
    }
  });
}

void update_average(std::vector<float>& average, const std::vector<float>& values, double decay, int threads) {
  const auto share = static_cast<float>(1 - decay);
  for_chunks(static_cast<Index>(values.size()), threads, [&](std::size_t, Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
      average[i] += share * (values[i] - average[i]);
  });
}

}  // namespace vec2vec::neural
