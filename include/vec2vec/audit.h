// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "vec2vec/align.h"
#include "vec2vec/attributes.h"
#include "vec2vec/defend.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/inversion.h"
#include "vec2vec/text_scores.h"
#include "vec2vec/words.h"

// Thread-safe, as long as two audits have neither a checkpoint nor a language model in common. Exceptions of a progress
// function and of an encoder end the audit and come out of it (progress.h, error.h).
namespace vec2vec {

/// A further known space of an audit: vectors of the problem's texts, in the same order, by another model.
struct AuditSpace {
  std::string name;  ///< of the model; the known spaces of a problem differ in it
  MatrixView public_rows;
  MatrixView label_rows = {}, word_rows = {}, candidates = {}, native = {};  ///< each for those that the problem has
  TextEncoder encode = {};                                                   ///< when the problem has one
};

/// What the holder of a store's vectors could have. Only store and public_rows must be there; each of the others opens a stage.
struct AuditProblem {
  MatrixView store;                            ///< (n, d_store): the vectors that may leak; their encoder is not used
  MatrixView public_rows;                      ///< (m, d): public texts of the same kind in a space the attacker can read
  std::vector<std::string> public_texts = {};  ///< m; for words
  const Map* map = nullptr;                    ///< from the store's space to the public one; null: found here, without pairs
  std::vector<std::string> labels = {};        ///< attributes to be guessed ...
  MatrixView label_rows = {};                  ///< ... and their vectors in the known space
  std::vector<std::string> words = {};         ///< a dictionary instead of the words of the public texts ...
  MatrixView word_rows = {};                   ///< ... and its vectors in the known space
  MatrixView candidates = {};                  ///< (c, d): vectors of texts of which one asks whether the store holds them

  // What only the owner has, to score the guesses.
  std::vector<std::vector<Index>> truth = {};  ///< true labels of each row
  std::vector<std::string> store_texts = {};   ///< n
  MatrixView native = {};                      ///< (n, d): the store's texts encoded in the known space

  LanguageModel* language_model = nullptr;  ///< writes texts for a few rows ...
  TextEncoder encode = {};                  ///< ... guided by the encoder of the known space; both or neither

