// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <mutex>
#include <openvino/openvino.hpp>

#include "core/boundary.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "encode/batches.h"
#include "encode/model_folder.h"
#include "encode/openvino/request_pool.h"
#include "encode/openvino/tokenizer.h"
#include "encode/openvino/transformer.h"
#include "vec2vec/encode.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

const char* name_of(Pooling pooling) { return pooling == Pooling::kCls ? "cls" : "mean"; }

}  // namespace

bool has_encoders() { return true; }

struct Encoder::Parts {
  ModelFolder folder;
  Tokenizer tokenizer;
  std::string prefix, card;
  Index dim = 0, vocabulary = 0;  // of EncoderGraph
  bool takes_mask = true;         // likewise
  int threads = 1;
  std::unique_ptr<RequestPool> requests;

  explicit Parts(ModelFolder f) : folder(std::move(f)), tokenizer(folder) {}
};

Encoder::Encoder(const std::string& path, const EncoderOptions& options) try {
  options.validate();
  ModelFolder folder = read_model_folder(path);
  if (options.pooling != Pooling::kModel) folder.pooling = options.pooling;
  if (options.max_tokens > folder.max_tokens && folder.kind != ModelKind::kOnnx && folder.kind != ModelKind::kStatic) {
    const Index most = folder.positions - folder.first_position;
    if (options.max_tokens > most)
      bad_input("the model reads at most " + std::to_string(most) + " tokens", path, "a smaller `EncoderOptions::max_tokens`");
  }
  if (options.max_tokens > 0) folder.max_tokens = options.max_tokens;
  parts_ = std::make_unique<Parts>(std::move(folder));
  Parts& p = *parts_;
  p.prefix = options.prefix;
  p.threads = thread_count(options.threads);
  try {
    const EncoderGraph graph = encoder_graph(p.folder);
    p.vocabulary = graph.vocabulary;
    p.takes_mask = graph.takes_mask;
    ov::CompiledModel model = compiled_for_threads(graph.model, p.threads, options.precision == Precision::kBfloat16);
    const auto width = model.output(0).get_partial_shape()[1];
    if (width.is_dynamic()) bad_input("the dimension of the vectors is not fixed", p.folder.weights);
    p.dim = width.get_length();
    p.requests = std::make_unique<RequestPool>(model);
  } catch (const ov::Exception& error) {
    throw Error(ErrorKind::kInternal, std::string("OpenVINO failed: ") + error.what(), p.folder.weights);
  }
  p.card = json_text({{"kind", to_string(p.folder.kind)},
                      {"dim", p.dim},
                      {"weights_sha256", file_sha256(p.folder.weights)},
                      {"tokenizer_sha256", file_sha256(p.folder.tokenizer)},
                      {"pooling", name_of(p.folder.pooling)},
                      {"max_tokens", p.folder.max_tokens},
                      {"prefix", p.prefix},
                      {"precision", options.precision == Precision::kBfloat16 ? "bfloat16" : "float32"},
                      {"runtime", std::string("OpenVINO ") + ov::get_openvino_version().buildNumber}});
} catch (...) {
  rethrow_as_error();
}

Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

Index Encoder::dim() const { return parts_->dim; }
Index Encoder::max_tokens() const { return parts_->folder.max_tokens; }
const std::string& Encoder::card() const { return parts_->card; }

std::vector<std::int32_t> Encoder::tokenize(std::string_view text) const try {
  const std::string with_prefix = parts_->prefix + std::string(text);
  std::vector<bool> cut;
  return parts_->tokenizer.encode({&with_prefix, 1}, parts_->folder.max_tokens, cut)[0];
} catch (...) {
  rethrow_as_error();
}

TokenCounts Encoder::encode(std::span<const std::string_view> texts, MatrixSpan out, const Progress& progress) const try {
  const Parts& p = *parts_;
  if (out.rows != static_cast<Index>(texts.size()) || out.cols != p.dim)
    throw Error(ErrorKind::kInternal, "the output has another shape than the texts and the model");
  std::vector<std::vector<std::int32_t>> ids(texts.size());
  TokenCounts counts;
  std::mutex mutex;
  constexpr Index kPart = 256;
  parallel_for((out.rows + kPart - 1) / kPart, p.threads, [&](Index part) {
    const auto first = static_cast<std::size_t>(part * kPart), end = std::min(first + kPart, texts.size());
    std::vector<std::string> strings;
    for (std::size_t i = first; i < end; ++i) strings.push_back(p.prefix + std::string(texts[i]));
    std::vector<bool> cut;
    auto rows = p.tokenizer.encode(strings, p.folder.max_tokens, cut);
    std::move(rows.begin(), rows.end(), ids.begin() + static_cast<std::ptrdiff_t>(first));
    const std::lock_guard lock(mutex);
    counts.cut_texts += std::count(cut.begin(), cut.end(), true);
  });

  std::vector<Index> lengths;
  for (const auto& row : ids) {
    if (const auto most = std::max_element(row.begin(), row.end());
        p.vocabulary > 0 && most != row.end() && *most >= p.vocabulary)
      bad_input(
          "the tokeniser gives token " + std::to_string(*most) + ", but the model knows only " + std::to_string(p.vocabulary),
          p.folder.tokenizer, "the tokeniser that belongs to these weights");
    counts.tokens += static_cast<Index>(row.size());
    lengths.push_back(p.takes_mask ? std::max<Index>(1, static_cast<Index>(row.size())) : p.folder.max_tokens);
  }
  const std::vector<Batch> batches = batches_by_length(lengths);
  double done = 0;
  parallel_for(static_cast<Index>(batches.size()), p.threads, [&](Index b) {
    const Batch& batch = batches[static_cast<std::size_t>(b)];
    const auto height = batch.texts.size(), width = static_cast<std::size_t>(batch.width);
    ov::Tensor tokens(ov::element::i64, {height, width}), mask(ov::element::i64, {height, width});
    auto *token = tokens.data<std::int64_t>(), *one = mask.data<std::int64_t>();
    std::fill_n(token, height * width, p.takes_mask ? 0 : p.folder.pad_token);
    std::fill_n(one, height * width, 0);
    for (std::size_t i = 0; i < height; ++i) {
      const auto& row = ids[static_cast<std::size_t>(batch.texts[i])];
      std::copy(row.begin(), row.end(), token + i * width);
      std::fill_n(one + i * width, row.size(), 1);
    }
    p.requests->with_one([&](ov::InferRequest& request) {
      request.set_tensor("input_ids", tokens);
      request.set_tensor("attention_mask", mask);
      request.infer();
      const ov::Tensor output = request.get_output_tensor(0);
      const auto dim = static_cast<std::size_t>(p.dim);
      if (output.get_size() != height * dim)  // errors of one thread's requests may not get here
        bad_input("the model gave no vectors", p.folder.weights, "a whole copy of the model folder");
      for (std::size_t i = 0; i < height; ++i)
        std::memcpy(out.row(batch.texts[i]), output.data<float>() + i * dim, dim * sizeof(float));
    });
    const std::lock_guard lock(mutex);
    done += static_cast<double>(height) / static_cast<double>(texts.size());
    tell(progress, "encode", done);
  });
  return counts;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
