// SPDX-License-Identifier: Apache-2.0
// The kernels as a share of this machine's GEMM speed, measured first. Run: build/bench/bench/vec2vec_bench
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/neighbours.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"
#include "match/tabu.h"
#include "space/kmeans.h"
#include "space/unit.h"
#include "vec2vec/map.h"

namespace vec2vec {
namespace {

Matrix random_unit(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  Matrix m(rows, cols);
  for (Index i = 0; i < rows * cols; ++i) m.data()[i] = static_cast<float>(random.normal());
  normalise_rows(m.span());
  return m;
}

double seconds_of_gemm() {
  const int threads = thread_count(0);
  const Matrix a = random_unit(1024, 1024, 1), b = random_unit(1024, 1024, 2);
  std::vector<Matrix> c(static_cast<std::size_t>(threads), Matrix(1024, 1024));
  auto run = [&] {
    parallel_for(threads, threads, [&](Index t) {
      for (int i = 0; i < 10; ++i) gemm(a, false, b, false, c[static_cast<std::size_t>(t)].span());
    });
  };
  run();
  double best = 1e30;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best / (10.0 * threads);
}

/// float32 GEMM speed of all threads together, flop/s.
double peak() {
  static const double value = 2.0 * 1024 * 1024 * 1024 / seconds_of_gemm();
  return value;
}

void report(benchmark::State& state, double flops) {
  peak();
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = benchmark::Counter(flops / peak(), benchmark::Counter::kIsIterationInvariantRate);
}

void BM_SoftMatch(benchmark::State& state) {
  const Index n = state.range(0), d = state.range(1);
  const Matrix x = random_unit(n, d, 1), y = random_unit(n, d, 2);
  for (auto _ : state) benchmark::DoNotOptimize(soft_match(x, y, y, {0.05f, 2, 0}).data());
  report(state, 4.0 * 2 * static_cast<double>(n * n * d));
}
BENCHMARK(BM_SoftMatch)->Args({2000, 48})->Args({4000, 384})->Args({8000, 384})->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_SoftMatchReference(benchmark::State& state) {
  const Matrix x = random_unit(200, 48, 1), y = random_unit(200, 48, 2);
  for (auto _ : state) benchmark::DoNotOptimize(soft_match_reference(x, y, y, {0.05f, 2, 1}).score);
  report(state, 4.0 * 2 * 200 * 200 * 48);
}
BENCHMARK(BM_SoftMatchReference)->Unit(benchmark::kMillisecond);

/// Flops done: n^2 d, half of a dense product, since the products are symmetric.
void BM_Nearest(benchmark::State& state) {
  const Index n = state.range(0), d = state.range(1);
  const Matrix x = random_unit(n, d, 1);
  for (auto _ : state) benchmark::DoNotOptimize(nearest_rows({x}, 10, 0).index.data());
  report(state, static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(d));
}
BENCHMARK(BM_Nearest)
    ->Args({4096, 384})
    ->Args({10000, 768})
    ->Args({30000, 384})
    ->Args({30000, 768})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_Translate(benchmark::State& state) {
  Map map;
  map.source_mean = Matrix(1, state.range(0));
  map.target_mean = Matrix(1, state.range(1));
  map.weight = random_unit(state.range(0), state.range(1), 3);
  const Matrix x = random_unit(16384, state.range(0), 4);
  Matrix out(16384, state.range(1));
  for (auto _ : state)
    parallel_for(32, 0,
                 [&](Index p) { map.translate(x.view().middle_rows(p * 512, 512), out.span().middle_rows(p * 512, 512)); });
  report(state, 2.0 * 16384 * static_cast<double>(state.range(0) * state.range(1)));
}
BENCHMARK(BM_Translate)->Args({384, 384})->Args({384, 768})->Args({768, 768})->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Tabu(benchmark::State& state) {
  const Index k = state.range(0);
  const Matrix points = random_unit(k, 48, 1), other = random_unit(k, 48, 2);
  const Matrix a = [&] {
    Matrix g(k, k);
    gemm(points, false, points, true, g.span());
    return g;
  }();
  const Matrix b = [&] {
    Matrix g(k, k);
    gemm(other, false, other, true, g.span());
    return g;
  }();
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(tabu_search(a, b, 10000, 1, random).objective);
  state.counters["iterations/s"] = benchmark::Counter(10000, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Tabu)->Arg(24)->Arg(50)->Arg(60)->Unit(benchmark::kMillisecond);

void BM_KMeans(benchmark::State& state) {
  const Matrix x = random_unit(12000, 48, 1);
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(kmeans_anchors(x, 50, 10, random));
}
BENCHMARK(BM_KMeans)->Unit(benchmark::kMillisecond);

void BM_Polar(benchmark::State& state) {
  const Matrix c = random_unit(state.range(0), state.range(1), 1);
  for (auto _ : state) benchmark::DoNotOptimize(polar_factor(c));
}
BENCHMARK(BM_Polar)->Args({48, 48})->Args({384, 384})->Args({384, 768})->Args({768, 768})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vec2vec
