// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <vector>

#include "io/file/mapped_file.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// One tensor of a safetensors header; begin and end are absolute file offsets, checked to lie inside the file.
struct TensorInfo {
  std::string dtype;
  std::vector<Index> shape = {};
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
};

/// Parses and checks the header. Throws Error{kBadInput} on anything malformed.
SafetensorsHeader read_safetensors_header(const MappedFile& file);

/// The 8-byte length and JSON header, padded to 8 bytes, for tensors laid out one after another in the order given.
struct TensorSpec {
  std::string name, dtype;
  std::vector<Index> shape;
  std::uint64_t bytes = 0;
};
std::string make_safetensors_header(const std::vector<TensorSpec>& tensors, const std::map<std::string, std::string>& metadata);

}  // namespace vec2vec
