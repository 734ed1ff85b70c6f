// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/known_space.h"
#include "vec2vec/map.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe: calls share nothing. An exception of a progress function ends the call and comes out of it (progress.h).
namespace vec2vec {

/// How much time may be spent: searches before giving up, and how far the map is refined. An easy pair of encoders takes as
/// many searches as it needs at any effort.
enum class Effort { kLow, kNormal, kHigh };
const char* to_string(Effort effort);

struct AlignOptions {
  std::uint64_t seed = 0;
  Effort effort = Effort::kNormal;
  int threads = 0;         ///< 0 = all cores
  double time_budget = 0;  ///< seconds after which no new search begins; 0 = only the effort limits them
  bool by_cosine = false;  ///< with pairs alone: choose the kind of map by the cosine of held-out pairs, not by their top-1
  bool partial = false;    ///< when all rows together do not align, try parts of either side; not with known pairs
  std::string checkpoint =
      {};  ///< file for the state of the search, written after each; the search goes on from it if it exists
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// A row of the source that is known to belong to a row of the target.
struct RowPair {
  Index source = 0, target = 0;
};

/// Two sets of rows; dimensions may differ. Pairs are optional: none, a few (a wrong one does little harm), or many.
/// Whoever can encode the target's texts with more than one model gives the others, too: what several known spaces agree on is
/// found with fewer rows of the source, and the map translates into each of them (Map::targets).
struct AlignProblem {
  MatrixView source;  ///< (n, d_source)
  MatrixView target;  ///< (m, d_target)
  std::string source_name, target_name;
  std::vector<RowPair> pairs = {};
  /// Further known spaces, (m, d_k) each: row i is of the same text as row i of `target`. Names differ.
  std::vector<KnownSpace> more_targets = {};
};

enum class Verdict { kAligned, kUncertain, kNotAligned };
const char* to_string(Verdict verdict);

/// The verdict that the card of a map holds; UNCERTAIN when it holds none.
Verdict verdict_of(const Map& map);

/// One search of the portfolio: its best start, and where that stood after its first climb.
struct StartReport {
  std::string start;  ///< how its first map was made: "softmax" or "upper half" of the anchors' matchings, "known pairs"
  int anchors = 0;
  double pair_free_score = 0;
};

/// How the known pairs were used. With 50 and more, the kind of the last map is chosen by 5-fold cross-validation over them
/// (linear/shrunk_map.h): the largest cosine among the choices whose top-1 is within a standard error of the best; with
/// AlignOptions::by_cosine the largest cosine.
struct PairFit {
  double ridge = 0.003, power = 0.25;
  bool procrustes = false;    ///< the orthogonal map was chosen
  Index dropped = 0;          ///< pairs that the map contradicted and that the last fit left out
  Index pairs = 0, pool = 0;  ///< held-out pairs scored, each among at most `pool` candidates; 0 = not cross-validated
  double top1 = 0, top1_low = 0, top1_high = 1;  ///< with the 95 % Wilson interval; 0 to 1 when no pair was held out
  double cosine = 0;                             ///< mean centred cosine
};

/// What speaks for a map that was found without pairs. No member needs one (docs/how-it-works.md).
struct Evidence {
  double agreement = 0;          ///< of the best two independent searches: mean cosine of their translations, in [-1, 1]
  double score_margin = 0;       ///< pair-free score over that of climbs from random maps, in their usual deviation, 0.002
  double mutual_neighbours = 0;  ///< fraction of translated rows that are the nearest to their nearest target row, of 2,000
  double half_agreement = 0;     ///< fraction of rows with the same nearest row under maps of disjoint halves of the rows
  double searches_needed = 0;    ///< until two agreed, over the effort's least; all of the effort's when none did
  double probability = 0;        ///< that top-1 is above half of the paired oracle's, by a model calibrated on many runs
};

struct AlignSummary {
  Map map;
  Verdict verdict = Verdict::kUncertain;
  Evidence evidence;
  double pair_free_score = 0;  ///< of the map returned; comparable between runs on the same two sets only
  std::vector<StartReport> starts;
  Index pairs = 0;  ///< known pairs given
  PairFit pair_fit;
  std::string stopped_because;
  Index source_rows_left_out = 0, target_rows_left_out = 0;  ///< with AlignOptions::partial: rows of no counterpart
  double seconds = 0;

  std::string brief() const;
  std::string to_json() const;
};

/// Finds the map from source to target with the pairs it is given, or none (docs/how-it-works.md). When the pairs cover half of
/// the smaller side, the map is fitted to them alone. Throws Error{kBadInput} for fewer than 64 rows a side, non-finite values,
/// constant rows, or pairs that name no row, or a checkpoint of another run. The same seed, threads and machine give the same
/// bytes, also through a checkpoint.
AlignSummary align(const AlignProblem& problem, const AlignOptions& options = {});

/// The map of known pairs: source (n, d_source) row i belongs to target (n, d_target) row i. Orthogonal Procrustes
/// (Schoenemann 1966) on centred unit rows; the paired oracle that unpaired maps are measured against.
Map fit_paired(MatrixView source, MatrixView target);

}  // namespace vec2vec
