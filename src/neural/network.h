// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "neural/mlp.h"

namespace vec2vec::neural {

class Translator;

/// One direction of a translator by itself, as maps keep it: input adapter, backbone, output adapter, one after another.
class Network {
 public:
  /// A network of zeros with these stages; each takes what the one before gives.
  explicit Network(const std::vector<MlpShape>& shapes);

  /// The direction `from` -> `to` (0 = source, 1 = target) of a translator with these values of its parameters.
  Network(const Translator& translator, const std::vector<float>& values, int from, int to);

  /// x (n, in) -> y (n, out), rows not scaled to norm 1, on the calling thread.
  void apply(MatrixView x, MatrixSpan y) const;

  /// x (n, in) -> unit rows (n, out), in blocks of rows.
  Matrix translate(MatrixView x, int threads) const;

  /// y becomes y m: m (out, out) is multiplied into the last layer, whose skip must not be the identity.
  void multiply_output(MatrixView m);

  Index in() const { return stages_.front().shape().in; }
  Index out() const { return stages_.back().shape().out; }

  /// The shapes of the stages as JSON, and back. Throws Error{kBadInput}, naming `where`, for anything else.
  std::string describe() const;
  static std::vector<MlpShape> parse(const std::string& description, const std::string& where);

  Parameters parameters;  ///< named neural.<stage>.<tensor of Mlp>

 private:
  std::vector<Mlp> stages_;
};

}  // namespace vec2vec::neural
