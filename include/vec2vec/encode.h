// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"
#include "vec2vec/rows.h"

// Thread-safe: an Encoder may encode on several threads at once. Of two calls that write the same file the second is refused.
// An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// Whether this build has text encoders (OpenVINO was found). Without them an Encoder throws Error{kBadInput} that says what to
/// install.
bool has_encoders();

/// How the vectors of a text's tokens become one; kModel takes what the model folder says, else the mean.
enum class Pooling { kModel, kMean, kCls };
enum class Precision { kFloat32, kBfloat16 };

struct EncoderOptions {
  Index max_tokens = 0;  ///< longer texts are cut, special tokens counted; 0 = the model's own limit
  std::string prefix;    ///< put before every text, such as "query: " for E5 models
  Pooling pooling = Pooling::kModel;
  Precision precision = Precision::kFloat32;  ///< kBfloat16 is faster on CPUs that have it, and less exact (docs/encode.md)
  int threads = 0;                            ///< 0 = all cores

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// What was read while texts were encoded.
struct TokenCounts {
  Index tokens = 0;     ///< special tokens included, padding not
  Index cut_texts = 0;  ///< texts longer than max_tokens, of which the rest was dropped
};

/// A text encoder out of a model folder in Hugging Face layout: config.json with model.safetensors (BERT, MPNet, RoBERTa and
/// XLM-R), or an ONNX file read as is, or a lone embedding matrix (static models); tokenizer.json, or vocab.txt.
class Encoder {
 public:
  /// Throws Error{kBadInput} for a folder that lacks a part or holds a model of another kind, naming the file.
  explicit Encoder(const std::string& folder, const EncoderOptions& options = {});
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  Index dim() const;
  Index max_tokens() const;
  /// JSON object: kind, files with their SHA-256, pooling, limits, precision.
  const std::string& card() const;

  /// Writes the unit vector of texts[i], valid UTF-8, to row i of out (texts.size(), dim). Texts of similar length are encoded
  /// together; a row's last bits depend on which texts stand beside it, not on the number of threads. Texts without any token
  /// (static models) give a zero row. A false from progress ends the work with Error{kInterrupted}.
  TokenCounts encode(std::span<const std::string_view> texts, MatrixSpan out, const Progress& progress = {}) const;

  /// The token ids of one text, special tokens included, cut to max_tokens.
  std::vector<std::int32_t> tokenize(std::string_view text) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

struct EncodeOptions {
  EncoderOptions encoder = {};
  Index text_column = 0;    ///< 0 = a line is a text; k = the k-th tab-separated column of each line
  Index block_rows = 2048;  ///< rows encoded and kept at a time, in 1 .. 65536
  bool restart = false;     ///< drop what an interrupted run left behind instead of going on from there
  CreateOptions output = {};
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

struct EncodeSummary {
  Index rows = 0, dim = 0;
  Index resumed_rows = 0;  ///< of an earlier, interrupted run
  Index empty_texts = 0;
  TokenCounts counts;  ///< of the rows encoded in this run
  std::string card;    ///< Encoder::card()
  std::string texts_sha256;
  double load_seconds = 0, seconds = 0;  ///< seconds: all of it, loading included

  std::string brief() const;
  std::string to_json() const;
};

/// Encodes the lines of a UTF-8 text file with the model of a folder: line i becomes row i of a new file at out_path, empty
/// lines included; out_path + ".provenance.json" says how. Memory: one block of rows and texts, and the model. Finished blocks
/// are kept in out_path + ".partial" until the end: the same call goes on from there after an interrupt, a crash or a power
/// cut, and ends with the same bytes. Throws Error{kBadInput} for lines that are not UTF-8 or lack the column, naming the line,
/// and when the partial file belongs to another model, text file or options.
EncodeSummary encode(const std::string& model_folder, const std::string& texts_path, const std::string& out_path,
                     const EncodeOptions& options);

}  // namespace vec2vec
