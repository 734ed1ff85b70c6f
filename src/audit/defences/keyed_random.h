// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "vec2vec/defend.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Random numbers that only the holder of a key can draw: the ChaCha20 key stream (RFC 8439). Streams of different numbers are
/// independent.
class KeyedRandom {
 public:
  KeyedRandom(const DefenceKey& key, std::uint32_t stream, std::uint64_t row = 0);
  ~KeyedRandom();
  KeyedRandom(const KeyedRandom&) = delete;
  KeyedRandom& operator=(const KeyedRandom&) = delete;

  std::uint64_t bits();
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  /// Uniform in [0, n), with a bias below n / 2^64.
  Index below(Index n);
  /// Standard normal (Box-Muller, both of a pair used).
  double normal();

 private:
  void refill();

  void* cipher_;  // EVP_CIPHER_CTX
  std::array<std::uint64_t, 64> block_ = {};
  std::size_t used_ = 64;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace vec2vec
