// SPDX-License-Identifier: Apache-2.0
#include "encode/openvino/tokenizer_graph.h"

#include <algorithm>
#include <openvino/opsets/opset15.hpp>
#include <string>
#include <vector>

#include "encode/openvino/tokenizer_ops.h"

namespace vec2vec {
namespace {

using nlohmann::json;
namespace op = ov::opset15;

constexpr const char* kMetaspace = "\xE2\x96\x81";  // U+2581, the visible space of SentencePiece

std::string quote_for_regex(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)) && c != '_') quoted += '\\';
    quoted += c;
  }
  return quoted;
}

std::shared_ptr<op::Constant> scalar(std::int64_t value) { return op::Constant::create(ov::element::i64, {}, {value}); }

std::string base64_bytes(const std::string& text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 255);
  }
  return bytes;
}

/// The tokens of a vocabulary {token: id} in the order of their ids; unused ids are empty.
std::vector<std::string> tokens_by_id(const json& vocabulary) {
  std::vector<std::string> tokens;
  for (const auto& [token, id] : vocabulary.items()) {
    const auto at = id.get<std::size_t>();
    if (at > 10'000'000) throw UnsupportedTokenizer("a token id of " + std::to_string(at));
    if (at >= tokens.size()) tokens.resize(at + 1);
    tokens[at] = token;
  }
  return tokens;
}

/// Bytes of a token of a byte-level vocabulary, in which every byte stands as a printable character (Radford et al. 2019).
std::string bytes_of_printable(const std::string& token) {
  std::string bytes;
  for (std::size_t i = 0; i < token.size(); ++i) {
    unsigned code = static_cast<unsigned char>(token[i]);
    if (code >= 0xC0 && code < 0xE0 && i + 1 < token.size())
      code = (code & 31) << 6 | (static_cast<unsigned char>(token[++i]) & 63);
    else if (code >= 0x80)
      return token;
    if (code < 256) {
      bytes += static_cast<char>(code);
    } else {  // 256 + k is the k-th of the bytes that are not printable in Latin-1
      unsigned skipped = code - 256, byte = 0;
      for (;; ++byte) {
        const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        if (!printable && skipped-- == 0) break;
        if (byte == 255) return token;
      }
      bytes += static_cast<char>(byte);
    }
  }
  return bytes;
}

/// Builds the graph step by step. The state of a text on its way: words (n ragged rows of strings), and which of the strings
/// are special tokens, which later steps skip.
class GraphBuilder {
 public:
  explicit GraphBuilder(const json& description) : description_(description) {}

  std::shared_ptr<ov::Model> build() {
    const auto input = std::make_shared<op::Parameter>(ov::element::string, ov::PartialShape{ov::Dimension::dynamic()});
    strings_ = std::make_shared<op::StringTensorUnpack>(input)->outputs();
    one_string_a_row();
    split_special_tokens();
    if (const json& step = description_.value("normalizer", json()); !step.is_null()) normalise(step);
    if (const json& step = description_.value("pre_tokenizer", json()); !step.is_null()) pre_tokenise(step);
    return std::make_shared<ov::Model>(model(description_.at("model")), ov::ParameterVector{input}, "tokenizer");
  }

 private:
  static ov::OutputVector joined(const ov::OutputVector& a, const ov::OutputVector& b) {
    ov::OutputVector all(a);
    all.insert(all.end(), b.begin(), b.end());
    return all;
  }

  void one_string_a_row() {
    const auto count = std::make_shared<op::Gather>(std::make_shared<op::ShapeOf>(strings_[0]), scalar(0), scalar(0));
    const auto beyond = std::make_shared<op::Add>(count, scalar(1));
    rows_ = {std::make_shared<op::Range>(scalar(0), count, scalar(1), ov::element::i32),
             std::make_shared<op::Range>(scalar(1), beyond, scalar(1), ov::element::i32)};
  }

  void split_special_tokens() {
    std::vector<std::string> patterns;
    for (const json& token : description_.value("added_tokens", json::array())) {
      const std::string blank = "(?:\\s*)";
      patterns.push_back((token.value("lstrip", false) ? blank : "") + "(" + quote_for_regex(token.at("content")) + ")" +
                         (token.value("rstrip", false) ? blank : ""));
    }
    if (patterns.empty()) return;
    std::sort(patterns.rbegin(), patterns.rend());  // a token before its own beginnings
    std::string pattern = patterns[0];
    for (std::size_t i = 1; i < patterns.size(); ++i) pattern += "|" + patterns[i];
    ov::OutputVector inputs = joined(rows_, strings_);
    inputs.push_back(single_string(pattern));
    take(tokenizer_op("SpecialTokensSplit", inputs));
  }

  /// Keeps the outputs of a step: rows (2), strings (3), and special (0 or 1).
  void take(const ov::OutputVector& outputs) {
    rows_ = {outputs[0], outputs[1]};
    strings_ = {outputs[2], outputs[3], outputs[4]};
    special_.assign(outputs.begin() + 5, outputs.end());
  }

