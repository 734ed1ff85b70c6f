// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace vec2vec {

/// The files of a model folder that a picture encoder is made of; both exist.
struct PictureFolder {
  std::string weights;       ///< ONNX
  std::string preprocessor;  ///< preprocessor_config.json
};

/// Throws Error{kBadInput} naming what the folder lacks.
PictureFolder read_picture_folder(const std::string& folder);

}  // namespace vec2vec
