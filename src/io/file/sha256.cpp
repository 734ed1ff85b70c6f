// SPDX-License-Identifier: Apache-2.0
#include "io/file/sha256.h"

#include <openssl/evp.h>

#include "core/boundary.h"
#include "io/file/mapped_file.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

void require(int done) {
  if (done != 1) throw Error(ErrorKind::kInternal, "SHA-256 failed");
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(state_->context && EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::add(const void* data, std::size_t bytes) { require(EVP_DigestUpdate(state_->context, data, bytes)); }

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  require(EVP_DigestFinal_ex(state_->context, digest, &length));
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string sha256_of(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return hash.hex();
}

std::string file_sha256(const std::string& path) try {
  const MappedFile file(path);
  Sha256 hash;
  hash.add(file.data(), file.size());
  return hash.hex();
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
