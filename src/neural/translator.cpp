// SPDX-License-Identifier: Apache-2.0
#include "neural/translator.h"

#include <algorithm>

namespace vec2vec::neural {

Translator::Translator(Index source_dim, Index target_dim, const TranslatorShape& shape) {
  const Index latent = std::max({shape.width, source_dim, target_dim});
  const std::array<Index, 2> dims = {source_dim, target_dim};
  const std::array<std::string, 2> names = {"source", "target"};
  for (std::size_t s = 0; s < 2; ++s)
    input[s] = Mlp(parameters, names[s] + ".input", {dims[s], shape.width, latent, shape.adapter_depth, Skip::kLinear});
  backbone = Mlp(parameters, "backbone", {latent, shape.width, latent, shape.backbone_depth, Skip::kIdentity});
  for (std::size_t s = 0; s < 2; ++s)
    output[s] = Mlp(parameters, names[s] + ".output", {latent, shape.width, dims[s], shape.adapter_depth, Skip::kLinear});
}

void Translator::initialise(Random& random) {
  for (const Mlp* mlp : {&input[0], &input[1], &backbone, &output[0], &output[1]}) mlp->initialise(parameters, random, 1.0f);
}

void Translator::start_from(MatrixView weight, Random& random) {
  for (const Mlp* mlp : {&input[0], &input[1], &backbone, &output[0], &output[1]}) mlp->initialise(parameters, random, 0.0f);
  // The side of more dimensions goes into the latent as it is: nothing is lost on the way to itself and back.
  const bool source_is_larger = weight.rows > weight.cols;
  for (std::size_t s = 0; s < 2; ++s) {
    const MatrixSpan in = parameters.value(input[s].skip_slot()), out = parameters.value(output[s].skip_slot());
    std::fill_n(in.data, in.rows * in.cols, 0.0f);
    std::fill_n(out.data, out.rows * out.cols, 0.0f);
    const bool as_it_is = (s == 0) == source_is_larger;
    for (Index i = 0; i < in.rows; ++i) {
      if (as_it_is) {
        in.row(i)[i] = out.row(i)[i] = 1;
        continue;
      }
      const Index other = s == 0 ? weight.cols : weight.rows;
      for (Index j = 0; j < other; ++j) in.row(i)[j] = out.row(j)[i] = s == 0 ? weight.row(i)[j] : weight.row(j)[i];
    }
  }
}

}  // namespace vec2vec::neural
