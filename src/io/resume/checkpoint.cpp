// SPDX-License-Identifier: Apache-2.0
#include "io/resume/checkpoint.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "io/binary/safetensors.h"
#include "io/file/atomic_file.h"
#include "vec2vec/error.h"

namespace vec2vec {

const std::vector<float>& Checkpoint::array(const std::string& name, Index size, const std::string& path) const {
  const auto found = arrays.find(name);
  if (found == arrays.end() || static_cast<Index>(found->second.size()) != size)
    bad_input("tensor '" + name + "' of the checkpoint is missing or malformed", path, "delete it and start again");
  return found->second;
}

void save_checkpoint(const std::string& path, const std::string& format, const std::string& key,
                     const std::vector<NamedArray>& arrays, const std::string& progress) {
  std::vector<TensorSpec> specs;
  for (const NamedArray& a : arrays)
    specs.push_back({a.name, "F32", {static_cast<Index>(a.values.size())}, a.values.size_bytes()});
  AtomicFile file(path, true);
  file.write(make_safetensors_header(specs, {{"format", format}, {"version", "1"}, {"run", key}, {"progress", progress}}));
  for (const NamedArray& a : arrays) file.write(a.values.data(), a.values.size_bytes());
  file.commit();
}

Checkpoint load_checkpoint(const std::string& path, const std::string& format, const std::string& key) {
  const MappedFile file(path);
  const SafetensorsHeader header = read_safetensors_header(file);
  const auto metadata = [&](const char* name) {
    const auto found = header.metadata.find(name);
    return found == header.metadata.end() ? std::string() : found->second;
  };
  if (metadata("format") != format || metadata("version") != "1")
    bad_input("is not a checkpoint that this release reads", path, "name another file; this one is left as it is");
  if (metadata("run") != key)
    bad_input("the checkpoint is of other rows, another start or other options", path,
              "repeat the command it was made with, or name another file; this one is left as it is");
  Checkpoint checkpoint{{}, metadata("progress")};
  for (const auto& [name, info] : header.tensors) {
    if (info.dtype != "F32" || (info.end - info.begin) % sizeof(float) != 0)
      bad_input("tensor '" + name + "' of the checkpoint is malformed", path, "delete it and start again");
    std::vector<float>& values = checkpoint.arrays[name];
    values.resize((info.end - info.begin) / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), file.data() + info.begin, values.size() * sizeof(float));
  }
  return checkpoint;
}

std::uint64_t hash_of(MatrixView rows, std::uint64_t hash) {
  for (Index i = 0; i < rows.rows; ++i)
    for (Index c = 0; c < rows.cols; ++c) hash = (hash ^ std::bit_cast<std::uint32_t>(rows.row(i)[c])) * 0x100000001B3ull;
  return hash;
}

}  // namespace vec2vec
