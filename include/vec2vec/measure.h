// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// What is fixed of a measure: how it is called and read. docs/measures.md defines each and names its paper.
struct MeasureInfo {
  std::string key;     ///< in JSON and in MeasureOptions::only
  std::string family;  ///< measures of one family share their work
  std::string title;
  std::string estimator;    ///< what the value is and where its interval comes from
  double best = 1;          ///< its value for spaces that are the same up to what the measure ignores
  bool biased = false;      ///< chance alone moves it away from its value for independent spaces
  std::string mirror = {};  ///< key of the same measure with the two sides exchanged; empty = symmetric
};

/// All measures, in the order of reports.
const std::vector<MeasureInfo>& measure_catalogue();

struct MeasureOptions {
  Index k = 10;              ///< neighbours of the k-NN measures, >= 2 and below the number of rows
  Index max_rows = 0;        ///< rows used, drawn at random; 0 = all. With fewer than all, values are estimates
  Index pair_rows = 4096;    ///< rows (drawn at random) whose pairs RSA and RBF CKA compare, at least 20; 0 = all
  Index permutations = 100;  ///< permuted pairings behind each null, >= 10; costly measures use fewer, see Measure::null_values
  Index bootstrap = 1000;    ///< resamples behind bootstrap intervals, <= 10^6; 0 = none (low and high are NaN)
  Index anchors = 256;       ///< rows that relative representations refer to, >= 2; at most a quarter of the rows
  Index pool = 1024;         ///< candidates a row is ranked among, >= 2; at most the number of rows
  double rbf_sigma = 0;      ///< width of the RBF kernels; 0 = each side's median distance of two rows
  std::vector<std::string> only = {};  ///< keys or families to measure; empty = all
  bool against_reference = false;      ///< also by the definitions of Huh et al. 2024's code
  std::uint64_t seed = 0;              ///< of samples, permutations, resamples and folds
  int threads = 0;                     ///< 0 = all cores
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// One measured value, its 95 % interval, and what the same measure gives when rows are paired at random.
struct Measure {
  const MeasureInfo* info = nullptr;
  double value = 0, low = 0, high = 0;  ///< NaN where undefined (a similarity that never varies, say)
  double null_mean = 0, null_low = 0, null_high = 0;
  std::vector<double> null_values;  ///< of each permuted pairing; pairing p is the same for all measures of one seed
  double adjusted = 0;              ///< (value - null_mean) / (best - null_mean): 0 = chance, 1 = best
  Index rows = 0;                   ///< rows behind the value
  bool estimate = false;            ///< from a sample of the rows given
};

/// A figure of one side alone, with its 95 % bootstrap (intrinsic dimension) or jackknife (isotropy) interval. The intrinsic
/// dimension and repeated_rows come with the neighbour search, so they need a measure of the families knn or cknna.
struct SideFigure {
  double value = 0, low = 0, high = 0;
};

struct MeasuredSide {
  std::string name;
  Index dim = 0;
  Index zero_rows = 0;                 ///< their cosine with every row is 0
  Index repeated_rows = 0;             ///< rows whose nearest other row equals them; intrinsic dimension leaves them out
  SideFigure intrinsic_dimension;      ///< TwoNN (Facco et al. 2017), unbiased maximum likelihood; NaN when undefined
  double intrinsic_dimension_fit = 0;  ///< the same by the paper's line through nine tenths of the rows
  SideFigure isotropy;                 ///< 1 - mean cosine of two rows (Ethayarajh 2019): 1 = isotropic
};

struct Measurement {
  Index rows = 0;        ///< pairs used
  Index rows_given = 0;  ///< pairs handed in
  Index k = 0;
  MeasuredSide a, b;
  std::vector<Measure> measures;                          ///< in the order of the catalogue
  std::vector<std::pair<std::string, double>> reference;  ///< by the reference definitions, if asked for

  /// The measure of that key, or nullptr when it was not taken.
  const Measure* find(std::string_view key) const;
  std::string brief() const;  ///< a table for people
  std::string to_json() const;
};

struct NamedRows {
  std::string name;
  MatrixView rows;
};

/// How alike are two spaces? Row i of a (n, d_a) and row i of b (n, d_b) stand for the same thing; n >= 20. Rows are scaled to
/// norm 1 first, so no measure sees their length. Throws Error{kBadInput} for unequal n, n <= k, values that are not finite
/// (naming side and row), or a side whose rows are all equal.
/// Cost: n^2 (d_a + d_b) flops for the k-NN family, O(n d^2 + d^3) for the feature-space families; memory O(n d + d^2), never
/// O(n^2). The same bytes for any number of threads.
Measurement measure(const NamedRows& a, const NamedRows& b, const MeasureOptions& options = {});

/// The measure that comes out best over a grid of layers. Its null takes the best over the same grid for each pairing, since
/// the best of many is high by chance too.
struct SelectedMeasure {
  const MeasureInfo* info = nullptr;
  Index row = 0, column = 0;
  double value = 0;
  double null_mean = 0, null_low = 0, null_high = 0;
  double p_value = 1;  ///< (1 + pairings whose best is at least as good) / (1 + pairings)
};

/// Measurements of several spaces with each other.
struct MeasureGrid {
  std::vector<std::string> row_names, column_names;
  bool square = false;             ///< rows and columns are the same spaces: cells i < j are measured, (j, i) mirrors (i, j)
  std::vector<Measurement> cells;  ///< (rows, columns); of a square grid those with i >= j are left empty
  std::vector<SelectedMeasure> selected;  ///< of a grid of layers; empty for a square one

  /// The value of a measure in a cell: exchanged sides below a square grid's diagonal, NaN on it.
  double value(std::string_view key, Index row, Index column) const;
  std::string brief() const;  ///< one small matrix a measure
  std::string to_json() const;
  std::string to_csv() const;  ///< one line a pair and measure, with intervals and nulls
};

/// Every pair of at least two spaces of equally many rows. Neighbours are found once a space.
MeasureGrid measure_all(std::span<const NamedRows> spaces, const MeasureOptions& options = {});

/// Every layer of one model with every layer of another.
MeasureGrid measure_layers(std::span<const NamedRows> a, std::span<const NamedRows> b, const MeasureOptions& options = {});

}  // namespace vec2vec
