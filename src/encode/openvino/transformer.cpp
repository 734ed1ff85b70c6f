// SPDX-License-Identifier: Apache-2.0
#include "encode/openvino/transformer.h"

#include <cmath>
#include <openvino/openvino.hpp>
#include <openvino/opsets/opset15.hpp>

#include "encode/openvino/weights.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

namespace op = ov::opset15;
using Node = ov::Output<ov::Node>;

Node number(float value) { return op::Constant::create(ov::element::f32, {}, {value}); }
Node integers(const std::vector<std::int64_t>& values) {
  return op::Constant::create(ov::element::i64, {values.size()}, values);
}
Node integer(std::int64_t value) { return op::Constant::create(ov::element::i64, {}, {value}); }

std::shared_ptr<op::Parameter> token_input(const std::string& name) {
  auto input = std::make_shared<op::Parameter>(ov::element::i64, ov::PartialShape{-1, -1});
  input->set_friendly_name(name);
  input->output(0).set_names({name});
  return input;
}

/// Token states (n, width, dim) and mask (n, width) -> unit rows (n, dim).
Node pooled(const Node& states, const Node& mask, Pooling pooling) {
  Node row;
  if (pooling == Pooling::kCls) {
    row = std::make_shared<op::Gather>(states, integer(0), integer(1));
  } else {  // the mean's divisor cancels in the norm
    const auto weights = std::make_shared<op::Unsqueeze>(std::make_shared<op::Convert>(mask, ov::element::f32), integer(2));
    row = std::make_shared<op::ReduceSum>(std::make_shared<op::Multiply>(states, weights), integer(1));
  }
  return unit_rows_node(row);
}

/// The whole graph, from its inputs (n, width) and the token states (n, width, dim) that come of them.
std::shared_ptr<ov::Model> encoder_model(const Node& states, const std::shared_ptr<op::Parameter>& ids,
                                         const std::shared_ptr<op::Parameter>& mask, Pooling pooling) {
  return std::make_shared<ov::Model>(ov::OutputVector{pooled(states, mask, pooling)}, ov::ParameterVector{ids, mask},
                                     "encoder");
}

/// Bucket of the distance `key - query` in MPNet's relative attention (T5's scheme, both directions, as in the model's code).
Index relative_bucket(Index distance, Index buckets) {
  constexpr double kMaxDistance = 128;
  const Index half = buckets / 2, exact = half / 2, n = std::abs(distance), side = distance > 0 ? half : 0;
  if (n < exact) return side + n;
  const double share =
      std::log(static_cast<double>(n) / static_cast<double>(exact)) / std::log(kMaxDistance / static_cast<double>(exact));
  return side + std::min(half - 1, exact + static_cast<Index>(share * static_cast<double>(half - exact)));
}

/// Transformer encoders with learned positions and layer norm after each block: BERT (Devlin et al. 2019), RoBERTa and XLM-R,
/// and MPNet (Song et al. 2020), which adds a bias for relative positions.
class TransformerBuilder {
 public:
  explicit TransformerBuilder(const ModelFolder& model) : m_(model), weights_(model.weights) {
    weights_.find_prefix("embeddings.word_embeddings.weight");
  }

  EncoderGraph build() {
    const auto ids = token_input("input_ids"), mask = token_input("attention_mask");
    Node x = embeddings(ids);
    const Node bias = attention_bias(mask);
    for (Index layer = 0; layer < m_.layers; ++layer) x = block(x, bias, "encoder.layer." + std::to_string(layer) + ".");
    return {encoder_model(x, ids, mask, m_.pooling), vocabulary_};
  }

 private:
  /// ids (n, width) -> (n, width, hidden).
  Node embeddings(const Node& ids) {
    const std::string e = "embeddings.";
    const auto words = weights_.get(e + "word_embeddings.weight", {-1, m_.hidden});
    vocabulary_ = static_cast<Index>(words->get_shape()[0]);
    Node x = std::make_shared<op::Gather>(words, ids, integer(0));
    width_ = std::make_shared<op::Gather>(std::make_shared<op::ShapeOf>(ids), integer(1), integer(0));
    const auto end = std::make_shared<op::Add>(width_, integer(m_.first_position));
    const auto positions = std::make_shared<op::Range>(integer(m_.first_position), end, integer(1), ov::element::i64);
    x = std::make_shared<op::Add>(
        x, std::make_shared<op::Gather>(weights_.get(e + "position_embeddings.weight", {m_.positions, m_.hidden}), positions,
                                        integer(0)));
    if (m_.kind != ModelKind::kMpnet)  // all tokens are of segment 0
      x = std::make_shared<op::Add>(
          x, std::make_shared<op::Gather>(weights_.get(e + "token_type_embeddings.weight", {-1, m_.hidden}), integer(0),
                                          integer(0)));
    return layer_norm(x, e + "LayerNorm");
  }

