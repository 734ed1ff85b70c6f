// SPDX-License-Identifier: Apache-2.0
#include "encode/openvino/tokenizer.h"

#include <fstream>
#include <openvino/openvino.hpp>
#include <openvino/opsets/opset15.hpp>

#include "encode/openvino/tokenizer_graph.h"
#include "vec2vec/error.h"

namespace vec2vec {
using nlohmann::json;

namespace {

/// vocab.txt of the first BERT models as the tokenizer.json that says the same.
json json_of_vocab(const std::string& path, const json& config) {
  std::ifstream file(path, std::ios::binary);
  json vocab = json::object();
  std::int32_t id = 0;
  for (std::string line; std::getline(file, line); ++id) {
    if (line.ends_with('\r')) line.pop_back();
    vocab[line] = id;
  }
  for (const char* token : {"[UNK]", "[CLS]", "[SEP]"})
    if (!vocab.contains(token))
      bad_input(std::string("the vocabulary lacks ") + token, path, "a whole copy of the model folder");
  const bool lower = config.value("do_lower_case", true);
  json added = json::array();
  for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
    if (vocab.contains(token)) added.push_back({{"content", token}, {"id", vocab[token]}});
  return {
      {"added_tokens", added},
      {"normalizer", {{"type", "BertNormalizer"}, {"clean_text", true}, {"handle_chinese_chars", true}, {"lowercase", lower}}},
      {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
      {"post_processor", {{"type", "BertProcessing"}, {"cls", {"[CLS]", vocab["[CLS]"]}}, {"sep", {"[SEP]", vocab["[SEP]"]}}}},
      {"model",
       {{"type", "WordPiece"}, {"unk_token", "[UNK]"}, {"continuing_subword_prefix", "##"}, {"vocab", std::move(vocab)}}}};
}

/// The special tokens that the post-processor puts before and after a single text.
void read_post_processor(const json& processor, std::vector<std::int32_t>& before, std::vector<std::int32_t>& after) {
  if (processor.is_null()) return;
  const std::string type = processor.at("type");
  if (type == "Sequence") {
    for (const json& part : processor.at("processors")) read_post_processor(part, before, after);
  } else if (type == "BertProcessing" || type == "RobertaProcessing") {
    before = {processor.at("cls").at(1).get<std::int32_t>()};
    after = {processor.at("sep").at(1).get<std::int32_t>()};
  } else if (type == "TemplateProcessing") {
    bool behind = false;
    for (const json& part : processor.at("single")) {
      if (part.contains("Sequence")) {
        behind = true;
        continue;
      }
      const std::string name = part.at("SpecialToken").at("id");
      for (const json& id : processor.at("special_tokens").at(name).at("ids"))
        (behind ? after : before).push_back(id.get<std::int32_t>());
    }
  } else if (type != "ByteLevel") {
    throw UnsupportedTokenizer("post-processor '" + type + "'");
  }
}

[[noreturn]] void cannot_run(const std::string& why, const std::string& path) {
  bad_input("OpenVINO Tokenizers cannot run this tokeniser: " + why, path, "a whole copy of the model folder");
}

}  // namespace

Tokenizer::Tokenizer(const ModelFolder& folder) : path_(folder.tokenizer) {
  try {
    const json description = path_.ends_with(".txt") ? json_of_vocab(path_, folder.tokenizer_config) : read_json(path_);
    // Static models average the tokens of the text and nothing else.
    if (folder.kind != ModelKind::kStatic) read_post_processor(description.value("post_processor", json()), before_, after_);
    model_ = ov::Core().compile_model(tokenizer_graph(description), "CPU");
  } catch (const json::exception& error) {
    bad_input(std::string("the tokenizer is malformed: ") + error.what(), path_, "a whole copy of the model folder");
  } catch (const ov::Exception& error) {
    cannot_run(error.what(), path_);
  } catch (const UnsupportedTokenizer& error) {
    bad_input(std::string("is not supported: ") + error.what(), path_, "another model; docs/encode.md lists what is supported");
  }
}

std::vector<std::vector<std::int32_t>> Tokenizer::encode(std::span<const std::string> texts, Index max_tokens,
                                                         std::vector<bool>& cut) const {
  ov::Tensor strings(ov::element::string, ov::Shape{texts.size()});
  std::copy(texts.begin(), texts.end(), strings.data<std::string>());
  ov::InferRequest request = ov::CompiledModel(model_).create_infer_request();
  request.set_input_tensor(strings);
  try {
    request.infer();
  } catch (const ov::Exception& error) {
    cannot_run(error.what(), path_);
  }
  // On machines of one core the error does not get here (OpenVINO 2026.4): the outputs are empty instead.
  for (std::size_t output : {0, 1})
    if (request.get_output_tensor(output).get_size() != texts.size()) cannot_run("it gave no tokens", path_);
  const auto* begins = request.get_output_tensor(0).data<std::int32_t>();
  const auto* ends = request.get_output_tensor(1).data<std::int32_t>();
  const auto* ids = request.get_output_tensor(2).data<std::int32_t>();

  const Index room = std::max<Index>(0, max_tokens - static_cast<Index>(before_.size() + after_.size()));
  std::vector<std::vector<std::int32_t>> result(texts.size());
  cut.assign(texts.size(), false);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Index found = ends[i] - begins[i], kept = std::min(found, room);
    cut[i] = kept < found;
    std::vector<std::int32_t>& row = result[i];
    row.reserve(before_.size() + static_cast<std::size_t>(kept) + after_.size());
    row.insert(row.end(), before_.begin(), before_.end());
    row.insert(row.end(), ids + begins[i], ids + begins[i] + kept);
    row.insert(row.end(), after_.begin(), after_.end());
  }
  return result;
}

}  // namespace vec2vec
