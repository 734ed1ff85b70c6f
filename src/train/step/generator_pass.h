// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <vector>

#include "neural/translator.h"
#include "train/step/discriminators.h"

namespace vec2vec::neural {

/// Mean losses of a step, over both sides, without coefficients.
struct Losses {
  double reconstruction = 0, cycle = 0, preservation = 0, cycle_preservation = 0, generator = 0, latent_generator = 0,
         matching = 0, pairs = 0;
};

/// What the losses of a batch compare with, besides the batch itself; members without data are not needed.
struct Guidance {
  std::array<MatrixView, 2> counterpart = {};  ///< (n, d_other) of side s: the known partners of its first `pairs` rows, then
                                               ///< the soft counterparts of the others
  Index pairs = 0;
  std::array<MatrixView, 2> reference =
      {};  ///< (n, any): rows whose dot products translations are to keep; default: the batch's
  std::array<MatrixView, 4> noise =
      {};  ///< added to what discriminators see of translations (n, d_other) and latents (n, latent)
};

/// Forward and backward passes of a translator on one batch of each side: reconstruction, translation, cycle.
class GeneratorPass {
 public:
  explicit GeneratorPass(const NeuralOptions& options);

  /// x[s] (n, d_s): unit rows of side s, which must stay until backward is done.
  void forward(const Translator& translator, const std::array<MatrixView, 2>& x);

  /// Translations of side s into the other space (n, d_other), unit rows; latents of side s (n, latent).
  MatrixView translation(int side) const { return sides_[static_cast<std::size_t>(side)].translated.rows; }
  MatrixView latent(int side) const { return sides_[static_cast<std::size_t>(side)].latent; }

  /// All losses and their gradients at the outputs.
  Losses lose(Discriminators& discriminators, const Guidance& guidance);

  /// Sets the gradients of translator.parameters to those of all losses.
  void backward(Translator& translator);

 private:
  /// Output rows of unit norm with the gradient there, which backward turns into the gradient before the scaling to norm 1.
  struct Output {
    Matrix rows, d;
    std::vector<float> norms;
    Mlp::Tape tape;
  };
  struct Side {
    MatrixView x;
    Matrix adapted, d_adapted, latent, d_latent;  // A_s(x), T(A_s(x))
    Matrix cycle_adapted, d_cycle_adapted, cycle_latent, d_cycle_latent;
    Mlp::Tape input, backbone, cycle_input, cycle_backbone;
    Output reconstructed, translated, cycled;
  };
  void forward_rows(const Translator& t, std::size_t s, Index first, Index count);
  void backward_rows(const Translator& t, std::size_t s, Index first, Index count);

  LossWeights weights_;
  bool cycles_, reconstructs_;
  int threads_;
  Index n_ = 0;
  std::array<Side, 2> sides_;
};

}  // namespace vec2vec::neural
