// SPDX-License-Identifier: Apache-2.0
#include "encode/model_folder.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include "core/text/json.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// The first of the names that exists below the folder, as a path; empty when none does.
std::string first_existing(const fs::path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (fs::is_regular_file(folder / name)) return (folder / name).string();
  return {};
}

json read_optional_json(const fs::path& path) { return fs::is_regular_file(path) ? read_json(path.string()) : json::object(); }

Index positive(const json& config, const char* key, const std::string& path) {
  const auto found = config.find(key);
  if (found == config.end() || !found->is_number_integer() || found->get<Index>() <= 0 || found->get<Index>() > 10'000'000)
    bad_input(std::string("'") + key + "' is missing or no positive number", path, "a whole copy of the model folder");
  return found->get<Index>();
}

void read_transformer_config(const json& config, const std::string& path, ModelFolder& model) {
  const std::string type = config.value("model_type", "");
  const Index pad = config.value("pad_token_id", Index{1});
  if (type == "bert") {
    model.kind = ModelKind::kBert;
  } else if (type == "mpnet") {
    model.kind = ModelKind::kMpnet;
    model.first_position = pad + 1;
    model.relative_buckets = config.value("relative_attention_num_buckets", Index{32});
  } else if (type == "roberta" || type == "xlm-roberta" || type == "camembert") {
    model.kind = ModelKind::kRoberta;
    model.first_position = pad + 1;
  } else {
    bad_input("models of type '" + type + "' are not built from their weights", path,
              "bert, mpnet, roberta and xlm-roberta are; for any other, put its ONNX export into the folder as model.onnx");
  }
  if (config.value("position_embedding_type", "absolute") != "absolute")
    bad_input("only absolute position embeddings are supported", path, "an ONNX export of the model");
  model.layers = positive(config, "num_hidden_layers", path);
  model.heads = positive(config, "num_attention_heads", path);
  model.hidden = positive(config, "hidden_size", path);
  model.positions = positive(config, "max_position_embeddings", path);
  model.layer_norm_epsilon = config.value("layer_norm_eps", 1e-12);
  model.activation = config.value("hidden_act", "gelu");
  if (model.hidden % model.heads != 0) bad_input("'hidden_size' is no multiple of 'num_attention_heads'", path);
  if (model.positions <= model.first_position) bad_input("'max_position_embeddings' is too small", path);
}

/// What the config of an ONNX model, or of its text tower, says about texts.
void read_text_limits(const json& config, const std::string& path, ModelFolder& model) {
  if (config.contains("max_position_embeddings"))
    model.max_tokens = positive(config, "max_position_embeddings", path);
  else if (model.has_pictures)
    model.max_tokens = config.value("model_type", "").starts_with("siglip") ? 64 : 77;  // the defaults of transformers
  model.pad_token = config.value("pad_token_id", Index{1});
}

/// modules.json of sentence-transformers: which folder holds the transformer, how to pool, and what else would be done.
void read_modules(const fs::path& folder, fs::path& transformer, ModelFolder& model) {
  const std::string path = (folder / "modules.json").string();
  for (const json& module : read_json(path)) {
    const std::string type = module.at("type").get<std::string>(), name = type.substr(type.rfind('.') + 1);
    const fs::path part = folder / module.at("path").get<std::string>();
    if (name == "Transformer") {
      transformer = part;
    } else if (name == "Pooling") {
      const json pooling = read_json((part / "config.json").string());
      if (pooling.value("pooling_mode_cls_token", false))
        model.pooling = Pooling::kCls;
      else if (!pooling.value("pooling_mode_mean_tokens", false))
        bad_input("only mean and CLS pooling are supported", (part / "config.json").string(),
                  "`EncoderOptions::pooling`, mean or cls, forces one");
    } else if (name != "Normalize" && name != "Dropout") {
      bad_input("the module '" + name + "' is not supported", path, "models of Transformer, Pooling and Normalize are");
    }
  }
}

}  // namespace

const char* to_string(ModelKind kind) {
  switch (kind) {
    case ModelKind::kBert:
      return "bert";
    case ModelKind::kMpnet:
      return "mpnet";
    case ModelKind::kRoberta:
      return "roberta";
    case ModelKind::kOnnx:
      return "onnx";
    case ModelKind::kStatic:
      return "static";
  }
  return "";
}

std::string onnx_file(const std::string& folder, const std::string& preferred) {
  if (const std::string usual = first_existing(folder, {preferred, "onnx/" + preferred, "model.onnx", "onnx/model.onnx"});
      !usual.empty())
    return usual;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".onnx") found.push_back(entry.path().string());
  return found.size() == 1 ? found[0] : std::string();
}

json read_json(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) bad_input("cannot be opened", path, "a whole copy of the model folder");
  try {
    return parse_json(file);
  } catch (const json::exception& error) {
    bad_input(std::string("is malformed JSON: ") + error.what(), path, "copy or download it again");
  }
}

ModelFolder read_model_folder(const std::string& folder) {
  if (!fs::is_directory(folder))
    bad_input("there is no such model folder", folder,
              "scripts/models.sh unpacks models; or give a folder in Hugging Face layout");
  ModelFolder model;
  fs::path transformer = folder;
  try {
    if (fs::is_regular_file(fs::path(folder) / "modules.json")) read_modules(folder, transformer, model);
    model.weights = first_existing(transformer, {"model.safetensors"});
    const json config = read_optional_json(transformer / "config.json");
    const std::string config_path = (transformer / "config.json").string();
    model.has_pictures = fs::is_regular_file(transformer / "preprocessor_config.json");
    if (const std::string onnx = onnx_file(transformer.string(), "text_model.onnx");
        !onnx.empty() && (model.weights.empty() || model.has_pictures)) {
      model.kind = ModelKind::kOnnx;
      model.weights = onnx;
      read_text_limits(config.contains("text_config") ? config["text_config"] : config, config_path, model);
    } else if (model.weights.empty()) {
      bad_input("holds neither model.safetensors nor an .onnx file", transformer.string(),
                fs::exists(transformer / "pytorch_model.bin") ? "convert pytorch_model.bin to safetensors, or export to ONNX"
                                                              : "a whole copy of the model folder");
    } else if (!config.contains("model_type") || config["model_type"] == "static") {
      model.kind = ModelKind::kStatic;
      model.max_tokens = 1'000'000;
    } else {
      read_transformer_config(config, config_path, model);
      model.max_tokens = model.positions - model.first_position;
    }
    model.tokenizer = first_existing(transformer, {"tokenizer.json", "vocab.txt"});
    if (model.tokenizer.empty())
      bad_input("holds neither tokenizer.json nor vocab.txt", transformer.string(),
                "a whole copy of the model folder; save_pretrained of a fast tokenizer writes tokenizer.json");
    model.tokenizer_config = read_optional_json(transformer / "tokenizer_config.json");
    const json sentence = read_optional_json(transformer / "sentence_bert_config.json");
    if (sentence.contains("max_seq_length") && sentence["max_seq_length"].is_number_integer())
      model.max_tokens = std::min(model.max_tokens, sentence["max_seq_length"].get<Index>());
    if (model.max_tokens < 3) bad_input("the model's limit is below three tokens", transformer.string());
  } catch (const json::exception& error) {
    bad_input(std::string("the model's JSON files are malformed: ") + error.what(), transformer.string(),
              "a whole copy of the model folder");
  }
  return model;
}

}  // namespace vec2vec
