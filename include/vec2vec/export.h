// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/map.h"

// Thread-safe, as long as two calls do not write the same path.
namespace vec2vec {

/// What a map can be written as, to run where the vectors are (docs/export.md).
enum class ExportFormat {
  kOnnx,                  ///< one .onnx file, for ONNX Runtime and all that reads ONNX
  kSentenceTransformers,  ///< a folder of modules that follow those of a SentenceTransformer
  kSql,                   ///< a .sql file that makes a function for Postgres with pgvector; linear maps only
  kNumpy,                 ///< an .npz file, and beside it a .py file whose translate() needs numpy alone
};

/// "onnx", "sentence-transformers", "sql" or "numpy". Throws Error{kBadInput} for another name.
ExportFormat export_format(std::string_view name);

struct ExportOptions {
  bool overwrite = false;
  std::string function = "vec2vec_translate";  ///< kSql: the function's name, also the beginning of its table's

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Writes the translation of a map, normalisation included, as a program for another environment. It agrees with
/// Map::translate to 1e-6 in each value. Of a map of several known spaces this is the consensus; Map::to gives one of them.
/// Returns what was written, each path whole or not at all. Throws Error{kBadInput} when something is there and
/// overwrite is false, for a neural map as SQL, and for names that SQL does not take.
std::vector<std::string> export_map(const Map& map, ExportFormat format, const std::string& path,
                                    const ExportOptions& options = {});

}  // namespace vec2vec
