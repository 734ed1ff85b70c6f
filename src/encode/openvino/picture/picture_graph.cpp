// SPDX-License-Identifier: Apache-2.0
#include "encode/openvino/picture/picture_graph.h"

#include <algorithm>
#include <openvino/openvino.hpp>
#include <openvino/opsets/opset15.hpp>
#include <unordered_set>

#include "encode/openvino/transformer.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

namespace op = ov::opset15;
using Node = ov::Output<ov::Node>;

/// The parameters that an output depends on.
std::vector<ov::Node*> parameters_of(const Node& output) {
  std::vector<ov::Node*> open = {output.get_node()}, found;
  std::unordered_set<ov::Node*> seen = {open[0]};
  while (!open.empty()) {
    ov::Node* node = open.back();
    open.pop_back();
    if (dynamic_cast<op::Parameter*>(node)) found.push_back(node);
    for (const Node& input : node->input_values())
      if (seen.insert(input.get_node()).second) open.push_back(input.get_node());
  }
  return found;
}

class Builder {
 public:
  Builder(const std::string& path, Index height, Index width) : path_(path), height_(height), width_(width) {
    try {
      model_ = ov::Core().read_model(path);
    } catch (const ov::Exception& error) {
      bad_input(std::string("OpenVINO cannot read the model: ") + error.what(), path, "export it to ONNX again");
    }
    for (const auto& parameter : model_->get_parameters()) {
      const auto shape = parameter->get_partial_shape();
      if (shape.rank().is_static() && shape.size() == 4 && parameter->get_element_type().is_real()) pixels_ = parameter;
    }
    if (!pixels_)
      bad_input("the model takes no pictures: it has no input (batch, 3, height, width)", path,
                "a vision model, or the vision_model.onnx");
    const auto shape = pixels_->get_partial_shape();
    graph_.channels_last = shape[3] == 3 && shape[1] != 3;
    const std::size_t first = graph_.channels_last ? 1 : 2;
    if (!shape[first].compatible(height) || !shape[first + 1].compatible(width))
      bad_input("the model takes pictures of " + shape[first + 1].to_string() + " x " + shape[first].to_string() +
                    " pixels, but preprocessor_config.json makes them " + std::to_string(width) + " x " +
                    std::to_string(height),
                path, "the preprocessor_config.json that belongs to the model");
  }

  PictureGraph build(const std::string& wanted, Index batch) {
    const Node output = wanted.empty() ? vectors() : named(wanted);
    if (parameters_of(output) != std::vector<ov::Node*>{pixels_.get()})
      bad_input("the output '" + graph_.output + "' needs more than the pictures", path_,
                "`PictureEncoderOptions::output`, another one");
    const auto own = pixels_->get_partial_shape()[0];
    graph_.model = std::make_shared<ov::Model>(ov::OutputVector{unit_rows(output)}, ov::ParameterVector{pixels_}, "pictures");
    if (own.is_dynamic() || own.get_length() == batch) {
      give_size(batch);
    } else {
      give_size(own.get_length());
    }
    return graph_;
  }

 private:
  /// The output that is called so, or the tensor of that name on the way to it.
  Node named(const std::string& name) {
    graph_.output = name;
    std::string known;
    for (const auto& result : model_->outputs()) {
      if (result.get_names().contains(name)) return result.get_node()->input_value(0);
      known += (known.empty() ? "" : ", ") + (result.get_names().empty() ? std::string("?") : result.get_any_name());
    }
    for (const auto& node : model_->get_ops())
      for (const Node& output : node->outputs())
        if (output.get_names().contains(name)) return output;
    bad_input("the model has no output and no tensor '" + name + "'", path_, "one of its outputs: " + known);
  }

  Node vectors() {
    Node best;
    int best_place = 100;
    for (const auto& result : model_->outputs()) {
      const auto rank = result.get_partial_shape().rank();
      if (rank.is_dynamic() || rank.get_length() < 2 || rank.get_length() > 4) continue;
      const Node output = result.get_node()->input_value(0);
      if (parameters_of(output) != std::vector<ov::Node*>{pixels_.get()}) continue;
      const std::string name = result.get_names().empty() ? std::string() : result.get_any_name();
      const bool scores = name.starts_with("logits") || name.starts_with("prob");
      const int place = name == "image_embeds"              ? 0
                        : name == "pooler_output"           ? 1
                        : rank.get_length() == 2 && !scores ? 2
                        : name == "last_hidden_state"       ? 3
                        : rank.get_length() > 2             ? 4
                                                            : 5;
      if (place >= best_place) continue;
      best_place = place;
      best = output;
      graph_.output = name;
    }
    if (best_place == 100)
      bad_input("the model has no output that holds vectors of pictures", path_, "export it with its pooled features");
    return best;
  }

  /// (batch, dim) as it is, of (batch, tokens, dim) the first token, of (batch, dim, y, x) the mean; unit rows.
  Node unit_rows(const Node& output) const {
    Node rows = output;
    if (rows.get_element_type() != ov::element::f32) rows = std::make_shared<op::Convert>(rows, ov::element::f32);
    const auto rank = output.get_partial_shape().rank().get_length();
    const auto one = op::Constant::create(ov::element::i64, {}, {1}), zero = op::Constant::create(ov::element::i64, {}, {0});
    if (rank == 3) rows = std::make_shared<op::Gather>(rows, zero, one);
    if (rank == 4) rows = std::make_shared<op::ReduceMean>(rows, op::Constant::create(ov::element::i64, {2}, {2, 3}));
    return unit_rows_node(rows);
  }

  void give_size(Index batch) {
    graph_.batch = batch;
    const ov::PartialShape shape =
        graph_.channels_last ? ov::PartialShape{batch, height_, width_, 3} : ov::PartialShape{batch, 3, height_, width_};
    try {
      graph_.model->reshape(shape);
    } catch (const ov::Exception& error) {
      bad_input(std::string("the model cannot take pictures of this size: ") + error.what(), path_,
                "export it for batches of any size, or of 1");
    }
    const auto out = graph_.model->output(0).get_partial_shape();
    if (out.is_dynamic() || out.size() != 2 || out[0] != batch)
      bad_input("the output '" + graph_.output + "' holds no vector for each picture", path_,
                "`PictureEncoderOptions::output`, another one");
    graph_.dim = out[1].get_length();
  }

  const std::string& path_;
  Index height_, width_;
  std::shared_ptr<ov::Model> model_;
  std::shared_ptr<op::Parameter> pixels_;
  PictureGraph graph_;
};

}  // namespace

PictureGraph picture_graph(const std::string& path, const std::string& output, Index batch, Index height, Index width) {
  return Builder(path, height, width).build(output, batch);
}

}  // namespace vec2vec
