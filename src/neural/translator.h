// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "neural/mlp.h"

namespace vec2vec::neural {

/// Sizes of a translator: the width of its hidden layers and of the latent, and the number of linear layers of each part.
struct TranslatorShape {
  Index width = 1024;
  int adapter_depth = 3, backbone_depth = 4;
};

/// The translator of vec2vec between side 0 (source) and side 1 (target): input adapters A_s into a shared latent, backbone T,
/// output adapters B_s. From side s to side t:  y = unit(B_t(T(A_s(x)))); t = s reconstructs. Rows are centred unit rows.
class Translator {
 public:
  Translator(Index source_dim, Index target_dim, const TranslatorShape& shape);

  /// Random weights throughout.
  void initialise(Random& random);

  /// Random hidden layers whose last layers are 0, and skips that make side 0 to side 1 equal to unit(x weight), and its
  /// reverse to unit(y weight^T). The latent holds the larger side as it is.
  void start_from(MatrixView weight, Random& random);

  Index latent() const { return backbone.shape().in; }
  Index dim(int side) const { return input[static_cast<std::size_t>(side)].shape().in; }

  Parameters parameters;
  std::array<Mlp, 2> input, output;
  Mlp backbone;
};

}  // namespace vec2vec::neural
