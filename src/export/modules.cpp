// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "export/writers.h"
#include "io/binary/safetensors.h"

namespace vec2vec {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;
using Json = nlohmann::ordered_json;

constexpr const char* kNormalize = "sentence_transformers.models.Normalize";
constexpr const char* kDense = "sentence_transformers.models.Dense";

/// A folder of modules, one after another.
class Modules {
 public:
  /// Adds a module of that class, whose files lie in its folder.
  void add(const std::string& type, const Files& files) {
    const std::string number = std::to_string(list_.size());
    const std::string folder = number + "_" + type.substr(type.rfind('.') + 1);
    list_.push_back({{"idx", list_.size()}, {"name", number}, {"path", folder}, {"type", type}});
    for (const auto& [name, bytes] : files) files_.emplace_back(folder + "/" + name, bytes);
  }
  void add_file(const std::string& name, std::string_view bytes) { files_.emplace_back(name, bytes); }

  /// x becomes unit(x).
  void add_unit() { add(kNormalize, {{"config.json", "{}\n"}}); }

  /// x becomes x w^T + bias; w (out, in).
  void add_dense(MatrixView w, MatrixView bias) {
    const auto bytes = [](MatrixView m) { return static_cast<std::uint64_t>(m.rows * m.cols) * sizeof(float); };
    std::string tensors = make_safetensors_header(
        {{"linear.weight", "F32", {w.rows, w.cols}, bytes(w)}, {"linear.bias", "F32", {bias.cols}, bytes(bias)}},
        {{"format", "pt"}});
    for (const MatrixView& m : {w, bias}) tensors.append(reinterpret_cast<const char*>(m.data), bytes(m));
    const Json config = {{"in_features", w.cols},
                         {"out_features", w.rows},
                         {"bias", true},
                         {"activation_function", "torch.nn.modules.linear.Identity"}};
    add(kDense, {{"config.json", json_text(config, 2) + "\n"}, {"model.safetensors", tensors}});
  }

  Files finish() {
    files_.emplace_back("modules.json", json_text(list_, 2) + "\n");
    return std::move(files_);
  }

 private:
  Json list_ = Json::array();
  Files files_;
};

}  // namespace

Files modules_of(const Map& map) {
  Modules modules;
  if (map.network) {
    modules.add("torch_translate.Vec2vecTranslate", {{"map.safetensors", map.to_bytes()}});
    modules.add_file("torch_translate.py", kTorchTranslate);
    return modules.finish();
  }
  const Index in = map.source_dim(), out = map.target_dim();
  Matrix weight(out, in), shift(1, out), spread(out, out);
  for (Index j = 0; j < out; ++j) {
    double moved = 0;  // (x - mean) W = x W - mean W
    for (Index i = 0; i < in; ++i) {
      weight(j, i) = map.weight(i, j);
      moved += static_cast<double>(map.source_mean(0, i)) * static_cast<double>(map.weight(i, j));
    }
    shift(0, j) = static_cast<float>(-moved);
    spread(j, j) = map.target_spread;
  }
  modules.add_unit();
  modules.add_dense(weight, shift);
  modules.add_unit();
  modules.add_dense(spread, map.target_mean);
  modules.add_unit();
  return modules.finish();
}

}  // namespace vec2vec
