// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "core/random.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Writes a GGUF file of a Llama with random weights: one layer, two heads, width 32, and a vocabulary of the letters a-z,
/// space and newline (SentencePiece with byte pieces).
inline void write_tiny_gguf(const std::string& path, std::uint64_t seed = 1) {
  constexpr std::uint32_t kString = 8, kArray = 9, kUint32 = 4, kFloat32 = 6, kInt32 = 5;
  constexpr Index kWidth = 32, kInner = 64;
  std::string keys, infos, data;
  std::uint64_t key_count = 0, tensor_count = 0;
  const auto raw = [](std::string& to, const auto& value) { to.append(reinterpret_cast<const char*>(&value), sizeof value); };
  const auto text = [&](std::string& to, const std::string& s) {
    raw(to, static_cast<std::uint64_t>(s.size()));
    to += s;
  };
  const auto key = [&](const std::string& name, std::uint32_t type) {
    text(keys, name);
    raw(keys, type);
    ++key_count;
  };
  const auto number = [&](const std::string& name, std::uint32_t value) {
    key(name, kUint32);
    raw(keys, value);
  };
  std::vector<std::string> pieces = {"<unk>", "<s>", "</s>"};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr const char* kHex = "0123456789ABCDEF";
    pieces.push_back(std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">");
  }
  pieces.push_back("\xE2\x96\x81");
  for (char c = 'a'; c <= 'z'; ++c) pieces.emplace_back(1, c);
  pieces.push_back(
      "\xE2\x96\x81"
      "the");
  const auto vocabulary = static_cast<Index>(pieces.size());

  key("general.architecture", kString);
  text(keys, "llama");
  number("llama.context_length", 512);
  number("llama.embedding_length", kWidth);
  number("llama.block_count", 1);
  number("llama.feed_forward_length", kInner);
  number("llama.attention.head_count", 2);
  number("llama.rope.dimension_count", kWidth / 2);
  key("llama.attention.layer_norm_rms_epsilon", kFloat32);
  raw(keys, 1e-5f);
  key("tokenizer.ggml.model", kString);
  text(keys, "llama");
  const auto array = [&](const std::string& name, std::uint32_t type) {
    key(name, kArray);
    raw(keys, type);
    raw(keys, static_cast<std::uint64_t>(pieces.size()));
  };
  array("tokenizer.ggml.tokens", kString);
  for (const std::string& piece : pieces) text(keys, piece);
  array("tokenizer.ggml.scores", kFloat32);
  for (std::size_t i = 0; i < pieces.size(); ++i) raw(keys, -static_cast<float>(i));
  array("tokenizer.ggml.token_type", kInt32);
  for (std::size_t i = 0; i < pieces.size(); ++i) raw(keys, std::int32_t{i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1});
  number("tokenizer.ggml.bos_token_id", 1);
  number("tokenizer.ggml.eos_token_id", 2);

  Random random(seed);
  const auto tensor = [&](const std::string& name, Index columns, Index rows, double middle, double scale) {
    text(infos, name);
    raw(infos, std::uint32_t{rows > 0 ? 2u : 1u});
    raw(infos, static_cast<std::uint64_t>(columns));
    if (rows > 0) raw(infos, static_cast<std::uint64_t>(rows));
    raw(infos, std::uint32_t{0});  // float32
    raw(infos, static_cast<std::uint64_t>(data.size()));
    for (Index i = 0; i < columns * std::max<Index>(rows, 1); ++i)
      raw(data, static_cast<float>(middle + scale * random.normal()));
    ++tensor_count;
  };
  tensor("token_embd.weight", kWidth, vocabulary, 0, 1);
  tensor("output.weight", kWidth, vocabulary, 0, 0.5);
  tensor("output_norm.weight", kWidth, 0, 1, 0.1);
  tensor("blk.0.attn_norm.weight", kWidth, 0, 1, 0.1);
  for (const char* part : {"attn_q", "attn_k", "attn_v", "attn_output"})
    tensor(std::string("blk.0.") + part + ".weight", kWidth, kWidth, 0, 0.3);
  tensor("blk.0.ffn_norm.weight", kWidth, 0, 1, 0.1);
  tensor("blk.0.ffn_gate.weight", kWidth, kInner, 0, 0.3);
  tensor("blk.0.ffn_up.weight", kWidth, kInner, 0, 0.3);
  tensor("blk.0.ffn_down.weight", kInner, kWidth, 0, 0.3);

  std::string file = "GGUF";
  raw(file, std::uint32_t{3});
  raw(file, tensor_count);
  raw(file, key_count);
  file += keys + infos;
  file.resize((file.size() + 31) / 32 * 32);
  std::ofstream(path, std::ios::binary) << file << data;
}

}  // namespace vec2vec
