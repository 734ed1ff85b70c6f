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

/// Independent runs on random subsets of rows, the same for the same seed and number of the search.
std::vector<AnchorMatch> match_anchors(const ViewPair& view, const AnchorOptions& options, std::uint64_t seed,
                                       std::uint64_t search, int threads);

/// Weighted sums of the runs' cross-covariances: each run alone is a weak guess, their average a better one.
struct Start {
  std::string weighting;
  Matrix map;  ///< (v, v), orthogonal
};
std::vector<Start> consensus(std::span<const AnchorMatch> matches);

/// What one known pair weighs, as a part of the softly matched rows beside it: softly matched rows err alike, so that more of
/// them do not outweigh a pair. 3 of 10,000 was best from 20 to 3,000 pairs (docs/research/hard-pairs.md).
constexpr float kPairWeight = 3e-4f;

/// Known pairs in the coordinates of a view: x (p, v) row i belongs to y (p, v) row i.
struct PairTerm {
  Matrix x, y;
};

/// How far a pair is believed, in [0, 1], from the cosine of its translated x (v) and its y (v), both of unit norm: a half at
/// 0.15. True pairs lie above it as soon as the map is half right, wrong ones around 0.
float pair_trust(const float* translated, const float* y, Index v);

/// Adds the pairs' cross-covariance to that of soft_rows softly matched rows, cross (v, v). Each pair weighs as much as the map
/// (v, v) confirms it, so that a wrong one does little harm.
void add_pairs(const PairTerm& pairs, MatrixView map, Index soft_rows, MatrixSpan cross);

/// Soft matching (kernels/soft_match.h) and a Procrustes step at each temperature in turn, on so many fresh random rows a step.
/// keep < 1 is the weight of the old map in the new one. Above 0 it averages steps, which takes out their noise; below 0 it
/// overshoots: a step is expectation-maximisation, slow near its end, and going three times as far (-2) climbs about twice
/// as fast (docs/research/hard-pairs.md).
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

/// A map on its way up, and the mean of its last steps, which is what it is judged by.
struct Climber {
  std::size_t search = 0;
  std::string start;
  Matrix map, mean;   ///< (v, v)
  double score = -2;  ///< pair-free, of the mean
};

/// So many steps at each of the temperatures.
std::vector<float> anneal(std::initializer_list<float> levels, int each);

/// Moves a climber on by overshooting steps at the given temperatures. `mean_of` more steps make its mean: with fewer, its
/// score is noisier and lower.
void climb(const ViewPair& view, const PairTerm& pairs, const std::vector<float>& temperatures, Random random, Climber& climber,
           int mean_of = 16);

}  // namespace vec2vec
