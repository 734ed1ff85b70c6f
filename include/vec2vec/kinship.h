// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// How the models behind two sets of rows are related.
enum class Kinship {
  kSameModel,   ///< one model: rows can be compared as they are
  kRelated,     ///< one coordinate system, but not one model for certain: versions of a model, or few or very different rows
  kAlignable,   ///< other coordinates (another model, or a rotated copy), and a map between them is found
  kUncertain,   ///< other coordinates; whether a map exists stays open
  kUnalignable  ///< other coordinates, and no map is found
};
const char* to_string(Kinship kinship);

struct KinshipOptions {
  bool search = true;     ///< look for a map when the coordinates differ; else the answer is kUncertain
  Index max_rows = 5000;  ///< rows a side, spread evenly, that are looked at; >= 64
  std::uint64_t seed = 0;
  int threads = 0;         ///< 0 = all cores
  double time_budget = 0;  ///< of the search for a map, seconds; 0 = none
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// The verdict and its evidence. docs/commands/measure.md has the bounds, docs/results.md what they are worth.
struct KinshipReport {
  Kinship kinship = Kinship::kUncertain;
  Index dim_a = 0, dim_b = 0, rows_a = 0, rows_b = 0;  ///< rows looked at
  /// Correlation of the two square roots of the covariances of centred unit rows, less their traces, in [-1, 1]. A random
  /// rotation of one side gives 0 with standard deviation `null_deviation` = sqrt(2 / ((d - 1) (d + 2))), whatever the spectra.
  double axis_correlation = 0, null_deviation = 0;  ///< 0 when the dimensions differ
  double mean_cosine = 0;                           ///< cosine of the two means of unit rows; 0 when the dimensions differ
  double spectrum_distance = 0;  ///< total variation of the two shares of variance, in [0, 1]; a rotation keeps them: 0
  bool searched = false;         ///< align was run
  double agreement = 0;          ///< its Evidence::agreement

  std::string brief() const;
  std::string to_json() const;
};

/// Compares rows a (n, d_a) with rows b (m, d_b), without pairs and of any texts. Throws Error{kBadInput} as align does. Cost:
/// two covariances and their eigenvectors, and align on `max_rows` rows when the coordinates differ.
KinshipReport compare_models(MatrixView a, MatrixView b, const KinshipOptions& options = {});

}  // namespace vec2vec
