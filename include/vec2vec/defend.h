// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"
#include "vec2vec/rows.h"

// Thread-safe: a Defence does not change, and files appear whole. An exception of a progress function ends the call and comes
// out of it (progress.h).
namespace vec2vec {

enum class DefenceKind {
  kRotate,    ///< x Q with a secret orthogonal matrix Q; every cosine stays what it was
  kPermute,   ///< the columns in a secret order; every cosine stays what it was
  kProject,   ///< x R with a secret Gaussian matrix R (dim, value); cosines stay within about 1 / sqrt(value)
  kTruncate,  ///< the first `value` columns
  kNoise,     ///< x + Gaussian noise, whose expected squared norm is (value |x|)^2
  kQuantise   ///< every value to one of 2^value - 1 even steps up to the row's largest; value 1: its sign times the row's mean
              ///< |x|
};

/// One step of a defence. value: columns (kProject, kTruncate), part of a row's norm (kNoise, in (0, 100]), bits (kQuantise,
/// 1 .. 16); unused by the others.
struct DefenceStep {
  DefenceKind kind = DefenceKind::kRotate;
  double value = 0;
};

/// "rotate,noise=0.1,quantise=8" -> steps, in the order they are applied. Throws Error{kBadInput} naming the part that is
/// wrong.
std::vector<DefenceStep> parse_defence(const std::string& text);
std::string to_string(const std::vector<DefenceStep>& steps);

/// The secret that matrices, orders and noise are drawn from.
using DefenceKey = std::array<std::uint8_t, 32>;
/// The SHA-256 of a file's bytes. Throws Error{kBadInput} when it has fewer than 16 of them.
DefenceKey key_of_file(const std::string& path);
/// For experiments: anyone can try all small seeds.
DefenceKey key_of_seed(std::uint64_t seed);

/// Defences of a vector store, one after another. The same key gives the same matrices, whatever the rows, so that queries can
/// be sent through the same defence; noise also depends on the row's number. Random numbers are a ChaCha20 stream.
class Defence {
 public:
  /// Throws Error{kBadInput} for steps that do not fit each other or dim. Cost: dim^3 flops a rotation.
  Defence(std::vector<DefenceStep> steps, Index dim, const DefenceKey& key);

  Index source_dim() const { return source_dim_; }
  Index dim() const { return dim_; }
  /// in (n, source_dim) -> out (n, dim); first_row is the number of in's first row within its file. Neighbouring rotations,
  /// permutations, projections and truncations cost one GEMM together.
  void apply(MatrixView in, Index first_row, MatrixSpan out) const;

 private:
  /// A matrix, or else one step of noise or quantisation.
  struct Stage {
    Matrix matrix;
    DefenceStep step;
    std::uint32_t number = 0;
  };
  Index source_dim_, dim_;
  DefenceKey key_;
  std::vector<Stage> stages_;
};

struct DefendOptions {
  std::vector<DefenceStep> steps;
  DefenceKey key = {};
  Index block_rows = 4096;
  int threads = 0;  ///< 0 = all cores
  CreateOptions output = {};
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

struct DefendSummary {
  Index rows = 0, source_dim = 0, dim = 0;
  double seconds = 0;
  std::string input_sha256;
  std::vector<std::string> notes = {};  ///< what to know of how the input was read (notes_on)

  std::string brief() const;
  std::string to_json() const;
};

/// Streams a file through the defence into a new file at out_path, with constant memory, and writes out_path +
/// ".provenance.json" (without the key). NaN or infinite rows are an error that names the first such row.
DefendSummary defend(const std::string& in_path, const OpenOptions& in_options, const std::string& out_path,
                     const DefendOptions& options);

}  // namespace vec2vec
