// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vec2vec/map.h"
#include "vec2vec/rows.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

struct InspectOptions {
  Index max_rows = 20000;  ///< rows (evenly spread over the file) behind the spectrum and isotropy, >= 2
  int threads = 0;         ///< 0 = all cores
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Facts about one vector file, to be looked at before it is aligned.
struct Inspection {
  std::string path, format, dtype;
  Index rows = 0, dim = 0;
  Index nan_rows = 0, first_nan_row = -1;            ///< rows with NaN or infinite values; -1 = none
  Index zero_rows = 0, first_zero_row = -1;          ///< rows of zeros only; -1 = none
  Index duplicate_rows = 0;                          ///< rows that repeat an earlier row bit for bit
  double norm_min = 0, norm_mean = 0, norm_max = 0;  ///< over the rows without NaN
  double norm_p1 = 0, norm_p50 = 0, norm_p99 = 0;    ///< quantiles of the same norms
  Index sampled_rows = 0;                            ///< rows behind the figures below: no NaN, not zero
  std::vector<double> spectrum;  ///< share of variance of each principal direction of centred unit rows, descending
  double effective_rank = 0;     ///< exp(entropy of spectrum), in [1, dim]; 0 when all unit rows are equal
  double isotropy = 0;           ///< 1 - mean cosine of random row pairs (Ethayarajh 2019: 1 = isotropic)
  Fingerprint fingerprint;       ///< of the sampled rows
  std::vector<std::string> reading_notes = {};  ///< what to know of how the file was read (notes_on)

  std::string brief() const;  ///< a few lines for people, with a note for each thing to mend
  std::string to_json() const;
};

/// One pass over the file; memory O(max_rows * dim + dim^2) + 20 bytes a row. Duplicates are found by 128-bit hashes.
Inspection inspect(const std::string& path, const OpenOptions& open = {}, const InspectOptions& options = {});

/// The same of rows (n, d) in memory; name stands for the path.
Inspection inspect(MatrixView rows, const std::string& name, const InspectOptions& options = {});

}  // namespace vec2vec
