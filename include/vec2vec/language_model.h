// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/matrix.h"

// A model is for one thread at a time. What it throws ends the call that uses it, and comes out of that (error.h).
namespace vec2vec {

using Token = std::int32_t;

struct NextToken {
  Token token = 0;
  double log_probability = 0;
};

/// What a language model expects at one place of a sequence.
struct Expectation {
  double log_probability = 0;        ///< of the token that stands there; 0 behind the last one
  std::vector<NextToken> likeliest;  ///< likeliest first; the lower token of equals
};

/// Tokens to read, and the place (>= 1) from which on one wants to know what the model expects; tokens.size() = behind the
/// last.
struct Sequence {
  std::vector<Token> tokens;
  std::size_t first = 1;
};

/// A causal language model, as inversion uses one.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;

  /// JSON object: what model this is, with the SHA-256 of its file.
  virtual const std::string& card() const = 0;

  /// The tokens of a text; start: with the token that begins a sequence. Special tokens are not read out of the text.
  virtual std::vector<Token> tokenize(std::string_view text, bool start) const = 0;

  /// The bytes that a token stands for; part of a character, perhaps. Empty for special tokens.
  virtual std::string piece(Token token) const = 0;

  /// For each sequence its expectations at the places first .. tokens.size(), with the k likeliest tokens each. What a sequence
  /// has in common with those of the call before is not computed again. Throws Error{kBadInput} for sequences that are longer
  /// than the model reads. Cost: the layers once a new token, and the output (a product with the whole vocabulary) once a
  /// place.
  virtual std::vector<std::vector<Expectation>> read(std::span<const Sequence> sequences, Index k) = 0;

  /// piece() of all tokens.
  std::string text(std::span<const Token> tokens) const;
};

struct LanguageModelOptions {
  Index context = 4096;  ///< tokens of all sequences of a call together that are kept, prompts that they share counted once
  int threads = 0;       ///< 0 = all cores

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Whether this build reads language models (llama.cpp was found).
bool has_language_models();

/// A model out of a GGUF file, run by llama.cpp on the CPU. Throws Error{kBadInput} for a file that it cannot read, and, in a
/// build without llama.cpp, one that says what to install.
std::unique_ptr<LanguageModel> open_language_model(const std::string& gguf_path, const LanguageModelOptions& options = {});

}  // namespace vec2vec
