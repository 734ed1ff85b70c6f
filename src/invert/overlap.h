// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vec2vec {

/// Runs of a-z and 0-9 in lower case, as ROUGE takes words.
std::vector<std::string> rouge_words(std::string_view text);

/// Tokens of the tokeniser 13a (mteval-v13a), which BLEU counts.
std::vector<std::string> bleu_tokens(std::string_view text);

}  // namespace vec2vec
