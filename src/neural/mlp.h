// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/random.h"
#include "neural/parameters.h"

namespace vec2vec::neural {

/// What is added to the output of the last layer: nothing, the input itself, or the input times a matrix.
enum class Skip { kNone, kIdentity, kLinear };

struct MlpShape {
  Index in = 0, hidden = 0, out = 0;
  int depth = 1;  ///< linear layers, >= 1
  Skip skip = Skip::kNone;
  bool residual = true;  ///< hidden layers after the first add their input to their output
};

/// The one building block of translator and discriminators, on rows x (n, in):
///   h_1 = block_0(x);   h_{l+1} = [h_l +] block_l(h_l);   y = h_{depth-1} W + b + skip(x)
///   block(h) = silu(norm(h W + b) * gain + shift)
/// Forward and backward passes treat each row by itself, so that threads may take ranges of rows; the gradients of the tensors,
/// which sum over rows, come in a pass of their own, layer by layer.
class Mlp {
 public:
  Mlp() = default;
  /// Adds its tensors to parameters: <name>.<l>.weight (k, m), .bias (1, m), .gain, .shift (1, m); <name>.skip (in, out).
  Mlp(Parameters& parameters, const std::string& name, const MlpShape& shape);

  /// Normal weights of variance 1 / fan-in (skip included), gains 1, the rest 0; the last layer is multiplied by last_scale.
  void initialise(Parameters& parameters, Random& random, float last_scale) const;

  /// What one use of the network keeps between its passes; for n rows.
  struct Tape {
    std::vector<Matrix> hidden;                         ///< (n, hidden) output of hidden layer l
    std::vector<Matrix> xhat, d_norm, d_linear;         ///< (n, hidden) of hidden layer l
    std::vector<std::vector<float>> inverse_deviation;  ///< (n) of hidden layer l
  };
  /// Room for n rows; without `backward`, for the forward pass alone.
  void prepare(Tape& tape, Index n, bool backward = true) const;

  /// Rows first .. first + count - 1 of x (n, in) -> the same rows of y (n, out).
  void forward(const Parameters& parameters, MatrixView x, MatrixSpan y, Tape& tape, Index first, Index count) const;

  /// The same rows of d_y (n, out) -> d_x (count, in), or none when d_x has no data.
  void backward(const Parameters& parameters, MatrixView d_y, MatrixSpan d_x, Tape& tape, Index first, Index count) const;

  /// Number of independent tasks of set_gradients.
  int gradient_tasks() const { return shape_.depth + (shape_.skip == Skip::kLinear ? 1 : 0); }
  /// A use after both passes: x (n, in) and d_y (n, out) as they were then.
  struct Use {
    const Tape* tape;
    MatrixView x, d_y;
  };
  /// Sets the gradients of layer `task` (the skip's matrix last) to the sum of what the uses give, in their order.
  void set_gradients(Parameters& parameters, const std::vector<Use>& uses, int task) const;

  /// y (n, out) of x (n, in), on the calling thread, keeping nothing.
  void apply(const Parameters& parameters, MatrixView x, MatrixSpan y) const;

  const MlpShape& shape() const { return shape_; }
  /// Its tensors, in a fixed order that depends on the shape only.
  std::vector<Slot> slots() const;
  const Slot& skip_slot() const { return skip_; }
  /// The tensors that make the output's columns: weight and bias of the last layer, the skip's matrix.
  std::vector<Slot> output_slots() const;

 private:
  struct Layer {
    Slot weight, bias, gain, shift;  ///< gain and shift of hidden layers only
  };
  bool hidden(std::size_t layer) const { return layer + 1 < layers_.size(); }

  MlpShape shape_;
  std::vector<Layer> layers_;
  Slot skip_;
};

}  // namespace vec2vec::neural