  /// With several models of the same texts: the name of the one whose vectors stand above, and the others. The store is then
  /// read in the consensus of them all (docs/known-spaces.md). A map that is given has to be one of such spaces: they are told
  /// apart by its names, and taken in its order when they have other ones.
  std::string public_name = {};
  std::vector<AuditSpace> more_spaces = {};
};

/// A defence of which the audit measures what it stops and what it costs.
struct DefencePoint {
  std::vector<DefenceStep> steps;  ///< none = the store as it is
  Verdict verdict = Verdict::kNotAligned;
  double probability = 0;  ///< Evidence::probability
  Score recovered;   ///< rows whose translation is nearest to what the undefended row translates to (or to its native row)
  Score neighbours;  ///< part of a row's 10 nearest rows that stay
  double seconds = 0;
  // NaN where there is nothing to compare with: the neighbours of the store as it is; recovered, without native rows, of the
  // store as it is and when that did not align.
};

/// The defences that an audit tries unless told otherwise, as far as they fit a store of dim columns.
std::vector<std::vector<DefenceStep>> default_defences(Index dim);

struct AuditOptions {
  Index max_rows = 20000;           ///< rows a side behind each alignment, spread evenly, >= 64
  Effort effort = Effort::kNormal;  ///< of each alignment, as are the next two; see AlignOptions
  double time_budget = 0;
  bool partial = false;
  Index samples = 6;       ///< rows whose words are shown, and for which texts are written
  bool reveal = false;     ///< show words and texts; else they are in no output
  Index bootstrap = 1000;  ///< resamples behind each interval
  std::vector<std::vector<DefenceStep>> defences = {};
  AttributeOptions attributes = {};  ///< its bootstrap, seed, threads and progress are set from here
  WordOptions words = {};            ///< threads and progress likewise
  InversionOptions inversion = InversionOptions::of_translated();  ///< seed and threads likewise
  std::string checkpoint = {};  ///< folder that keeps the alignment, each attack and each text written as it ends; an audit of
                                ///< the same rows, map and options goes on from there. Empty = nothing is kept
  std::string identity = {};    ///< what else must be the same to go on from there, such as the encoder of the texts
  std::uint64_t seed = 0;
  int threads = 0;
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Whether texts are in the store: a candidate is taken to be in when its cosine with the nearest translated row is above what
/// 99 of 100 public rows reach, which are taken to be outside.
struct Membership {
  Index candidates = 0;
  double threshold = 0;
  Score found;                  ///< part of candidates taken to be in; null: the 1 % of public rows above the threshold
  std::vector<Index> rows;      ///< nearest store row of each candidate
  std::vector<double> cosines;  ///< and its centred cosine
};

struct WordSample {
  Index row = 0;
  std::vector<std::pair<std::string, double>> words;  ///< heaviest first; words are masked unless revealed
  std::string text;                                   ///< empty unless known and revealed
};

struct WordLeak {
  Index dictionary = 0;
  std::optional<WordScores> translated, native;  ///< when the store's texts are known; native: when its native rows are too
  std::vector<WordSample> samples;
};

/// The text that a language model wrote for a row (inversion.h).
struct TextSample {
  Index row = 0;
  std::string text;                                            ///< each word masked unless revealed
  double cosine = 0, log_probability = 0, nearest_cosine = 0;  ///< as in Inversion
  std::string truth;                                           ///< empty unless known and revealed
};

struct TextLeak {
  std::vector<TextSample> samples;
  std::optional<InversionScores> scores;  ///< when the store's texts are known and there are at least 2 samples; no judge
};

/// What an audit comes to. Inconclusive: the attack did not align and read nothing, which shows nothing of the store, neither
/// that it is safe nor that it is not.
enum class Severity { kInconclusive, kLow, kModerate, kHigh };
const char* to_string(Severity severity);
/// "inconclusive", "low", "moderate" or "high". Throws Error{kBadInput} for anything else.
Severity parse_severity(const std::string& text);

/// What an audit is given that decides how high its severity can come out.
struct AuditScope {
  bool attributes = false, words = false, membership = false;  ///< whether that stage can be scored
  std::optional<Verdict> map;                                  ///< of a map that is given
};

/// The highest severity that an audit of this scope can come to, whatever the store.
Severity highest_severity(const AuditScope& scope);

struct AuditReport {
  Index store_rows = 0, store_dim = 0, public_rows = 0, public_dim = 0;  ///< public_dim: of the space that the store is read in
  Map map;
  Verdict verdict = Verdict::kNotAligned;
  bool map_was_given = false;
  Evidence evidence;  ///< of a map found here
  double pair_free_score = 0, align_seconds = 0;
  std::vector<StartReport> starts;
  Index store_rows_left_out = 0, public_rows_left_out = 0;  ///< with AuditOptions::partial: rows of no counterpart
  std::optional<Evaluation> evaluation;                     ///< of the translation, when native rows are known
  std::optional<AttributeInference> attributes;
  std::optional<WordLeak> words;
  std::optional<TextLeak> texts;
  std::optional<Membership> membership;
  std::vector<DefencePoint> defences;
  Severity severity = Severity::kInconclusive;
  std::vector<std::string> reasons;  ///< a sentence each, with the figures that the severity rests on
  std::vector<std::string> advice;   ///< when inconclusive: what may let the attack succeed
  double seconds = 0;

  std::string brief() const;
  std::string to_json() const;
};

/// Attacks a store of vectors as someone would who holds nothing but the file and public texts: aligns it without pairs,
/// translates it, guesses attributes and words, and repeats the alignment behind each defence (docs/audit.md).
/// Severity, where a scored stage wins when it beats its null with its whole 95 % interval (which takes bootstrap > 0): high
/// when the map is ALIGNED and attributes, words or membership win; moderate when it is ALIGNED and neither attributes nor
/// words could be scored, or when a stage wins under another verdict; low when it is ALIGNED and nothing that was scored wins;
/// otherwise inconclusive. Texts written are too few to count. Throws Error{kBadInput} for what does not fit together, before
/// the work begins.
AuditReport audit(const AuditProblem& problem, const AuditOptions& options = {});

}  // namespace vec2vec
