// SPDX-License-Identifier: Apache-2.0
#include "neural/mlp.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "neural/layers.h"
#include "neural/matmul.h"

namespace vec2vec::neural {

Mlp::Mlp(Parameters& parameters, const std::string& name, const MlpShape& shape) : shape_(shape) {
  for (int l = 0; l < shape.depth; ++l) {
    const bool last = l + 1 == shape.depth;
    const std::string prefix = name + "." + std::to_string(l) + ".";
    const Index in = l == 0 ? shape.in : shape.hidden, out = last ? shape.out : shape.hidden;
    Layer layer;
    layer.weight = parameters.add(prefix + "weight", in, out);
    layer.bias = parameters.add(prefix + "bias", 1, out);
    if (!last) {
      layer.gain = parameters.add(prefix + "gain", 1, out);
      layer.shift = parameters.add(prefix + "shift", 1, out);
    }
    layers_.push_back(std::move(layer));
  }
  if (shape.skip == Skip::kLinear) skip_ = parameters.add(name + ".skip", shape.in, shape.out);
}

void Mlp::initialise(Parameters& parameters, Random& random, float last_scale) const {
  const auto fill_normal = [&](const Slot& slot, double scale) {
    const MatrixSpan w = parameters.value(slot);
    const double deviation = scale / std::sqrt(static_cast<double>(slot.rows));
    for (Index i = 0; i < slot.size(); ++i) w.data[i] = static_cast<float>(deviation * random.normal());
  };
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    fill_normal(layers_[l].weight, hidden(l) ? 1.0 : last_scale);
    if (hidden(l)) std::fill_n(parameters.value(layers_[l].gain).data, layers_[l].gain.size(), 1.0f);
  }
  if (shape_.skip == Skip::kLinear) fill_normal(skip_, 1.0);
}

void Mlp::prepare(Tape& tape, Index n, bool backward) const {
  const std::size_t count = layers_.size() - 1;
  if (tape.hidden.size() == count && (count == 0 || tape.hidden[0].rows() == n)) return;
  tape.hidden.assign(count, Matrix(n, shape_.hidden));
  tape.xhat = tape.hidden;
  tape.inverse_deviation.assign(count, std::vector<float>(static_cast<std::size_t>(n)));
  if (backward) tape.d_norm = tape.d_linear = tape.hidden;
}

void Mlp::forward(const Parameters& parameters, MatrixView x, MatrixSpan y, Tape& tape, Index first, Index count) const {
  MatrixView h = x.middle_rows(first, count);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const MatrixSpan out = (hidden(l) ? tape.xhat[l].span() : y).middle_rows(first, count);
    matmul(h, parameters.value(layer.weight), parameters.half(layer.weight, false), false, out);
    add_bias(out, parameters.value(layer.bias));
    if (!hidden(l)) break;
    const MatrixSpan next = tape.hidden[l].span().middle_rows(first, count);
    norm_silu_forward(out, tape.inverse_deviation[l].data() + first, parameters.value(layer.gain),
                      parameters.value(layer.shift), shape_.residual && l > 0 ? h : MatrixView{}, next);
    h = next;
  }
  const MatrixView in = x.middle_rows(first, count);
  const MatrixSpan out = y.middle_rows(first, count);
  if (shape_.skip == Skip::kLinear) matmul(in, parameters.value(skip_), parameters.half(skip_, false), false, out, true);
  if (shape_.skip == Skip::kIdentity)
    for (Index i = 0; i < count; ++i)
      for (Index c = 0; c < in.cols; ++c) out.row(i)[c] += in.row(i)[c];
}

void Mlp::backward(const Parameters& parameters, MatrixView d_y, MatrixSpan d_x, Tape& tape, Index first, Index count) const {
  const MatrixView d_out = d_y.middle_rows(first, count);
  const bool wanted = d_x.data != nullptr;
  MatrixView d = d_out;  // gradient at the output of layer l's matrix product
  Matrix carried(layers_.size() > 1 ? count : 0, shape_.hidden);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const MatrixView w = parameters.value(layers_[l].weight);
    const std::uint16_t* half = parameters.half(layers_[l].weight, true);
    if (l == 0) {
      if (wanted) matmul(d, w, half, true, d_x);
      break;
    }
    // carried: gradient at the input of layer l, which is the output of hidden layer l - 1
    const bool residual = hidden(l) && shape_.residual;
    matmul(d, w, half, true, carried.span(), residual);
    const Layer& below = layers_[l - 1];
    const MatrixSpan d_linear = tape.d_linear[l - 1].span().middle_rows(first, count);
    norm_silu_backward(carried, tape.xhat[l - 1].view().middle_rows(first, count), tape.inverse_deviation[l - 1].data() + first,
                       parameters.value(below.gain), parameters.value(below.shift),
                       tape.d_norm[l - 1].span().middle_rows(first, count), d_linear);
    d = d_linear;
  }
  if (!wanted) return;
  if (shape_.skip == Skip::kLinear) matmul(d_out, parameters.value(skip_), parameters.half(skip_, true), true, d_x, true);
  if (shape_.skip == Skip::kIdentity)
    for (Index i = 0; i < count; ++i)
      for (Index c = 0; c < d_x.cols; ++c) d_x.row(i)[c] += d_out.row(i)[c];
}

void Mlp::set_gradients(Parameters& parameters, const std::vector<Use>& uses, int task) const {
  const bool half = parameters.keeps_halves();
  const auto l = static_cast<std::size_t>(task);
  if (l < layers_.size())
    for (const Slot* slot : {&layers_[l].bias, &layers_[l].gain, &layers_[l].shift})
      std::fill_n(parameters.gradient(*slot).data, slot->size(), 0.0f);
  bool accumulate = false;
  for (const auto& [tape, x, d_y] : uses) {
    const bool before = std::exchange(accumulate, true);
    if (l == layers_.size()) {
      transposed_product(x, d_y, half, parameters.gradient(skip_), before);
      continue;
    }
    const MatrixView d = hidden(l) ? tape->d_linear[l].view() : d_y;
    transposed_product(l == 0 ? x : tape->hidden[l - 1].view(), d, half, parameters.gradient(layers_[l].weight), before);
    add_column_sums(d, parameters.gradient(layers_[l].bias));
    if (hidden(l))
      add_norm_gradients(tape->d_norm[l], tape->xhat[l], parameters.gradient(layers_[l].gain),
                         parameters.gradient(layers_[l].shift));
  }
}

void Mlp::apply(const Parameters& parameters, MatrixView x, MatrixSpan y) const {
  Tape tape;
  prepare(tape, x.rows, false);
  forward(parameters, x, y, tape, 0, x.rows);
}

std::vector<Slot> Mlp::slots() const {
  std::vector<Slot> all;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    all.push_back(layers_[l].weight);
    all.push_back(layers_[l].bias);
    if (!hidden(l)) continue;
    all.push_back(layers_[l].gain);
    all.push_back(layers_[l].shift);
  }
  if (shape_.skip == Skip::kLinear) all.push_back(skip_);
  return all;
}

std::vector<Slot> Mlp::output_slots() const {
  std::vector<Slot> all = {layers_.back().weight, layers_.back().bias};
  if (shape_.skip == Skip::kLinear) all.push_back(skip_);
  return all;
}

}  // namespace vec2vec::neural
