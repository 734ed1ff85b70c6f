// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "export/protobuf.h"
#include "export/writers.h"
#include "neural/network.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

// Of onnx.proto: the numbers of its fields, named after them.
namespace field {
constexpr int kModelIr = 1, kModelOpset = 8, kModelProducer = 2, kModelProducerVersion = 3, kModelGraph = 7,
              kModelMetadata = 14;
constexpr int kOpsetVersion = 2, kMetadataKey = 1, kMetadataValue = 2;
constexpr int kGraphNode = 1, kGraphName = 2, kGraphInitializer = 5, kGraphInput = 11, kGraphOutput = 12;
constexpr int kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kNodeOperator = 4, kNodeAttribute = 5;
constexpr int kAttributeName = 1, kAttributeFloat = 2, kAttributeInt = 3, kAttributeInts = 8, kAttributeType = 20;
constexpr int kTensorDims = 1, kTensorType = 2, kTensorName = 8, kTensorRaw = 9;
constexpr int kValueName = 1, kValueType = 2, kTypeTensor = 1, kTypeElement = 1, kTypeShape = 2;
constexpr int kShapeDim = 1, kDimValue = 1, kDimName = 2;
}  // namespace field

constexpr std::uint64_t kFloat = 1;                                                  // TensorProto.DataType
constexpr std::uint64_t kFloatAttribute = 1, kIntAttribute = 2, kIntsAttribute = 7;  // AttributeProto.AttributeType
constexpr std::uint64_t kIrVersion = 8, kOpset = 17;                                 // the first with LayerNormalization
constexpr std::size_t kMostBytes = (std::size_t{1} << 31) - (1 << 20);               // of a message

ProtobufMessage attribute(const char* name, std::uint64_t type) {
  ProtobufMessage message;
  message.text(field::kAttributeName, name).number(field::kAttributeType, type);
  return message;
}

/// A graph under construction. Values have names: those of the model's inputs, tensors, and v1, v2 ... for what nodes give.
class Graph {
 public:
  using Value = std::string;

  Value tensor(const std::string& name, const std::vector<Index>& shape, const float* data) {
    ProtobufMessage message;
    Index count = 1;
    for (const Index size : shape) {
      message.number(field::kTensorDims, static_cast<std::uint64_t>(size));
      count *= size;
    }
    message.number(field::kTensorType, kFloat).text(field::kTensorName, name);
    message.text(field::kTensorRaw, {reinterpret_cast<const char*>(data), static_cast<std::size_t>(count) * sizeof(float)});
    graph_.message(field::kGraphInitializer, message);
    if (graph_.bytes().size() > kMostBytes)
      bad_input("the map is larger than the 2 GiB that an ONNX file takes", {}, "export it to numpy");
    return name;
  }
  /// A row of values that nodes add to, or multiply with, each row.
  Value row(const std::string& name, MatrixView values) { return tensor(name, {values.cols}, values.data); }
  Value matrix(const std::string& name, MatrixView values) { return tensor(name, {values.rows, values.cols}, values.data); }
  Value scalar(const std::string& name, float value) { return tensor(name, {}, &value); }

  Value node(const char* op, const std::vector<Value>& inputs, const std::vector<ProtobufMessage>& attributes = {}) {
    const Value out = "v" + std::to_string(++count_);
    add(op, inputs, out, attributes);
    return out;
  }
  void name_result(const Value& value, const char* name) { add("Identity", {value}, name, {}); }

  Value unit(const Value& x) {
    if (least_.empty()) least_ = scalar("least_norm", kLeastNorm);
    ProtobufMessage axes = attribute("axes", kIntsAttribute), keep = attribute("keepdims", kIntAttribute);
    axes.number(field::kAttributeInts, 1);
    keep.number(field::kAttributeInt, 1);
    const Value norm = node("ReduceL2", {x}, {axes, keep});
    return node("Div", {x, node("Max", {norm, least_})});
  }

  /// Rows of dim floats.
  void input(const char* name, Index dim) { graph_.message(field::kGraphInput, rows(name, dim)); }
  void output(const char* name, Index dim) { graph_.message(field::kGraphOutput, rows(name, dim)); }

  ProtobufMessage finish(const char* name) {
    graph_.text(field::kGraphName, name);
    return std::move(graph_);
  }

