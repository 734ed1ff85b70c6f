// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <openvino/core/model.hpp>

#include "encode/model_folder.h"

namespace vec2vec {

/// The node that scales rows (n, dim) to norm 1, with which every encoder's graph ends.
ov::Output<ov::Node> unit_rows_node(const ov::Output<ov::Node>& rows);

struct EncoderGraph {
  std::shared_ptr<ov::Model> model;
  Index vocabulary = 0;    ///< token ids the model knows: 0 .. vocabulary - 1; 0 = not known (ONNX)
  bool takes_mask = true;  ///< otherwise texts have to be filled up to ModelFolder::max_tokens with its pad_token
};

/// The encoder of a model folder as one graph. Inputs: input_ids and attention_mask, both int64 (n, width), padded at the right
/// with mask 0. Output: unit rows (n, dim), pooled over the tokens of the mask.
/// Throws Error{kBadInput} naming the file for missing tensors, wrong shapes, or an ONNX model without token states.
EncoderGraph encoder_graph(const ModelFolder& folder);

}  // namespace vec2vec
