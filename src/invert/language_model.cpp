// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/language_model.h"

#include "vec2vec/error.h"

namespace vec2vec {

std::string LanguageModel::text(std::span<const Token> tokens) const {
  std::string text;
  for (const Token token : tokens) text += piece(token);
  return text;
}

void LanguageModelOptions::validate() const {
  if (context < 64 || context > 131072)
    bad_input("must lie in 64 .. 131072, is " + std::to_string(context), "`LanguageModelOptions::context`");
  if (threads < 0) bad_input("must not be negative, is " + std::to_string(threads), "`LanguageModelOptions::threads`");
}

}  // namespace vec2vec
