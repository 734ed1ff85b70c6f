// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/evaluate.h"
#include "vec2vec/map.h"
#include "vec2vec/matrix.h"

// Thread-safe: calls share nothing.
namespace vec2vec {

struct RetentionOptions {
  Index k = 10;                                                ///< documents that a query finds
  std::vector<double> thresholds = {0.5, 0.6, 0.7, 0.8, 0.9};  ///< cosines of the old space, to be carried over
  Index bootstrap = 1000;  ///< resamples of queries behind the interval, <= 10^6; 0 = none (low and high are NaN)
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0 = all cores

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// A threshold on the cosine of a query and a document, before and after a translation.
struct CarriedThreshold {
  double before = 0;
  Index pairs = 0;   ///< pairs at or above it, of all queries with all documents
  double after = 0;  ///< as many pairs lie at or above it after the translation; NaN when there were none
  double kept = 0;   ///< part of the pairs at or above `before` that are at or above `after`; NaN when there were none
};

/// What the search in a store keeps when its documents are translated.
struct Retention {
  Index queries = 0, documents = 0, k = 0;
  bool translated_queries = false;  ///< no queries of the new model were given: translated ones took their place
  Score recall;                     ///< part of a query's k nearest old documents among its k nearest translated ones
  std::vector<CarriedThreshold> thresholds;

  std::string brief() const;
  std::string to_json() const;
};

/// Searches documents (m, d_source), m > k, for queries (q, d_source), q >= 2, before and after the documents are translated,
/// by raw cosine as stores do. new_queries (q, d_target) are the same queries by the new model, row by row, which will be asked
/// in the translated store; or empty: translated queries. Those tell what the translation blurs but not whether the map is
/// right, since a wrong rotation keeps all neighbours; native ones tell both, in one with what the two models see differently.
/// Throws Error{kBadInput} for rows that do not fit or are not finite, or q m > 2^28: a sample of both will do.
/// Cost: 2 q m (d_source + d_target) flops, 12 q m bytes.
Retention measure_retention(const Map& map, MatrixView documents, MatrixView queries, MatrixView new_queries,
                            const RetentionOptions& options = {});

}  // namespace vec2vec
