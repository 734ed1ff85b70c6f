// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"
#include "vec2vec/rows.h"

// Thread-safe: a map that nobody changes may serve many threads, and files appear whole. An exception of a progress function
// ends the call and comes out of it (progress.h).
namespace vec2vec {

namespace neural {
class Network;
}

/// What tells the rows of one model from those of another of the same dimension.
struct Fingerprint {
  Index rows = 0, dim = 0;
  bool unit_rows = false;     ///< the rows had norm 1 (within 1e-2) as given
  double mean_norm = 0;       ///< norm of the mean of the unit rows, in [0, 1]
  double effective_rank = 0;  ///< exp(entropy) of the covariance spectrum of centred unit rows, in [1, dim]
  Matrix mean;                ///< (1, dim): mean of the unit rows
  Matrix axes;                ///< (r, dim): leading principal directions of the centred unit rows, r = dim / 8 within 1 .. 32
  double share = 0;  ///< fraction of the centred unit rows' energy along the axes; other models' rows have about r / dim
};

/// The fingerprint of rows (n, d), as inspect and align compute it.
Fingerprint fingerprint(MatrixView rows);

/// Where the rows lay that a map was fitted on; see RowConfidence (confidence.h).
struct Support {
  Matrix centres;    ///< (k, d_source), of norm 1: middles of clusters of the centred unit rows, k <= 64
  Matrix quantiles;  ///< (1, 101): of the rows' cosines with the nearest centre, ascending
};

/// One of several known spaces that a map translates into (docs/known-spaces.md).
struct Target {
  std::string name;
  Matrix mean;         ///< (1, d): mean of its unit rows
  float spread = 1;    ///< mean norm of its centred unit rows
  Matrix weight = {};  ///< (d_source, d): the map into this space alone
};

/// A translation of rows x (1, d_source) into the target space:
///   u = unit(x) - source_mean;   v = unit(u) * weight;   y = unit(unit(v) * spread + target_mean)
/// A neural map has layers N, too: v = (1 - blend) unit(u * weight) + blend unit(N(unit(u))) (docs/neural.md).
/// The target's mean and the mean norm of its centred unit rows ("spread") turn a centred direction back into a raw vector.
/// The target space of a map of several known spaces is their consensus: see consensus().
/// The parts are open, so that other programs can make maps; validate() says what holds of them.
class Map {
 public:
  Matrix source_mean;  ///< (1, d_source)
  Matrix target_mean;  ///< (1, d_target)
  Matrix weight;  ///< (d_source, d_target); of a neural map: its linear start or, from a random one, its nearest linear map
  std::shared_ptr<const neural::Network> network;  ///< layers of a neural map; null: the map is linear
  float blend = 1.0f;                              ///< part of the layers in the translation, 0 to 1; without layers not used
  float target_spread = 1.0f;
  Matrix source_axes;           ///< (r, d_source): Fingerprint::axes of the rows the map was fitted on
  double source_share = 0;      ///< Fingerprint::share of those rows
  Support support;              ///< of those rows; may be empty in old files
  std::vector<Target> targets;  ///< the known spaces, when the map was fitted to several; else empty
  Matrix components;            ///< (d_1 + ... + d_K, d_target) of several known spaces, see consensus(); else empty
  std::string card;             ///< JSON object: how the map was made; see docs/file-format.md

  /// Throws Error{kBadInput} naming `where` unless the parts fit each other: shapes as written above, blend in 0 .. 1, and,
  /// with targets, the components of their consensus. Whatever reads, writes or applies a map calls it. Cost: no value is
  /// looked at.
  void validate(const std::string& where = "map") const;

  Index source_dim() const { return weight.rows(); }
  Index target_dim() const { return weight.cols(); }

  /// in (n, d_source) -> out (n, d_target), raw unit rows of the target space. Zero rows give the target's mean direction.
  /// Cost: one GEMM of 2 n d_source d_target flops; of a neural map: 2 n times the number of its parameters.
  void translate(MatrixView in, MatrixSpan out) const;

  /// Same without adding the target's mean: centred unit rows, as compared by centred cosine.
  void translate_centred(MatrixView in, MatrixSpan out) const;

  /// The map into one of several known spaces alone. A map of one space gives itself when its card has that name. Throws
  /// Error{kBadInput} with the names there are for any other name.
  Map to(const std::string& target) const;

  /// Rows of the consensus space from the known spaces, in the order of `targets`: known[k] (n, d_k) are the same n texts by
  /// each of them; out (n, d_target) is unit([c_1, ..., c_K] * components) with c_k = unit(unit(x_k) - mean_k): what the spaces
  /// have in common (MAXVAR, Kettenring 1971). A query that is to be searched among translated rows enters the space this way.
  /// Throws Error{kBadInput} for other counts or dimensions.
  Matrix consensus(const std::vector<MatrixView>& known) const;

  /// Whether rows (n, d_source) look like the model the map was fitted on: the share of their energy along source_axes is above
  /// the geometric mean of source_share and chance (r / d_source). Always true for fewer than 8 rows.
  bool fits(MatrixView rows) const;

  /// Writes a safetensors file atomically (docs/file-format.md).
  void save(const std::string& path, bool overwrite = false) const;
  /// Throws Error{kBadInput} for anything that is not a map of a version this library reads.
  static Map load(const std::string& path);

  /// The bytes of that file, and the map of such bytes; name is the `where` of errors.
  std::string to_bytes() const;
  static Map from_bytes(std::string_view bytes, const std::string& name = "map");
};

struct TranslateOptions {
  Index block_rows = 4096;
  int threads = 0;       ///< 0 = all cores
  bool centred = false;  ///< write centred unit rows instead of raw ones
  bool ignore_fingerprint = false;
  CreateOptions output = {};
  std::string confidence_path;  ///< file to write the confidence of each row to (confidence.h); empty = none
  std::string store_path;       ///< target rows that the translations will be searched in; read into memory; empty = none
  OpenOptions store_open = {};
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

struct TranslateSummary {
  Index rows = 0, dim = 0, zero_rows = 0;  ///< dim: of the target space
  /// With a confidence file: part of the rows with a support below 0.05, which 0.05 of rows like those of the fit have; and,
  /// with a store, the expected part of the rows whose nearest row in it is right, when it holds all counterparts.
  std::optional<double> far_rows, mean_match;
  double seconds = 0;
  std::string input_sha256, map_sha256;
  std::vector<std::string> notes = {};  ///< what to know of how the input was read (notes_on)

  std::string brief() const;
  std::string to_json() const;
};

/// Streams source through the map into a new file at out_path, with constant memory, and writes out_path + ".provenance.json".
/// The confidence file has a column `support` or, with a store, the columns `match`, `margin`, `support`; its format goes by
/// its ending, and it is overwritten when the output is. NaN or infinite rows are an error that names the first such row.
/// Refuses, with a hint, rows whose dimension or fingerprint the map does not fit.
TranslateSummary translate(const Map& map, const std::string& map_path, const std::string& in_path,
                           const OpenOptions& in_options, const std::string& out_path, const TranslateOptions& options);

/// Rows in memory: in (n, d_source) -> out (n, d_target), the bytes that a file of the same rows gives. Same errors, of which
/// name is the `where`; block_rows, output and what concerns confidence are not used, and the summary has no hashes.
TranslateSummary translate(const Map& map, MatrixView in, MatrixSpan out, const TranslateOptions& options = {},
                           const std::string& name = "rows");

}  // namespace vec2vec
