#include <openssl/evp.h>

#include <memory>

#include "io/mapped_file.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {

std::string file_sha256(const std::string& path) {
  const MappedFile file(path);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(file.data(), file.size(), digest, &length, EVP_sha256(), nullptr) != 1)
    throw Error(ErrorKind::kInternal, "SHA-256 failed", path);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

}  // namespace vec2vec
