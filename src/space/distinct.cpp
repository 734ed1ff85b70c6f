// SPDX-License-Identifier: Apache-2.0
#include "space/distinct.h"

#include <algorithm>
#include <bit>
#include <map>

#include "space/sample.h"

namespace vec2vec {
namespace {

/// The finaliser of splitmix64 (Steele et al. 2014): a bijection in which every input bit moves every output bit.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

}  // namespace

RowHash hash_row(const float* row, Index dim) {
  std::uint64_t a = 0x9E3779B97F4A7C15ull, b = 0xD1B54A32D192ED03ull;
  for (Index j = 0; j < dim; ++j) {
    const std::uint64_t bits = std::bit_cast<std::uint32_t>(row[j]);
    a = std::rotl(a ^ bits, 23) * 0x9FB21C651E98DF25ull;
    b = std::rotl(b + bits, 41) * 0xC2B2AE3D27D4EB4Full;
  }
  return {mix(a), mix(b ^ static_cast<std::uint64_t>(dim))};
}

Index count_repeats(std::vector<RowHash>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  return static_cast<Index>(hashes.end() - std::unique(hashes.begin(), hashes.end()));
}

DistinctRows distinct_rows(MatrixView rows) {
  std::map<RowHash, Index> seen;
  DistinctRows distinct;
  std::vector<Index> kept;
  for (Index i = 0; i < rows.rows; ++i) {
    const auto [found, is_new] = seen.emplace(hash_row(rows.row(i), rows.cols), static_cast<Index>(kept.size()));
    if (is_new) kept.push_back(i);
    distinct.place.push_back(found->second);
  }
  if (static_cast<Index>(kept.size()) * 100 >= rows.rows * 99) return {{}, rows, {}};
  distinct.copy = gather(rows, kept);
  distinct.rows = distinct.copy;
  return distinct;
}

}  // namespace vec2vec
