// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/language_model.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

// Thread-safe, as long as two Inverters, or two threads, do not share a language model. Exceptions of an encoder, of a progress
// function and of InvertRowsOptions' functions end the call and come out of it (progress.h, error.h); finished rows are kept.
namespace vec2vec {

/// Writes the vector of each text to its row of out (n, d), in the known space; Encoder::encode is one.
using TextEncoder = std::function<void(std::span<const std::string_view> texts, MatrixSpan out)>;

class Map;

/// The encoder of the consensus space that a map of several known spaces leads to: encoders[k] is that of map.targets[k]. An
/// Inverter is then guided by the cosine in what all of these spaces share. map has to outlive it. Throws
/// Error{kBadInput} unless there is an encoder for each.
TextEncoder consensus_encoder(const Map& map, std::vector<TextEncoder> encoders);

struct InversionOptions {
  Index beam = 6;         ///< texts kept at each step, in 1 .. 64
  Index branches = 12;    ///< likeliest next tokens tried of each, in 1 .. 256
  Index max_tokens = 40;  ///< steps, in 1 .. 512
  Index rounds = 12;      ///< rounds of correction, >= 0
  Index edits = 192;      ///< changed texts tried in each, >= 1
  Index examples = 6;     ///< nearest public texts in the prompt, in 0 .. 32
  Index hint_words = 8;   ///< words read out of the vector by the dictionary, in 0 .. 64
  double fluency = 0.01;  ///< weight of a text's mean log-probability a token (nats) beside its cosine, >= 0
  double enough = 1;      ///< cosine of a text that is near enough, in 0 .. 1; what goes beyond it counts a tenth
  double text_time = 0;   ///< seconds for a row, after which its best text so far is taken; 0 = no limit. With a limit, results
                          ///< depend on the machine
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0 = all cores

  /// For vectors that were translated: the text sought lies at a cosine of some 0.6 from them, so that a text much nearer fits
  /// the translation's error, and what the language model expects says more (docs/audit.md).
  static InversionOptions of_translated();

  /// What decides on the texts, as a JSON object; without seed and threads.
  std::string to_json() const;

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// What an attacker has beside the vectors. Public texts are of the same kind as those sought, none of them is sought itself.
struct InversionAids {
  Index dim = 0;                               ///< of the known space
  MatrixView mean = {};                        ///< (1, d): of unit rows of the known space; empty: of public_rows, or 0
  MatrixView public_rows = {};                 ///< (n, d)
  std::vector<std::string> public_texts = {};  ///< n; none: no words and no examples
};

/// A text found for a vector.
struct Inversion {
  std::string text;
  double cosine = 0;               ///< of the text's vector with the one given, both centred
  double log_probability = 0;      ///< mean over its tokens, of the language model behind the prompt
  std::vector<std::string> words;  ///< of the dictionary, heaviest first
  std::string nearest;             ///< the nearest public text: what a look-up without any model gives
  double nearest_cosine = 0;
  std::string first_text;  ///< of the beam search, before correction
  double first_cosine = 0;
  Index encoded_texts = 0;  ///< the cost: texts encoded on the way
  bool out_of_time = false;
  double seconds = 0;
};

/// Turns vectors of a known encoder back into texts without training anything, after ZSInvert (arXiv 2504.00147) and vec2text
/// (arXiv 2310.06816). The dictionary (words.h) reads words out of the vector; they and the nearest public texts make the
/// prompt. A beam search over the model's likely continuations, and over those words, is guided by
///   cosine(encode(text), vector) + fluency * mean log-probability, the cosine beyond `enough` a tenth,
/// and its best texts are corrected in rounds: words and tokens are replaced, put in, taken out and swapped at random, with
/// what the model expects at each place and the words found so far, and the best of them are kept.
/// Cost a row: at most steps * beam * (branches + words) + rounds * edits texts encoded, fewer as it stops when nothing
/// improves. The same seed gives the same text, whatever the number of threads.
class Inverter {
 public:
  /// model and encode must outlive it; public rows and texts are read here only.
  Inverter(LanguageModel& model, TextEncoder encode, const InversionAids& aids, const InversionOptions& options = {});
  ~Inverter();

  /// The text of vector (d). number: the random stream, so that a row's text does not depend on the rows before it.
  Inversion invert(const float* vector, Index number, const Progress& progress = {}) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

struct InvertRowsOptions {
  std::string identity;             ///< names inputs and options, of which a run that goes on must have the same
  std::vector<Index> numbers = {};  ///< of the rows in their store, and of their random streams; none: 0, 1 ...
  bool overwrite = false;           ///< an existing file at out_path
  bool restart = false;             ///< drop what an interrupted run left behind instead of going on from there
  /// Called with the texts of all rows before the file appears, e.g. to score them. When it throws, or the process dies in it,
  /// the rows are kept, and the same call goes on from here.
  std::function<void(std::span<const Inversion> rows)> before_writing = {};
  std::function<std::string(const std::string& sha256)> provenance = {};  ///< as in CreateOptions (rows.h)
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

struct InversionSummary {
  std::vector<Inversion> rows;
  Index resumed_rows = 0;  ///< of an earlier, interrupted run

  double mean_cosine() const;          ///< Inversion::cosine; 0 of no rows
  double mean_nearest_cosine() const;  ///< Inversion::nearest_cosine; 0 of no rows
  double seconds() const;              ///< of all rows, the resumed ones too
  Index encoded_texts() const;
  Index rows_out_of_time() const;
  std::string brief() const;
  std::string to_json() const;  ///< without the texts
};

/// Inverts rows (n, d) and writes a JSON object a line to a new file at out_path. Each row is kept in out_path + ".partial" as
/// it ends: the same call goes on from there after an interrupt or a crash, and ends with the same bytes.
InversionSummary invert_rows(const Inverter& inverter, MatrixView rows, const std::string& out_path,
                             const InvertRowsOptions& options);

}  // namespace vec2vec