  /// What is added to the attention scores (n, heads, width, width): far below zero where the key is padding, and for MPNet the
  /// bias of the relative position.
  Node attention_bias(const Node& mask) {
    const auto ones = std::make_shared<op::Convert>(mask, ov::element::f32);
    const auto padding = std::make_shared<op::Subtract>(number(1), ones);
    Node bias = std::make_shared<op::Unsqueeze>(std::make_shared<op::Multiply>(padding, number(-1e9f)), integers({1, 2}));
    if (m_.kind != ModelKind::kMpnet) return bias;
    const auto table = weights_.get("encoder.relative_attention_bias.weight", {m_.relative_buckets, m_.heads});
    const auto* values = table->get_data_ptr<float>();
    const auto width = static_cast<std::size_t>(m_.max_tokens), heads = static_cast<std::size_t>(m_.heads);
    ov::Tensor all(ov::element::f32, {1, heads, width, width});
    auto* at = all.data<float>();
    for (Index head = 0; head < m_.heads; ++head)
      for (Index query = 0; query < m_.max_tokens; ++query)
        for (Index key = 0; key < m_.max_tokens; ++key)
          *at++ = values[relative_bucket(key - query, m_.relative_buckets) * m_.heads + head];
    const auto end = std::make_shared<op::Concat>(ov::OutputVector{std::make_shared<op::Unsqueeze>(width_, integer(0)),
                                                                   std::make_shared<op::Unsqueeze>(width_, integer(0))},
                                                  0);
    const auto part = std::make_shared<op::Slice>(std::make_shared<op::Constant>(all), integers({0, 0}), end, integers({1, 1}),
                                                  integers({2, 3}));
    return std::make_shared<op::Add>(bias, part);
  }

  /// One layer: attention and feed-forward, each added to its input and normalised.
  Node block(const Node& x, const Node& bias, const std::string& layer) {
    const bool mpnet = m_.kind == ModelKind::kMpnet;
    const std::string attention = layer + "attention.";
    const std::string self = attention + (mpnet ? "attn." : "self.");
    const Node query = heads(linear(x, self + (mpnet ? "q" : "query"), m_.hidden));
    const Node key = heads(linear(x, self + (mpnet ? "k" : "key"), m_.hidden));
    const Node value = heads(linear(x, self + (mpnet ? "v" : "value"), m_.hidden));
    const auto mixed = std::make_shared<op::ScaledDotProductAttention>(query, key, value, bias, false);
    const auto back = std::make_shared<op::Transpose>(mixed, integers({0, 2, 1, 3}));
    const auto joined = std::make_shared<op::Reshape>(back, integers({0, 0, m_.hidden}), true);
    const Node attended = linear(joined, mpnet ? self + "o" : attention + "output.dense", m_.hidden);
    const Node middle =
        layer_norm(std::make_shared<op::Add>(attended, x), attention + (mpnet ? "LayerNorm" : "output.LayerNorm"));
    const Node inner = activation(linear(middle, layer + "intermediate.dense", -1));
    const Node outer = linear(inner, layer + "output.dense", m_.hidden);
    return layer_norm(std::make_shared<op::Add>(outer, middle), layer + "output.LayerNorm");
  }

  /// x W^T + b; W is (out, in), out = -1 for any.
  Node linear(const Node& x, const std::string& name, Index out) {
    const auto weight = weights_.get(name + ".weight", {out, x.get_partial_shape()[2].get_length()});
    const auto bias = weights_.get(name + ".bias", {static_cast<Index>(weight->get_shape()[0])});
    return std::make_shared<op::Add>(std::make_shared<op::MatMul>(x, weight, false, true), bias);
  }

  /// (n, width, hidden) -> (n, heads, width, hidden / heads).
  Node heads(const Node& x) {
    const auto split = std::make_shared<op::Reshape>(x, integers({0, 0, m_.heads, m_.hidden / m_.heads}), true);
    return std::make_shared<op::Transpose>(split, integers({0, 2, 1, 3}));
  }

