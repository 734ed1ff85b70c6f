#pragma once
#include <string>
#include <vector>

#include "vec2vec/map.h"
#include "vec2vec/rows.h"

namespace vec2vec {

struct InspectOptions {
  Index sample = 20000;      ///< rows (evenly spread over the file) behind the spectrum and isotropy
  int threads = 0;
  Progress progress;
};

/// Facts about one vector file, to be looked at before it is aligned.
struct Inspection {
  std::string path, format, dtype;
  Index rows = 0, dim = 0;
  Index nan_rows = 0, zero_rows = 0;
  Index duplicate_rows = 0;                     ///< rows that repeat an earlier row bit for bit
  double norm_min = 0, norm_mean = 0, norm_max = 0;
  std::vector<double> spectrum;                 ///< share of variance of each principal direction of centred unit rows, descending
  double effective_rank = 0;                    ///< exp(entropy of spectrum)
  double isotropy = 0;                          ///< 1 - mean cosine of random row pairs (Ethayarajh 2019: 1 = isotropic)
  Fingerprint fingerprint;

  std::string brief() const;
  std::string to_json() const;
};

/// One pass over the file, memory O(sample * dim). Duplicates are found by 128-bit hashes.
Inspection inspect(const std::string& path, const OpenOptions& open = {}, const InspectOptions& options = {});

/// The fingerprint of rows (n, d), as inspect and align compute it.
Fingerprint fingerprint(MatrixView rows);

}  // namespace vec2vec
