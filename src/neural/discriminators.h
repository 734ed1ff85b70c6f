#pragma once
#include <array>

#include "neural/mlp.h"
#include "neural/optimiser.h"
#include "vec2vec/neural.h"

namespace vec2vec::neural {

/// Least-squares discriminators on the source's space (0), the target's (1) and the shared latent (2): MLPs without residuals
/// that give each row one score; those whose loss is switched off have no tensors. Rows of label 1 are native (0, 1) or come
/// from the source (2).
class Discriminators {
 public:
  Discriminators(Index source_dim, Index target_dim, Index latent, const NeuralOptions& options);

  void initialise(Random& random);

  /// Rows (n, d) and what discriminator `which` should say of them.
  struct Lesson {
    int which;
    MatrixView rows;
    double label;
  };
  /// Gradients of the loss of all lessons, for an optimiser's step; returns the mean loss of a lesson.
  double learn(const std::vector<Lesson>& lessons, int threads);

  /// A lesson whose rows are to be moved: adds weight times the loss's gradient at the rows to d_rows (n, d).
  struct Verdict {
    Lesson lesson;
    double weight;
    MatrixSpan d_rows;
  };
  /// Returns the loss of each, without weights. Discriminators stay as they are.
  std::vector<double> judge(const std::vector<Verdict>& verdicts, int threads);

  Parameters parameters;
  AdamW optimiser;

 private:
  struct Use {
    Mlp::Tape tape;
    Matrix scores, d_scores;
  };
  /// Room for so many uses, each of as many rows as `like`.
  void prepare(std::size_t uses, const Lesson& like);

  std::array<Mlp, 3> networks_;
  std::vector<Use> uses_;
};

}  // namespace vec2vec::neural
