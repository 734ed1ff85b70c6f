// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vec2vec/measure.h"

namespace vec2vec {

/// What is known of a space besides its rows. Functions of this header are thread-safe and take no callbacks.
struct SpaceTraits {
  std::string name;
  std::string family;          ///< spaces of one family share training data, weights or authors; empty = of no family
  std::vector<double> values;  ///< one for each trait; NaN = unknown
};

/// Traits of spaces, such as the competence of models and their size.
struct TraitTable {
  std::vector<std::string> traits;
  std::vector<SpaceTraits> spaces;
};

/// Reads a CSV file whose first line names its columns: `name`, perhaps `family`, and one for each trait, in any order. Empty
/// cells are unknown. Throws Error{kBadInput} naming the line that cannot be read.
TraitTable read_traits(const std::string& path);

/// How close each space is to others by one measure.
struct Agreement {
  const MeasureInfo* info = nullptr;
  std::string with;              ///< "all others", "other families", or the name of a family
  bool adjusted = false;         ///< means of adjusted values: what chance gives is taken off
  std::vector<double> of_space;  ///< mean over these others, in the order of the grid; NaN where there is none
};

/// Does agreement grow with a trait?
struct Trend {
  std::size_t agreement = 0, trait = 0;  ///< numbers within AgreementTrends
  Index spaces = 0;                      ///< of known trait
  double rank_correlation = 0;           ///< Spearman's; above 0 = the higher the trait, the closer to the others
  double low = 0, high = 0;              ///< 95 %, percentiles over resampled spaces
  double p_value = 1;                    ///< two-sided: part of permuted traits whose correlation is at least as far from 0
};

struct AgreementTrends {
  TraitTable table;  ///< spaces in the order of the grid
  std::vector<Agreement> agreements;
  std::vector<Trend> trends;

  std::string brief() const;    ///< a table for people
  std::string to_json() const;  ///< measure_page() draws it as the member `agreement` of MeasureGrid::to_json()
};

/// Rank correlations of agreement with each trait, for every measure of a square grid, as values and as adjusted values. A
/// measure that is lower where spaces are closer counts by its negative, and one of two directions by the mean of both. Every
/// space of the grid must be in the table. Spaces of unknown trait are among the others, but no points of the trend; fewer than
/// 4 points make none. Throws Error{kBadInput}.
AgreementTrends measure_trends(const MeasureGrid& grid, const TraitTable& table, std::uint64_t seed = 0);

}  // namespace vec2vec