 private:
  void add(const char* op, const std::vector<Value>& inputs, const Value& out, const std::vector<ProtobufMessage>& attributes) {
    ProtobufMessage message;
    for (const Value& input : inputs) message.text(field::kNodeInput, input);
    message.text(field::kNodeOutput, out).text(field::kNodeName, "to_" + out).text(field::kNodeOperator, op);
    for (const ProtobufMessage& a : attributes) message.message(field::kNodeAttribute, a);
    graph_.message(field::kGraphNode, message);
  }

  static ProtobufMessage rows(const char* name, Index dim) {
    ProtobufMessage any, fixed, shape, tensor, type, value;
    any.text(field::kDimName, "rows");
    fixed.number(field::kDimValue, static_cast<std::uint64_t>(dim));
    shape.message(field::kShapeDim, any).message(field::kShapeDim, fixed);
    tensor.number(field::kTypeElement, kFloat).message(field::kTypeShape, shape);
    type.message(field::kTypeTensor, tensor);
    value.text(field::kValueName, name).message(field::kValueType, type);
    return value;
  }

  ProtobufMessage graph_;
  Value least_;
  int count_ = 0;
};

/// The stages of a network on rows x; neural/mlp.h has the formulas.
Graph::Value network_of(Graph& graph, const neural::Network& network, Graph::Value x) {
  const auto shapes = neural::Network::parse(network.describe(), "map");
  auto slot = network.parameters.slots.begin();
  const auto next_row = [&] {
    const neural::Slot& s = *slot++;
    return graph.row(s.name, network.parameters.value(s));
  };
  const auto next_matrix = [&] {
    const neural::Slot& s = *slot++;
    return graph.matrix(s.name, network.parameters.value(s));
  };
  for (const neural::MlpShape& shape : shapes) {
    const Graph::Value stage_input = x;
    for (int layer = 0; layer < shape.depth; ++layer) {
      const Graph::Value before = x, weight = next_matrix(), bias = next_row();
      x = graph.node("Add", {graph.node("MatMul", {x, weight}), bias});
      if (layer + 1 == shape.depth) break;
      const Graph::Value gain = next_row(), shift = next_row();
      ProtobufMessage epsilon = attribute("epsilon", kFloatAttribute);
      epsilon.real(field::kAttributeFloat, 1e-5f);  // as in kernels/loops
      x = graph.node("LayerNormalization", {x, gain, shift}, {epsilon});
      x = graph.node("Mul", {x, graph.node("Sigmoid", {x})});
      if (shape.residual && layer > 0) x = graph.node("Add", {x, before});
    }
    if (shape.skip == neural::Skip::kIdentity) x = graph.node("Add", {x, stage_input});
    if (shape.skip == neural::Skip::kLinear) x = graph.node("Add", {x, graph.node("MatMul", {stage_input, next_matrix()})});
  }
  return x;
}

}  // namespace

std::string onnx_of(const Map& map) {
  Graph graph;
  graph.input("vectors", map.source_dim());
  graph.output("translated", map.target_dim());
  const Graph::Value u = graph.node("Sub", {graph.unit("vectors"), graph.row("source.mean", map.source_mean)});
  Graph::Value v;
  if (!map.network || map.blend < 1) v = graph.node("MatMul", {u, graph.matrix("linear.weight", map.weight)});
  if (map.network) {
    const Graph::Value bent = network_of(graph, *map.network, graph.unit(u));
    v = map.blend < 1 ? graph.node("Add", {graph.node("Mul", {graph.unit(v), graph.scalar("line_part", 1 - map.blend)}),
                                           graph.node("Mul", {graph.unit(bent), graph.scalar("blend", map.blend)})})
                      : bent;
  }
  v = graph.node("Mul", {graph.unit(v), graph.scalar("target.spread", map.target_spread)});
  v = graph.node("Add", {v, graph.row("target.mean", map.target_mean)});
  graph.name_result(graph.unit(v), "translated");

  ProtobufMessage model, opset, card;
  opset.number(field::kOpsetVersion, kOpset);
  card.text(field::kMetadataKey, "card").text(field::kMetadataValue, map.card.empty() ? "{}" : map.card);
  model.number(field::kModelIr, kIrVersion)
      .text(field::kModelProducer, "vec2vec")
      .text(field::kModelProducerVersion, version());
  model.message(field::kModelOpset, opset).message(field::kModelGraph, graph.finish("vec2vec_map"));
  model.message(field::kModelMetadata, card);
  return model.bytes();
}

}  // namespace vec2vec
