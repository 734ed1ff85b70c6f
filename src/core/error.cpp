// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/error.h"

#include <utility>

namespace vec2vec {
namespace {

std::string join(const std::string& what, const std::string& where, const std::string& hint) {
  std::string text = where.empty() ? what : where + ": " + what;
  if (!hint.empty()) text += "\n  try: " + hint;
  return text;
}

}  // namespace

Error::Error(ErrorKind kind, std::string what, std::string where, std::string hint)
    : std::runtime_error(join(what, where, hint)),
      kind_(kind),
      message_(std::move(what)),
      where_(std::move(where)),
      hint_(std::move(hint)) {}

void bad_input(std::string what, std::string where, std::string hint) {
  throw Error(ErrorKind::kBadInput, std::move(what), std::move(where), std::move(hint));
}

}  // namespace vec2vec