  void normalise_op(const std::string& type, const ov::OutputVector& more, const ov::AnyMap& attributes) {
    const ov::OutputVector outputs = tokenizer_op(type, joined(joined(strings_, special_), more), attributes);
    strings_ = {outputs[0], outputs[1], outputs[2]};
    special_.assign(outputs.begin() + 3, outputs.end());
  }

  void replace(const std::string& pattern, const std::string& by) {
    normalise_op("RegexNormalization", {single_string(pattern), single_string(by)}, {{"global_replace", true}});
  }

  void map_characters(const std::string& form, bool fold) {
    normalise_op("CharsMapNormalization", {},
                 {{"normalization_form", form}, {"case_fold", fold}, {"remove_extra_whitespaces", false}});
  }

  void split(const std::string& pattern, const std::string& behaviour, bool invert = false) {
    ov::OutputVector inputs = joined(joined(rows_, strings_), special_);
    inputs.push_back(single_string(pattern));
    take(tokenizer_op("RegexSplit", inputs, {{"behaviour", behaviour}, {"invert", invert}, {"max_splits", std::int64_t{-1}}}));
  }

  static std::string regex_of(const json& pattern) {
    return pattern.contains("Regex") ? pattern["Regex"].get<std::string>()
                                     : quote_for_regex(pattern.at("String").get<std::string>());
  }

  void normalise(const json& step) {
    const std::string type = step.at("type");
    if (type == "Sequence") {
      for (const json& part : step.at("normalizers")) normalise(part);
    } else if (type == "BertNormalizer") {
      normalise_bert(step);
    } else if (type == "NFC" || type == "NFD" || type == "NFKC" || type == "NFKD") {
      std::string form = type;
      std::transform(form.begin(), form.end(), form.begin(), [](unsigned char c) { return std::tolower(c); });
      map_characters(form, false);
    } else if (type == "Lowercase") {
      map_characters("identity", true);
    } else if (type == "StripAccents") {
      replace("\\p{Mn}", "");
    } else if (type == "Precompiled") {
      const std::string map = base64_bytes(step.at("precompiled_charsmap"));
      normalise_op("CharsMapNormalization", {single_string(map)},
                   {{"normalization_form", std::string()}, {"remove_extra_whitespaces", true}});
    } else if (type == "Replace") {
      replace(regex_of(step.at("pattern")), step.at("content"));
    } else if (type == "Prepend") {
      replace("^([\\s\\S])", step.at("prepend").get<std::string>() + "$1");
    } else if (type == "Strip") {
      if (step.value("strip_left", false)) replace("^\\s+", "");
      if (step.value("strip_right", false)) replace("\\s+$", "");
    } else {
      throw UnsupportedTokenizer("normalizer '" + type + "'");
    }
  }

  void normalise_bert(const json& step) {
    if (step.value("clean_text", true)) {
      replace("[^\\P{C}\\t\\n\\r]|\\x{FFFD}", "");  // control, format, private and unassigned characters
      replace("[\\s\\p{Z}]", " ");
    }
    if (step.value("handle_chinese_chars", true))
      replace(
          "([\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2B73F}\\x{2B740}-\\x{2B81F}"
          "\\x{2B920}-\\x{2CEAF}\\x{F900}-\\x{FAFF}\\x{2F800}-\\x{2FA1F}])",
          " $1 ");
    const bool lower = step.value("lowercase", true);
    const json accents = step.value("strip_accents", json());
    if (accents.is_null() ? lower : accents.get<bool>()) {
      map_characters("nfd", false);
      replace("\\p{Mn}", "");
    }
    if (lower) map_characters("identity", true);
  }

  void pre_tokenise(const json& step) {
    const std::string type = step.at("type");
    if (type == "Sequence") {
      for (const json& part : step.at("pretokenizers")) pre_tokenise(part);
    } else if (type == "BertPreTokenizer") {
      split("[\\s\\p{Z}]+", "remove");
      split("[!-/:-@\\[-`{-~\\p{P}]", "isolate");
    } else if (type == "Whitespace") {
      split("\\w+|[^\\w\\s]+", "remove", true);
    } else if (type == "WhitespaceSplit") {
      split("[\\s\\p{Z}]+", "remove");
    } else if (type == "Split") {
      std::string behaviour = step.at("behavior");  // Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous
      std::transform(behaviour.begin(), behaviour.end(), behaviour.begin(), [](unsigned char c) { return std::tolower(c); });
      if (behaviour == "removed") behaviour = "remove";
      if (behaviour == "isolated") behaviour = "isolate";
      split(regex_of(step.at("pattern")), behaviour, step.value("invert", false));
    } else if (type == "Metaspace") {
      metaspace(step);
    } else if (type == "ByteLevel") {
      if (step.value("add_prefix_space", false)) replace("^(\\S)", " $1");
      if (step.value("use_regex", true))
        split("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", "isolate");
      byte_level_ = true;
    } else if (type == "Punctuation") {
      split("[!-/:-@\\[-`{-~\\p{P}]", "isolate");
    } else {
      throw UnsupportedTokenizer("pre-tokenizer '" + type + "'");
    }
  }

