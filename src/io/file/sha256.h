// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace vec2vec {

/// SHA-256 of bytes that come one after the other.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(const void* data, std::size_t bytes);
  /// 64 lower-case hexadecimal digits. Nothing can be added behind it.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same of bytes that are there already.
std::string sha256_of(std::string_view bytes);

}  // namespace vec2vec
