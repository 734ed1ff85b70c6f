// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <openvino/core/model.hpp>
#include <string>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// The picture tower of an ONNX model as a graph of one input, float (batch, 3, height, width) or (batch, height, width, 3),
/// and one output, unit rows (batch, dim).
struct PictureGraph {
  std::shared_ptr<ov::Model> model;
  bool channels_last = false;
  Index batch = 1, dim = 0;
  std::string output;  ///< name of the model's output that was taken
};

/// Reads the file and keeps what lies between the pixels and the output (any tensor's name; empty = the one that holds vectors:
/// image_embeds, pooler_output, another of two dimensions, the first token of last_hidden_state, the mean over a feature map).
/// batch is what is asked for; a model that is exported for another number gets that. Throws Error{kBadInput} naming what is
/// missing, or pictures of another size than (height, width).
PictureGraph picture_graph(const std::string& path, const std::string& output, Index batch, Index height, Index width);

}  // namespace vec2vec
