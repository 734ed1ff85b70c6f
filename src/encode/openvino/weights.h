// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <openvino/op/constant.hpp>
#include <string>

#include "io/binary/safetensors.h"
#include "io/file/mapped_file.h"

namespace vec2vec {

/// The tensors of a safetensors file as float32 constants of a graph.
class Weights {
 public:
  explicit Weights(const std::string& path);

  const std::string& path() const { return file_.path(); }
  /// Whether a tensor of this name exists, with the prefix put before it.
  bool has(const std::string& name) const { return header_.tensors.contains(prefix_ + name); }
  /// Finds the prefix that all names have, such as "bert.", from one name that must exist. Throws Error{kBadInput} if none
  /// does.
  void find_prefix(const std::string& name);
  /// The tensor, which must have this shape; an extent of -1 may be any. Throws Error{kBadInput} naming it.
  std::shared_ptr<ov::op::v0::Constant> get(const std::string& name, const std::vector<Index>& shape) const;
  /// The name of the only 2-d tensor. Throws Error{kBadInput} when there are none or several.
  std::string only_matrix() const;

 private:
  MappedFile file_;
  SafetensorsHeader header_;
  std::string prefix_;
};

}  // namespace vec2vec
