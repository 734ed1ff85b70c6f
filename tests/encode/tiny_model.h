// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/random.h"
#include "io/binary/safetensors.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

inline void write_text(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// A transformer encoder with random weights in Hugging Face layout, small enough to be computed by plain loops.
struct TinyModel {
  static constexpr Index kHidden = 8, kHeads = 2, kLayers = 2, kInner = 16, kPositions = 40, kBuckets = 32;

  std::string type;      ///< bert, roberta or mpnet
  Index first_position;  ///< of the position embeddings
  std::vector<std::string> vocabulary = {"[PAD]", "[UNK]", "[CLS]",   "[SEP]", "the", "cat",
                                         "sat",   "un",    "##happy", "##s",   ",",   "cafe"};
  std::map<std::string, Matrix> tensors;  ///< vectors are (1, n)

  /// Another model that finds the same texts alike: positions count more.
  static TinyModel relative_of(const std::string& model_type) {
    TinyModel model(model_type);
    Matrix& positions = model.tensors["embeddings.position_embeddings.weight"];
    for (Index i = 0; i < positions.rows() * positions.cols(); ++i) positions.data()[i] *= 1.5f;
    return model;
  }

  explicit TinyModel(const std::string& model_type, std::uint64_t seed = 1)
      : type(model_type), first_position(type == "bert" ? 0 : 2) {
    Random random(seed);
    const auto add = [&](const std::string& name, Index rows, Index cols, double scale, double middle = 0) {
      Matrix& m = tensors[name] = Matrix(rows, cols);
      for (Index i = 0; i < rows * cols; ++i) m.data()[i] = static_cast<float>(middle + scale * random.normal());
    };
    const auto linear = [&](const std::string& name, Index out, Index in) {
      add(name + ".weight", out, in, 0.5);
      add(name + ".bias", 1, out, 0.2);
    };
    const auto norm = [&](const std::string& name) {
      add(name + ".weight", 1, kHidden, 0.2, 1);
      add(name + ".bias", 1, kHidden, 0.2);
    };
    add("embeddings.word_embeddings.weight", static_cast<Index>(vocabulary.size()), kHidden, 1);
    add("embeddings.position_embeddings.weight", kPositions, kHidden, 1);
    if (type != "mpnet") add("embeddings.token_type_embeddings.weight", 2, kHidden, 1);
    if (type == "mpnet") add("encoder.relative_attention_bias.weight", kBuckets, kHeads, 1);
    norm("embeddings.LayerNorm");
    for (Index l = 0; l < kLayers; ++l) {
      const std::string layer = "encoder.layer." + std::to_string(l) + ".";
      for (const std::string& part : attention_parts()) linear(layer + part, kHidden, kHidden);
      norm(layer + attention_norm());
      linear(layer + "intermediate.dense", kInner, kHidden);
      linear(layer + "output.dense", kHidden, kInner);
      norm(layer + "output.LayerNorm");
    }
  }

  std::vector<std::string> attention_parts() const {
    const std::string a = "attention.";
    if (type == "mpnet") return {a + "attn.q", a + "attn.k", a + "attn.v", a + "attn.o"};
    return {a + "self.query", a + "self.key", a + "self.value", a + "output.dense"};
  }
  std::string attention_norm() const { return type == "mpnet" ? "attention.LayerNorm" : "attention.output.LayerNorm"; }

  /// Writes config.json, model.safetensors (names with this prefix) and tokenizer.json.
  void save(const std::string& folder, const std::string& prefix = "") const {
    const nlohmann::json config = {{"model_type", type},
                                   {"hidden_size", kHidden},
                                   {"num_attention_heads", kHeads},
                                   {"num_hidden_layers", kLayers},
                                   {"intermediate_size", kInner},
                                   {"max_position_embeddings", kPositions},
                                   {"relative_attention_num_buckets", kBuckets},
                                   {"layer_norm_eps", 1e-5},
                                   {"hidden_act", "gelu"},
                                   {"pad_token_id", type == "bert" ? 0 : 1}};
    write_text(folder + "/config.json", config.dump());
    std::vector<TensorSpec> specs;
    std::string bytes;
    for (const auto& [name, m] : tensors) {
      const bool vector = m.rows() == 1;
      const auto size = static_cast<std::size_t>(m.rows() * m.cols()) * sizeof(float);
      specs.push_back(
          {prefix + name, "F32", vector ? std::vector<Index>{m.cols()} : std::vector<Index>{m.rows(), m.cols()}, size});
      bytes.append(reinterpret_cast<const char*>(m.data()), size);
    }
    write_text(folder + "/model.safetensors", make_safetensors_header(specs, {}) + bytes);
    write_text(folder + "/tokenizer.json", tokenizer().dump());
  }

  nlohmann::json tokenizer() const {
    nlohmann::json vocab, added = nlohmann::json::array();
    for (std::size_t i = 0; i < vocabulary.size(); ++i) vocab[vocabulary[i]] = i;
    for (int i = 0; i < 4; ++i) added.push_back({{"id", i}, {"content", vocabulary[static_cast<std::size_t>(i)]}});
    return {
        {"added_tokens", added},
        {"normalizer", {{"type", "BertNormalizer"}, {"clean_text", true}, {"handle_chinese_chars", true}, {"lowercase", true}}},
        {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
        {"post_processor", {{"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}}},
        {"model",
         {{"type", "WordPiece"},
          {"unk_token", "[UNK]"},
          {"continuing_subword_prefix", "##"},
          {"max_input_chars_per_word", 100},
          {"vocab", vocab}}}};
  }

  /// Token states (ids.size(), kHidden) by plain loops.
  Matrix states(const std::vector<std::int32_t>& ids) const {
    const auto n = static_cast<Index>(ids.size());
    Matrix x(n, kHidden);
    for (Index t = 0; t < n; ++t)
      for (Index c = 0; c < kHidden; ++c) {
        x(t, c) = at("embeddings.word_embeddings.weight")(ids[static_cast<std::size_t>(t)], c) +
                  at("embeddings.position_embeddings.weight")(first_position + t, c);
        if (type != "mpnet") x(t, c) += at("embeddings.token_type_embeddings.weight")(0, c);
      }
    normalise(x, "embeddings.LayerNorm");
    for (Index l = 0; l < kLayers; ++l) {
      const std::string layer = "encoder.layer." + std::to_string(l) + ".";
      const auto parts = attention_parts();
      Matrix y = linear(attention(linear(x, layer + parts[0]), linear(x, layer + parts[1]), linear(x, layer + parts[2])),
                        layer + parts[3]);
      add(y, x);
      normalise(y, layer + attention_norm());
      Matrix inner = linear(y, layer + "intermediate.dense");
      for (Index i = 0; i < n * kInner; ++i) {
        const double v = inner.data()[i];
        inner.data()[i] = static_cast<float>(0.5 * v * (1 + std::erf(v / std::sqrt(2.0))));
      }
      x = linear(inner, layer + "output.dense");
      add(x, y);
      normalise(x, layer + "output.LayerNorm");
    }
    return x;
  }

 private:
  const Matrix& at(const std::string& name) const { return tensors.at(name); }

  static void add(Matrix& a, const Matrix& b) {
    for (Index i = 0; i < a.rows() * a.cols(); ++i) a.data()[i] += b.data()[i];
  }

  Matrix linear(const Matrix& x, const std::string& name) const {
    const Matrix &w = at(name + ".weight"), &b = at(name + ".bias");
    Matrix y(x.rows(), w.rows());
    for (Index t = 0; t < x.rows(); ++t)
      for (Index o = 0; o < w.rows(); ++o) {
        double sum = b(0, o);
        for (Index c = 0; c < w.cols(); ++c) sum += static_cast<double>(w(o, c)) * x(t, c);
        y(t, o) = static_cast<float>(sum);
      }
    return y;
  }

  void normalise(Matrix& x, const std::string& name) const {
    for (Index t = 0; t < x.rows(); ++t) {
      double mean = 0, variance = 0;
      for (Index c = 0; c < kHidden; ++c) mean += x(t, c) / static_cast<double>(kHidden);
      for (Index c = 0; c < kHidden; ++c) variance += (x(t, c) - mean) * (x(t, c) - mean) / static_cast<double>(kHidden);
      for (Index c = 0; c < kHidden; ++c)
        x(t, c) = static_cast<float>((x(t, c) - mean) / std::sqrt(variance + 1e-5) * at(name + ".weight")(0, c) +
                                     at(name + ".bias")(0, c));
    }
  }

  Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v) const {
    constexpr Index kWidth = kHidden / kHeads;
    Matrix out(q.rows(), kHidden);
    for (Index h = 0; h < kHeads; ++h)
      for (Index i = 0; i < q.rows(); ++i) {
        std::vector<double> weight(static_cast<std::size_t>(q.rows()));
        double total = 0;
        for (Index j = 0; j < q.rows(); ++j) {
          double score = 0;
          for (Index c = h * kWidth; c < (h + 1) * kWidth; ++c) score += static_cast<double>(q(i, c)) * k(j, c);
          score /= std::sqrt(static_cast<double>(kWidth));
          if (type == "mpnet") score += at("encoder.relative_attention_bias.weight")(bucket(j - i), h);
          total += weight[static_cast<std::size_t>(j)] = std::exp(score);
        }
        for (Index j = 0; j < q.rows(); ++j)
          for (Index c = h * kWidth; c < (h + 1) * kWidth; ++c)
            out(i, c) += static_cast<float>(weight[static_cast<std::size_t>(j)] / total * v(j, c));
      }
    return out;
  }

  /// T5's buckets: exact below 8, then logarithmic up to 128; keys behind the query take the upper half.
  static Index bucket(Index key_minus_query) {
    const Index n = std::abs(key_minus_query), upper = key_minus_query > 0 ? 16 : 0;
    return upper + (n < 8 ? n : std::min<Index>(15, 8 + static_cast<Index>(std::log(n / 8.0) / std::log(128 / 8.0) * 8)));
  }
};

}  // namespace vec2vec
