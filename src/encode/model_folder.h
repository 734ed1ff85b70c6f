// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "vec2vec/encode.h"

namespace vec2vec {

enum class ModelKind { kBert, kMpnet, kRoberta, kOnnx, kStatic };
const char* to_string(ModelKind kind);

/// What a model folder in Hugging Face layout says about itself; paths are those of files that exist.
struct ModelFolder {
  ModelKind kind = ModelKind::kBert;
  std::string weights;              ///< safetensors or ONNX
  std::string tokenizer;            ///< tokenizer.json, or vocab.txt
  nlohmann::json tokenizer_config;  ///< tokenizer_config.json, or an empty object
  Pooling pooling = Pooling::kMean;
  Index max_tokens = 512;
  bool has_pictures = false;  ///< one of two towers; the other one takes pictures
  Index pad_token = 0;        ///< what fills texts up where the model takes no attention mask

  // Of config.json; kBert, kMpnet and kRoberta only.
  Index layers = 0, heads = 0, hidden = 0, positions = 0;
  Index first_position = 0;    ///< row of the position embeddings that the first token takes
  Index relative_buckets = 0;  ///< kMpnet
  double layer_norm_epsilon = 1e-12;
  std::string activation;
};

/// Reads the JSON files of the folder. Throws Error{kBadInput} naming the file that is missing, malformed or says something
/// that is not supported.
ModelFolder read_model_folder(const std::string& folder);

/// The ONNX file of a model folder: `preferred`, else model.onnx, either of them also in onnx/, else the only one in the
/// folder, else empty.
std::string onnx_file(const std::string& folder, const std::string& preferred);

/// Parses a JSON file. Throws Error{kBadInput} naming it.
nlohmann::json read_json(const std::string& path);

}  // namespace vec2vec