  Node layer_norm(const Node& x, const std::string& name) {
    const auto unit = std::make_shared<op::MVN>(x, integers({-1}), true, static_cast<float>(m_.layer_norm_epsilon),
                                                ov::op::MVNEpsMode::INSIDE_SQRT);
    const auto scaled = std::make_shared<op::Multiply>(unit, weights_.get(name + ".weight", {m_.hidden}));
    return std::make_shared<op::Add>(scaled, weights_.get(name + ".bias", {m_.hidden}));
  }

  Node activation(const Node& x) {
    if (m_.activation == "gelu") return std::make_shared<op::Gelu>(x, ov::op::GeluApproximationMode::ERF);
    if (m_.activation == "gelu_new" || m_.activation == "gelu_pytorch_tanh")
      return std::make_shared<op::Gelu>(x, ov::op::GeluApproximationMode::TANH);
    if (m_.activation == "relu") return std::make_shared<op::Relu>(x);
    bad_input("the activation '" + m_.activation + "' is not supported", weights_.path(), "gelu, gelu_new and relu are");
  }

  const ModelFolder& m_;
  Weights weights_;
  Node width_;
  Index vocabulary_ = 0;
};

/// Static models (word2vec-like tables of sub-words): the mean of the tokens' rows.
EncoderGraph static_graph(const ModelFolder& folder) {
  const Weights weights(folder.weights);
  const auto ids = token_input("input_ids"), mask = token_input("attention_mask");
  const auto table = weights.get(weights.only_matrix(), {-1, -1});
  const auto states = std::make_shared<op::Gather>(table, ids, integer(0));
  return {encoder_model(states, ids, mask, Pooling::kMean), static_cast<Index>(table->get_shape()[0])};
}

/// Reads an ONNX model and pools its token states; segments, if it asks for them, are 0.
EncoderGraph onnx_graph(const ModelFolder& folder) {
  std::shared_ptr<ov::Model> model;
  try {
    model = ov::Core().read_model(folder.weights);
  } catch (const ov::Exception& error) {
    bad_input(std::string("OpenVINO cannot read the model: ") + error.what(), folder.weights, "export it to ONNX again");
  }
  const auto ids = token_input("input_ids"), mask = token_input("attention_mask");
  bool takes_mask = false;
  for (const auto& parameter : model->get_parameters()) {
    const std::string& name = parameter->output(0).get_any_name();
    if (name == "input_ids") {
      parameter->output(0).replace(ids);
    } else if (name == "attention_mask") {
      takes_mask = !parameter->output(0).get_target_inputs().empty();
      parameter->output(0).replace(mask);
    } else if (name == "token_type_ids") {
      parameter->output(0).replace(std::make_shared<op::Multiply>(ids, integer(0)));
    } else if (name != "pixel_values") {  // those belong to the other tower
      bad_input("the model has an unknown input '" + name + "'", folder.weights,
                "inputs are input_ids, attention_mask and token_type_ids");
    }
  }
  EncoderGraph graph;
  graph.takes_mask = takes_mask || !folder.has_pictures;
  for (const auto& output : model->outputs()) {
    const auto rank = output.get_partial_shape().rank();
    const Node node = output.get_node()->input_value(0);
    const bool vectors =
        output.get_names().contains("text_embeds") || (folder.has_pictures && output.get_names().contains("pooler_output"));
    if (vectors && rank.is_static() && rank.get_length() == 2) {
      graph.model =
          std::make_shared<ov::Model>(ov::OutputVector{unit_rows_node(node)}, ov::ParameterVector{ids, mask}, "encoder");
      return graph;
    }
    if (rank.is_static() && rank.get_length() == 3 && !graph.model && !folder.has_pictures)
      graph.model = encoder_model(node, ids, mask, folder.pooling);
  }
  if (graph.model) return graph;
  bad_input("the model has no output of token states (texts, tokens, dimension), and none named text_embeds", folder.weights,
            "export it with last_hidden_state");
}

}  // namespace

ov::Output<ov::Node> unit_rows_node(const ov::Output<ov::Node>& rows) {
  return std::make_shared<op::NormalizeL2>(rows, integers({1}), 1e-24f, ov::op::EpsMode::MAX);
}

EncoderGraph encoder_graph(const ModelFolder& folder) {
  if (folder.kind == ModelKind::kOnnx) return onnx_graph(folder);
  if (folder.kind == ModelKind::kStatic) return static_graph(folder);
  return TransformerBuilder(folder).build();
}

}  // namespace vec2vec
