// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vec2vec/map.h"

namespace vec2vec {

/// Below this, a row counts as zero when it is scaled to norm 1: normalise_rows (space/unit.h) divides by no less.
inline constexpr float kLeastNorm = 1e-12f;

/// The bytes of an ONNX model: input `vectors` (n, d_source), output `translated` (n, d_target).
std::string onnx_of(const Map& map);

/// The files of a folder for sentence-transformers, each with its path in it. Linear maps are made of that library's own
/// modules; neural ones bring a module of their own.
std::vector<std::pair<std::string, std::string>> modules_of(const Map& map);

/// A script for Postgres with pgvector. The map is linear, and the function's name has been checked.
std::string sql_of(const Map& map, const std::string& function);

/// The bytes of an .npz file with the map's tensors under their names in the map's file (docs/file-format.md).
std::string npz_of(const Map& map);

// Texts that are written with a map.
extern const std::string_view kNumpyTranslate;  ///< numpy_translate.py
extern const std::string_view kTorchTranslate;  ///< torch_translate.py

}  // namespace vec2vec
