// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// The state of a long run: named arrays and a text, replaced as a whole in one safetensors file, so that the run continues
/// after a crash (kept_records.h says why results one by one are kept in another way). `format` names the kind of run, `key`
/// the run itself: its rows and all options that affect its result.
struct Checkpoint {
  std::map<std::string, std::vector<float>> arrays;
  std::string progress;  ///< JSON

  /// The array of that name and size. Throws Error{kBadInput} naming `path` when it is missing.
  const std::vector<float>& array(const std::string& name, Index size, const std::string& path) const;
};

/// An array of a checkpoint to be written.
struct NamedArray {
  std::string name;
  std::span<const float> values;
};

void save_checkpoint(const std::string& path, const std::string& format, const std::string& key,
                     const std::vector<NamedArray>& arrays, const std::string& progress);

/// Throws Error{kBadInput} for a foreign or damaged file or one of another format or key.
Checkpoint load_checkpoint(const std::string& path, const std::string& format, const std::string& key);

/// FNV-1a over the words of rows, going on from `hash`.
std::uint64_t hash_of(MatrixView rows, std::uint64_t hash = 0xCBF29CE484222325ull);

}  // namespace vec2vec
