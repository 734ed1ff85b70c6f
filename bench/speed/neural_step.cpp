// SPDX-License-Identifier: Apache-2.0
// One training step of the translator, with the paper's sizes, as a share of the machine's GEMM speed in the same arithmetic.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>

#include "core/parallel.h"
#include "kernels/right_factor.h"
#include "neural/matmul.h"
#include "train/step/generator_pass.h"
#include "train/step/optimiser.h"

namespace vec2vec::neural {
namespace {

/// Zeros (k, m) as a right factor in bfloat16, or nothing.
struct Packed {
  Packed(Index k, Index m, bool half) : numbers(static_cast<std::size_t>(half ? packed_size(k, m) : 0)) {}
  const std::uint16_t* data() const { return numbers.empty() ? nullptr : numbers.data(); }
  std::vector<std::uint16_t, PageAllocator<std::uint16_t>> numbers;
};

/// Flops a second of n x n x n products, one on each core.
double peak(bool half) {
  constexpr Index n = 1024;
  const Index cores = thread_count(0);
  std::vector<Matrix> a(static_cast<std::size_t>(cores), Matrix(n, n)), c = a;
  const Packed w(n, n, half);
  double best = 1e9;
  for (int repeat = 0; repeat < 8; ++repeat) {
    const auto begin = std::chrono::steady_clock::now();
    parallel_for(cores, 0, [&](Index i) {
      const auto k = static_cast<std::size_t>(i);
      for (int inner = 0; inner < 4; ++inner) matmul(a[k], a[k], w.data(), false, c[k].span());
    });
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return 4 * 2.0 * n * n * n * static_cast<double>(cores) / best;
}

/// Flops of so many passes of rows through the matrices of a network: forward, backward and weight gradients cost the same.
double flops(const Mlp& mlp, Index rows, double passes) {
  double weights = 0;
  for (const Slot& slot : mlp.slots())
    if (slot.rows > 1) weights += static_cast<double>(slot.size());
  return 2 * static_cast<double>(rows) * weights * passes;
}

void BM_PaperStep(benchmark::State& state) {
  const bool half = state.range(2) != 0;
  if (half && !has_bf16()) return state.SkipWithError("no bfloat16 here");
  const NeuralOptions options = neural_preset("paper");
  Translator translator(state.range(0), state.range(1), {options.width, options.adapter_depth, options.backbone_depth});
  Discriminators discriminators(state.range(0), state.range(1), translator.latent(), options);
  Random random(1);
  translator.initialise(random);
  discriminators.initialise(random);
  Parameters &p = translator.parameters, &d = discriminators.parameters;
  if (half) p.refresh_halves(0), d.refresh_halves(0);
  AdamW optimiser(p, {});
  std::vector<float> average = p.values;
  GeneratorPass pass(options);
  const Index n = options.batch;
  Matrix x[2] = {Matrix(n, state.range(0)), Matrix(n, state.range(1))};
  for (Matrix& m : x)
    for (Index i = 0; i < m.rows() * m.cols(); ++i)
      m.data()[i] = static_cast<float>(random.normal() / std::sqrt(static_cast<double>(m.cols())));

  for (auto _ : state) {
    pass.forward(translator, {x[0], x[1]});
    discriminators.learn({{0, x[0], 1},
                          {0, pass.translation(1), 0},
                          {1, x[1], 1},
                          {1, pass.translation(0), 0},
                          {2, pass.latent(0), 1},
                          {2, pass.latent(1), 0}},
                         0, 0);
    discriminators.optimiser.step(d, 1e-5, {clip_factor(gradient_norm(d, 0), 1)}, 0);
    if (half) d.refresh_halves(0);
    benchmark::DoNotOptimize(pass.lose(discriminators, {}));
    pass.backward(translator);
    optimiser.step(p, 2e-5, {clip_factor(gradient_norm(p, 0), 1), &average, 0.999}, 0);
    if (half) p.refresh_halves(0);
  }

  // Nothing needs the gradient at native rows: no backward pass through the first layer there.
  double total = flops(translator.backbone, n, 4 * 3);
  for (std::size_t s = 0; s < 2; ++s) {
    const double native = 2 * static_cast<double>(n * x[s].cols() * (options.width + translator.latent()));
    total += flops(translator.input[s], n, 2 * 3) + flops(translator.output[s], n, 3 * 3) - native;
  }
  const double w = static_cast<double>(options.discriminator_width);
  for (Index in : {state.range(0), state.range(1), translator.latent()}) {
    const double first = static_cast<double>(in) * w, others = (options.discriminator_depth - 2) * w * w + w;
    const double judged = in == translator.latent() ? 2 : 1;  // rows of both sides have a latent
    total += 2 * static_cast<double>(n) * (2 * (2 * first + 3 * others) + judged * 2 * (first + others));
  }
  state.counters["flops"] = benchmark::Counter(total, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = benchmark::Counter(total / peak(half), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_PaperStep)
    ->ArgNames({"source", "target", "bfloat16"})
    ->Args({384, 768, 0})
    ->Args({384, 768, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_Bfloat16Matmul(benchmark::State& state) {
  const bool half = state.range(1) != 0;
  if (half && !has_bf16()) return state.SkipWithError("no bfloat16 here");
  const Index rows = state.range(0), n = 1024;
  const Matrix a(rows, n), w(n, n);
  const Packed w_half(n, n, half);
  Matrix c(rows, n);
  for (auto _ : state) matmul(a, w, w_half.data(), false, c.span());
  state.counters["flops"] =
      benchmark::Counter(2.0 * static_cast<double>(rows) * n * n, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Bfloat16Matmul)->ArgNames({"rows", "bfloat16"})->Args({128, 0})->Args({128, 1})->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace vec2vec::neural
