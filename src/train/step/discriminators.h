// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "neural/mlp.h"
#include "train/step/optimiser.h"
#include "vec2vec/neural.h"

namespace vec2vec::neural {

/// The distance of nearby rows at which the penalty's gradients are taken, in norms of a row. Not tuned: the penalty is off in
/// the presets, for it changed less than the seeds differ (docs/neural.md, "Seeds fail as in the paper").
constexpr double kPenaltyRadius = 0.1;

/// Least-squares discriminators on the source's space (0), the target's (1) and the shared latent (2): MLPs without residuals
/// that give each row one score; those whose loss is switched off have no tensors. Rows of label 1 are native (0, 1) or come
/// from the source (2).
class Discriminators {
 public:
  Discriminators(Index source_dim, Index target_dim, Index latent, const NeuralOptions& options);

  void initialise(Random& random);

  /// Rows (n, d) and what discriminator `which` should say of them; nearby (n, d): the rows moved by noise of kPenaltyRadius,
  /// or no data.
  struct Lesson {
    int which;
    MatrixView rows;
    double label;
    MatrixView nearby = {};
  };
  /// Sets the gradients to those of the loss of all lessons, for an optimiser's step; returns the mean least-squares loss of a
  /// lesson. Lessons with nearby rows also pay penalty / 2 times the mean of (D(nearby) - D(rows))^2 / kPenaltyRadius^2, an
  /// estimate of the squared gradient at the rows (R1 and R2 of Mescheder et al. 2018 without second derivatives, as in Lin et
  /// al. 2025, arXiv 2501.08316), for n more rows a lesson.
  double learn(const std::vector<Lesson>& lessons, double penalty, int threads);

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
  /// Room for this many uses, each of as many rows as `like`.
  void prepare(std::vector<Use>& room, std::size_t uses, const Lesson& like) const;

  std::array<Mlp, 3> networks_;
  std::vector<Use> uses_, nearby_;  ///< of lessons and verdicts; of the lessons' nearby rows
};

}  // namespace vec2vec::neural
