// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>
#include <openvino/openvino.hpp>
#include <utility>
#include <vector>

namespace vec2vec {

/// Infer requests that are not in use; a thread takes one for each batch.
class RequestPool {
 public:
  explicit RequestPool(ov::CompiledModel model) : model_(std::move(model)) {}

  template <class Work>
  void with_one(const Work& work) {
    ov::InferRequest request;
    {
      const std::lock_guard lock(mutex_);
      if (free_.empty()) free_.push_back(model_.create_infer_request());
      request = std::move(free_.back());
      free_.pop_back();
    }
    const auto give_back = [&] {
      const std::lock_guard lock(mutex_);
      free_.push_back(std::move(request));
    };
    try {
      work(request);
    } catch (...) {
      give_back();
      throw;
    }
    give_back();
  }

 private:
  ov::CompiledModel model_;
  std::mutex mutex_;
  std::vector<ov::InferRequest> free_;
};

/// A model for the CPU, in as many single-threaded streams as there are threads: a batch then gives the same bytes whatever
/// their number.
inline ov::CompiledModel compiled_for_threads(const std::shared_ptr<ov::Model>& model, int threads, bool bfloat16) {
  return ov::Core().compile_model(model, "CPU", ov::num_streams(threads), ov::inference_num_threads(threads),
                                  ov::hint::enable_cpu_pinning(false),
                                  ov::hint::inference_precision(bfloat16 ? ov::element::bf16 : ov::element::f32));
}

}  // namespace vec2vec
