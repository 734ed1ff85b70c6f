// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/cpu/wide.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// What chance is used for. Each use has a stream of its own, so that no two of them ever draw the same numbers. The numbers
/// are part of the results' bytes: new uses go to the end.
enum class Stream : std::uint64_t {
  kDefault,  ///< of callers who draw for one purpose only
  // align: searches
  kAnchors,      ///< number: the search, part: its run of k-means
  kFirstClimb,   ///< number: the search, part: its start
  kPoolClimb,    ///< number: the search that has just ended, part: the search that climbs on
  kLastClimb,    ///< number: the climber
  kTurnedAxis,   ///< number: the round, part: the axis
  kFurtherTurn,  ///< number: the round, part: the axis
  kNullClimb,    ///< number: the climb
  // align: maps
  kRefine,
  kPairFolds,
  kParts,
  kSupport,
  // evaluate and measure
  kRankingPool,
  kBootstrap,  ///< number: the resample
  kSample,
  kPairRows,
  kFolds,
  kRelativeAnchors,
  kPairings,  ///< number: the permutation
  // train a neural map; number: the step
  kWeights,
  kCounterparts,
  kBatch,
  kGeneratorNoise,
  kDiscriminatorNoise,
  // audit and invert
  kTies,
  kRandomRows,
  kOtherTexts,
  kInversion,  ///< number: the row
  kInversionNull,
  kUnrelatedTexts,
  // postgres
  kTableSample,
  // align: maps, later
  kSettle,  ///< number: the coupling
};

/// xoshiro256** (Blackman & Vigna 2018), its state filled by splitmix64: the same numbers on every platform and library.
class Random {
 public:
  /// Seed, stream, number and part are hashed one after the other before the state is filled. Neighbouring seeds or numbers
  /// therefore share nothing, and all streams are independent.
  explicit Random(std::uint64_t seed, Stream stream = Stream::kDefault, std::uint64_t number = 0, std::uint64_t part = 0) {
    std::uint64_t x = 0;
    for (const std::uint64_t word : {seed, static_cast<std::uint64_t>(stream), number, part}) {
      x ^= word;
      x = splitmix(x);
    }
    for (auto& s : state_) s = splitmix(x);
  }

  std::uint64_t bits() {
    const std::uint64_t result = rotl(state_[1] * 5, 7) * 9, t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotl(state_[3], 45);
    return result;
  }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  /// Uniform in [0, n).
  Index below(Index n) { return number_below(bits(), n); }
  /// Standard normal (Box-Muller, one of the pair thrown away).
  double normal() {
    const double r = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return r * std::cos(6.283185307179586 * uniform());
  }
  template <class T>
  void shuffle(std::vector<T>& v) {
    for (std::size_t i = v.size(); i > 1; --i) std::swap(v[i - 1], v[static_cast<std::size_t>(below(static_cast<Index>(i)))]);
  }
  /// min(count, n) different numbers of [0, n), in random order.
  std::vector<Index> sample(Index n, Index count) {
    std::vector<Index> v(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) v[static_cast<std::size_t>(i)] = i;
    if (count > n) count = n;
    for (Index i = 0; i < count; ++i) std::swap(v[static_cast<std::size_t>(i)], v[static_cast<std::size_t>(i + below(n - i))]);
    v.resize(static_cast<std::size_t>(count));
    return v;
  }

 private:
  static std::uint64_t rotl(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  static std::uint64_t splitmix(std::uint64_t& x) {
    std::uint64_t z = (x += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  std::uint64_t state_[4];
};

}  // namespace vec2vec
