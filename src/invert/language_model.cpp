// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/language_model.h"

#include "core/boundary.h"

namespace vec2vec {

std::string LanguageModel::text(std::span<const Token> tokens) const {
  std::string text;
  for (const Token token : tokens) text += piece(token);
  return text;
}

void LanguageModelOptions::validate() const {
  const CheckOptions check("LanguageModelOptions");
  check.within(64, 131072, context, "context");
  check.threads(threads);
}

}  // namespace vec2vec
