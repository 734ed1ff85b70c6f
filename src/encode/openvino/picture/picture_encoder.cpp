// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <openvino/openvino.hpp>

#include "core/boundary.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "encode/model_folder.h"
#include "encode/openvino/picture/picture_graph.h"
#include "encode/openvino/request_pool.h"
#include "encode/pictures/picture_folder.h"
#include "picture/preprocessor.h"
#include "vec2vec/encode_pictures.h"
#include "vec2vec/error.h"

namespace vec2vec {

bool has_picture_encoders() { return has_picture_codecs(); }

struct PictureEncoder::Parts {
  Preprocessor preprocessor;
  PictureGraph graph;
  std::string card;
  int threads = 1;
  std::unique_ptr<RequestPool> requests;

  /// The picture as the model takes it; an empty text, or what is wrong with it.
  std::string prepare(Index picture, const Bytes& bytes, float* to) const {
    try {
      preprocessor.apply(decode_picture(bytes(picture)), graph.channels_last, to);
      return {};
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kBadInput) throw;
      return error.message();
    }
  }
};

PictureEncoder::PictureEncoder(const std::string& path, const PictureEncoderOptions& options) try {
  options.validate();
  if (!has_picture_codecs()) decode_picture({});  // says what is missing
  const PictureFolder folder = read_picture_folder(path);
  parts_ = std::make_unique<Parts>();
  Parts& p = *parts_;
  p.preprocessor = read_preprocessor(read_json(folder.preprocessor), folder.preprocessor);
  p.threads = thread_count(options.threads);
  const bool half = options.precision == Precision::kBfloat16;
  try {
    constexpr Index kBatch = 8;
    p.graph = picture_graph(folder.weights, options.output, kBatch, p.preprocessor.height(), p.preprocessor.width());
    p.requests = std::make_unique<RequestPool>(compiled_for_threads(p.graph.model, p.threads, half));
  } catch (const ov::Exception& error) {
    throw Error(ErrorKind::kInternal, std::string("OpenVINO failed: ") + error.what(), folder.weights);
  }
  p.card = json_text({{"kind", "pictures"},
                      {"dim", p.graph.dim},
                      {"weights_sha256", file_sha256(folder.weights)},
                      {"preprocessor_sha256", file_sha256(folder.preprocessor)},
                      {"output", p.graph.output},
                      {"width", p.preprocessor.width()},
                      {"height", p.preprocessor.height()},
                      {"precision", half ? "bfloat16" : "float32"},
                      {"runtime", std::string("OpenVINO ") + ov::get_openvino_version().buildNumber}});
} catch (...) {
  rethrow_as_error();
}

PictureEncoder::~PictureEncoder() = default;
PictureEncoder::PictureEncoder(PictureEncoder&&) noexcept = default;
PictureEncoder& PictureEncoder::operator=(PictureEncoder&&) noexcept = default;

Index PictureEncoder::dim() const { return parts_->graph.dim; }
const std::string& PictureEncoder::card() const { return parts_->card; }

void PictureEncoder::encode(Index count, const Bytes& bytes, MatrixSpan out, std::vector<std::string>& problems,
                            const Progress& progress) const try {
  const Parts& p = *parts_;
  if (out.rows != count || out.cols != p.graph.dim)
    throw Error(ErrorKind::kInternal, "the output has another shape than the pictures and the model");
  problems.assign(static_cast<std::size_t>(count), {});
  std::mutex mutex;
  Index done = 0;
  parallel_blocks(count, p.graph.batch, p.threads, [&](Index first, Index size) {
    p.requests->with_one([&](ov::InferRequest& request) {
      ov::Tensor pixels = request.get_input_tensor();
      const std::size_t values = pixels.get_size() / static_cast<std::size_t>(p.graph.batch);
      auto* at = pixels.data<float>();
      std::fill_n(at, pixels.get_size(), 0.0f);
      for (Index i = 0; i < size; ++i)
        problems[static_cast<std::size_t>(first + i)] = p.prepare(first + i, bytes, at + static_cast<std::size_t>(i) * values);
      request.infer();
      const ov::Tensor output = request.get_output_tensor(0);
      const auto dim = static_cast<std::size_t>(p.graph.dim);
      if (output.get_size() !=
          dim * static_cast<std::size_t>(p.graph.batch))  // errors of one thread's requests may not get here
        throw Error(ErrorKind::kInternal, "the model gave no vectors");
      for (Index i = 0; i < size; ++i) {
        float* row = out.row(first + i);
        std::memcpy(row, output.data<float>() + static_cast<std::size_t>(i) * dim, dim * sizeof(float));
        std::string& problem = problems[static_cast<std::size_t>(first + i)];
        if (problem.empty() && !std::all_of(row, row + dim, [](float v) { return std::isfinite(v); }))
          problem = "the model gives no finite numbers for the picture";
        if (!problem.empty()) std::fill_n(row, dim, std::numeric_limits<float>::quiet_NaN());
      }
    });
    const std::lock_guard lock(mutex);
    done += size;
    tell(progress, "encode", static_cast<double>(done) / static_cast<double>(count));
  });
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
