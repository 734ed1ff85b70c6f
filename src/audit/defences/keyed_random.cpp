// SPDX-License-Identifier: Apache-2.0
#include "audit/defences/keyed_random.h"

#include <openssl/evp.h>

#include <cmath>
#include <cstring>

#include "core/cpu/wide.h"
#include "vec2vec/error.h"

namespace vec2vec {

KeyedRandom::KeyedRandom(const DefenceKey& key, std::uint32_t stream, std::uint64_t row) : cipher_(EVP_CIPHER_CTX_new()) {
  std::array<std::uint8_t, 16> iv = {};  // block counter (4 bytes), stream, row
  std::memcpy(iv.data() + 4, &stream, sizeof stream);
  std::memcpy(iv.data() + 8, &row, sizeof row);
  auto* context = static_cast<EVP_CIPHER_CTX*>(cipher_);
  if (!context || EVP_EncryptInit_ex(context, EVP_chacha20(), nullptr, key.data(), iv.data()) != 1) {
    EVP_CIPHER_CTX_free(context);
    throw Error(ErrorKind::kInternal, "ChaCha20 is not available in this OpenSSL");
  }
}

KeyedRandom::~KeyedRandom() { EVP_CIPHER_CTX_free(static_cast<EVP_CIPHER_CTX*>(cipher_)); }

void KeyedRandom::refill() {
  static constexpr std::array<std::uint8_t, sizeof block_> kZeros = {};
  int written = 0;
  if (EVP_EncryptUpdate(static_cast<EVP_CIPHER_CTX*>(cipher_), reinterpret_cast<std::uint8_t*>(block_.data()), &written,
                        kZeros.data(), static_cast<int>(kZeros.size())) != 1)
    throw Error(ErrorKind::kInternal, "ChaCha20 failed");
  used_ = 0;
}

std::uint64_t KeyedRandom::bits() {
  if (used_ == block_.size()) refill();
  return block_[used_++];
}

Index KeyedRandom::below(Index n) { return number_below(bits(), n); }

double KeyedRandom::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform())), angle = 6.283185307179586 * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

}  // namespace vec2vec
