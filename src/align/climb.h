#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "space/spectrum.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Both sides in comparable coordinates: unit rows x = unit(X A) (n, v) and y = unit(Y B) (m, v).
struct ViewPair {
  Matrix a, b;       ///< projections (d_source, v), (d_target, v)
  Matrix b_inverse;  ///< (v, d_target): back from the target's view to its space
  Matrix x, y;
};
ViewPair view_pair(MatrixView source, const Spectrum& source_spectrum, MatrixView target, const Spectrum& target_spectrum,
                   Index dims, double power, int threads);

/// How a start is found: `runs` times k-means anchors on both sides and their quadratic assignment.
struct AnchorOptions {
  Index anchors = 50;
  int runs = 50;
  int tabu_iterations = 15000, tabu_starts = 2;
};

/// The matched anchors of one run: their cross-covariance (v, v) of unit norm, and how well their Gram matrices fit, in [-1,
/// 1].
struct AnchorMatch {
  Matrix cross;
  double objective = 0;
};

/// Independent runs on random subsets of rows.
std::vector<AnchorMatch> match_anchors(const ViewPair& view, const AnchorOptions& options, std::uint64_t seed, int threads);

/// Weighted sums of the runs' cross-covariances, or the one run's own: each run alone is a weak guess, their average a better
/// one.
struct Start {
  std::string weighting;
  Matrix map;  ///< (v, v), orthogonal
};
std::vector<Start> consensus(std::span<const AnchorMatch> matches);

/// Soft matching (kernels/soft_match.h) and a Procrustes step at each temperature in turn, on `rows` fresh random rows a step.
/// keep in [0, 1): weight of the old map in the new one.
struct SoftSteps {
  std::vector<float> temperatures;
  Index rows = 2000;
  float keep = 0;
};
Matrix soft_steps(MatrixView x, MatrixView y, Matrix map, const SoftSteps& steps, Random& random, int threads);

/// Mean cosine under the entropic coupling (temperature 0.05, 4 passes) of `rows` rows a side, spread evenly. Higher is better;
/// comparable only between maps of the same view and equally many rows.
double pair_free_score(MatrixView x, MatrixView y, MatrixView map, Index rows, int threads);

}  // namespace vec2vec