  void metaspace(const json& step) {
    const std::string mark = step.value("replacement", kMetaspace);
    replace(" ", mark);
    const std::string scheme = step.value("prepend_scheme", step.value("add_prefix_space", true) ? "always" : "never");
    if (scheme != "never") replace("^([^" + mark + "])", mark + "$1");
    if (step.value("split", true)) split(mark, "mergedwithnext");
  }

  ov::OutputVector model(const json& model) {
    const std::string type = model.at("type");
    if (type == "WordPiece") return word_piece(model);
    if (type == "Unigram") return unigram(model);
    if (type == "BPE") return bpe(model);
    throw UnsupportedTokenizer("tokenizer model '" + type + "'");
  }

  ov::OutputVector word_piece(const json& model) {
    const std::vector<std::string> tokens = tokens_by_id(model.at("vocab"));
    const auto unknown = std::find(tokens.begin(), tokens.end(), model.at("unk_token").get<std::string>());
    if (unknown == tokens.end()) throw UnsupportedTokenizer("a vocabulary without its own unknown token");
    ov::OutputVector inputs = joined(joined(rows_, strings_), string_list(tokens));
    inputs.push_back(scalar(unknown - tokens.begin()));
    return tokenizer_op("WordpieceTokenizer", inputs,
                        {{"suffix_indicator", model.value("continuing_subword_prefix", "##")},
                         {"max_bytes_per_word", model.value("max_input_chars_per_word", std::int64_t{100})}});
  }

  ov::OutputVector unigram(const json& model) {
    std::vector<std::string> tokens;
    std::vector<float> scores;
    for (const json& piece : model.at("vocab")) {
      tokens.push_back(piece.at(0));
      scores.push_back(piece.at(1));
    }
    ov::OutputVector inputs = joined(joined(rows_, strings_), string_list(tokens));
    inputs.push_back(std::make_shared<op::Constant>(ov::element::f32, ov::Shape{scores.size()}, scores));
    return tokenizer_op("UnigramTokenizer", inputs,
                        {{"byte_fallback", model.value("byte_fallback", false)},
                         {"unk_token_id", model.at("unk_id").get<std::int32_t>()},
                         {"fuse_unk", true}});
  }

  ov::OutputVector bpe(const json& model) {
    const auto text_of = [&](const char* key) {
      return model.value(key, json()).is_string() ? model[key].get<std::string>() : "";
    };
    if (!text_of("continuing_subword_prefix").empty()) throw UnsupportedTokenizer("BPE with a continuing prefix");
    std::vector<std::string> tokens = tokens_by_id(model.at("vocab")), left, right;
    for (const json& merge : model.at("merges")) {
      if (merge.is_array()) {
        left.push_back(merge.at(0));
        right.push_back(merge.at(1));
      } else {
        const auto text = merge.get<std::string>();
        const std::size_t space = text.find(' ', 1);
        if (space == std::string::npos) throw UnsupportedTokenizer("the merge '" + text + "'");
        left.push_back(text.substr(0, space));
        right.push_back(text.substr(space + 1));
      }
    }
    if (byte_level_)
      for (auto* list : {&tokens, &left, &right})
        for (std::string& token : *list) token = bytes_of_printable(token);
    std::vector<std::string> added;
    std::vector<std::int32_t> added_ids;
    for (const json& token : description_.value("added_tokens", json::array())) {
      added.push_back(token.at("content"));
      added_ids.push_back(token.at("id"));
    }
    ov::OutputVector inputs = joined(joined(rows_, strings_), string_list(tokens));
    inputs = joined(joined(inputs, string_list(left)), string_list(right));
    if (!added.empty()) {
      inputs = joined(inputs, string_list(added));
      inputs.push_back(std::make_shared<op::Constant>(ov::element::i32, ov::Shape{added_ids.size()}, added_ids));
    }
    return tokenizer_op("BPETokenizer", inputs,
                        {{"unk_token", text_of("unk_token")},
                         {"fuse_unk", model.value("fuse_unk", false)},
                         {"suffix_indicator", std::string()},
                         {"end_suffix", text_of("end_of_word_suffix")},
                         {"byte_fallback", model.value("byte_fallback", false)}});
  }

  const json& description_;
  ov::OutputVector rows_, strings_, special_;
  bool byte_level_ = false;
};

}  // namespace

std::shared_ptr<ov::Model> tokenizer_graph(const json& description) { return GraphBuilder(description).build(); }

}  // namespace vec2vec
