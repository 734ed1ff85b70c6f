// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "space/spectral/spectrum.h"
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

/// How a start is found: in each of `runs` runs, k-means gives anchors on both sides, and quadratic assignment matches them.
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

/// Independent runs on random subsets of the rows. The same seed and number of the search give the same runs.
std::vector<AnchorMatch> match_anchors(const ViewPair& view, const AnchorOptions& options, std::uint64_t seed,
                                       std::uint64_t search, int threads);

/// The map of a weighted sum of the runs' cross-covariances. A single run is a weak guess; their average is a better one.
struct Start {
  std::string weighting;
  Matrix map;  ///< (v, v), orthogonal
};
std::vector<Start> consensus(std::span<const AnchorMatch> matches);

/// The weight of one known pair, as a fraction of the number of softly matched rows. These share their errors, so more of them
/// must not outweigh a pair. 3 in 10,000 was best from 20 to 3,000 pairs (docs/research/hard-pairs.md, weight of a known pair).
constexpr float kPairWeight = 3e-4f;

/// Known pairs in the coordinates of a view: x (p, v) row i belongs to y (p, v) row i.
struct PairTerm {
  Matrix x, y;
};

/// How far a pair is trusted, in [0, 1], given the cosine of its translated x (v) and its y (v), both of unit norm: one half at
/// 0.15. True pairs lie above that as soon as the map is half right; wrong pairs lie around 0.
float pair_trust(const float* translated, const float* y, Index v);

/// Adds the cross-covariance of the pairs to that of soft_rows softly matched rows, cross (v, v). Each pair is weighted by how
/// far the map (v, v) confirms it, so that a wrong pair does little harm.
void add_pairs(const PairTerm& pairs, MatrixView map, Index soft_rows, MatrixSpan cross);

/// Soft matching (kernels/soft_match.h) and a Procrustes step at each temperature in turn, on so many fresh random rows a step.
/// keep < 1 is the weight of the old map in the new one. Above 0 it averages steps, which takes out their noise. Below 0 it
/// overshoots: a step is expectation-maximisation, which is slow near its end, and three times as far (-2) climbs about twice
/// as fast (docs/research/hard-pairs.md, overshooting in the view).
struct SoftSteps {
  std::vector<float> temperatures;
  Index source_rows = 2000, target_rows = 2000;
  float keep = 0;
  const PairTerm* pairs = nullptr;
};
Matrix soft_steps(MatrixView x, MatrixView y, Matrix map, const SoftSteps& steps, Random& random, int threads);

/// Mean cosine under the entropic coupling (temperature 0.05, 4 passes) of `rows` rows a side, spread evenly. Higher is better;
/// comparable only between maps of the same view and equally many rows.
double pair_free_score(MatrixView x, MatrixView y, MatrixView map, Index rows, int threads);

/// A map that is being improved, and the mean of its last steps, by which it is scored.
struct Climber {
  std::size_t search = 0;
  std::string start;
  Matrix map, mean;   ///< (v, v)
  double score = -2;  ///< pair-free, of the mean
};

/// `each` steps at each of the levels.
std::vector<float> anneal(std::initializer_list<float> levels, int each);

/// Improves a climber by overshooting steps at the given temperatures, followed by `mean_of` steps whose mean is taken. With
/// fewer of these the score is noisier and lower.
void climb(const ViewPair& view, const PairTerm& pairs, const std::vector<float>& temperatures, Random random, Climber& climber,
           int mean_of = 16);

}  // namespace vec2vec
