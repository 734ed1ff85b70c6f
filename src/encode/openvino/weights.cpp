// SPDX-License-Identifier: Apache-2.0
#include "encode/openvino/weights.h"

#include <cstring>
#include <openvino/runtime/tensor.hpp>

#include "core/bf16.h"
#include "io/binary/half.h"
#include "vec2vec/error.h"

namespace vec2vec {

Weights::Weights(const std::string& path) : file_(path), header_(read_safetensors_header(file_)) {}

void Weights::find_prefix(const std::string& name) {
  for (const auto& [full, info] : header_.tensors)
    if (full.ends_with(name)) {
      prefix_ = full.substr(0, full.size() - name.size());
      return;
    }
  bad_input("has no tensor '" + name + "'", path(), "the weights of a text encoder in Hugging Face layout");
}

std::string Weights::only_matrix() const {
  std::string found;
  for (const auto& [name, info] : header_.tensors)
    if (info.shape.size() == 2) {
      if (!found.empty())
        bad_input("holds several matrices, but there is no config.json that says what they are", path(),
                  "a whole copy of the model folder");
      found = name;
    }
  if (found.empty()) bad_input("the file holds no matrix", path());
  return found;
}

std::shared_ptr<ov::op::v0::Constant> Weights::get(const std::string& name, const std::vector<Index>& shape) const {
  const auto found = header_.tensors.find(prefix_ + name);
  const auto wrong = [&](const std::string& what) {
    bad_input("tensor '" + prefix_ + name + "' " + what, path(),
              "a whole copy of the model folder; config.json must fit the weights");
  };
  if (found == header_.tensors.end()) wrong("is missing");
  const TensorInfo& info = found->second;
  bool fits = info.shape.size() == shape.size();
  std::uint64_t count = 1;
  ov::Shape extents;
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = info.shape[i] > 0 && info.shape[i] <= 100'000'000 && (shape[i] < 0 || shape[i] == info.shape[i]);
    count *= static_cast<std::uint64_t>(info.shape[i]);
    extents.push_back(static_cast<std::size_t>(info.shape[i]));
  }
  if (!fits) wrong("has another shape than config.json says");
  const std::uint64_t size = info.dtype == "F32" ? 4 : info.dtype == "F16" || info.dtype == "BF16" ? 2 : 0;
  if (size == 0) wrong("has type " + info.dtype + "; F32, F16 and BF16 are read");
  if (count > file_.size() || count * size != info.end - info.begin) wrong("has a shape that does not match its bytes");
  const std::uint8_t* bytes = file_.data() + info.begin;
  if (size == 4) return std::make_shared<ov::op::v0::Constant>(ov::element::f32, extents, bytes);
  ov::Tensor tensor(ov::element::f32, extents);
  auto* values = tensor.data<float>();
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes + 2 * i, sizeof bits);
    values[i] = info.dtype == "F16" ? half_to_float(bits) : from_bf16(bits);
  }
  return std::make_shared<ov::op::v0::Constant>(tensor);
}

}  // namespace vec2vec
