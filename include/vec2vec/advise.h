// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/align.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// Rows (m, d) of a known model, and what they are called in reports.
struct PublicSide {
  std::string name;
  MatrixView rows;
};

struct AdviceOptions {
  Index max_rows = 4000;  ///< of a side, spread evenly, that are looked at; at least 64
  bool search = true;     ///< look for a map; else spectra alone are compared
  bool try_all = false;   ///< go on searching after a side has aligned
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0 = all cores
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// What is known of one public side.
struct SideAdvice {
  std::string name;
  Index rows = 0;                ///< of the side that was given
  double spectrum_distance = 0;  ///< mean |ln(share of variance of the store's axis / of this side's)| over the leading axes
  bool searched = false;
  Verdict verdict = Verdict::kUncertain;  ///< of the quick search; of no meaning when none was made
  double probability = 0;                 ///< Evidence::probability of that search
  double seconds = 0;
};

struct Advice {
  std::vector<SideAdvice> sides;  ///< the most like first: those that aligned, then by spectrum
  Index store_rows = 0, rows_compared = 0, axes_compared = 0;

  /// Whether the first side aligned.
  bool aligned() const;
  std::string brief() const;
  std::string to_json() const;
};

/// Which of several public sides, of one known model or of several, is of the same kind as an unknown store (n, d), without
/// pairs. The spectra of centred unit rows say what to try first: rows of one kind have their variance on as many axes,
/// whatever the model. They are a hint and no more (docs/research/narrow.md). Then `align` with Effort::kLow on `max_rows` rows
/// of each, in that order, says whether there is a map; it ends at the first that aligns. Throws Error{kBadInput} as align
/// does, and when there is no side. Progress: "spectra", then one stage a side. Cost: two covariances a side, then 3 to 12
/// seconds a search on 2 cores. Same seed, same advice.
Advice advise(MatrixView store, const std::vector<PublicSide>& sides, const AdviceOptions& options = {});

}  // namespace vec2vec
