// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "vec2vec/align.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/map.h"
#include "vec2vec/matrix.h"
#include "vec2vec/retention.h"

// Thread-safe: calls share nothing. A policy is for one thread while set() changes it. An exception of a progress function ends
// the call and comes out of it (progress.h).
namespace vec2vec {

/// What a map must fulfil before it is used. Limits that are not set are not checked.
struct GatePolicy {
  std::optional<Verdict> verdict;  ///< the least that will do: kAligned, or kUncertain
  std::optional<double> min_probability, min_agreement, min_pair_free_score;  ///< of the map's card
  std::optional<double> min_rows;        ///< of the smaller side that the map was fitted on
  std::optional<double> max_age_days;    ///< since the map's file was written
  std::optional<double> min_top1;        ///< lower end of the 95 % interval on evaluation pairs
  std::optional<double> min_cosine;      ///< the same of the mean centred cosine
  std::optional<double> max_far_rows;    ///< part of the rows to be translated whose support is below 0.05 (confidence.h)
  std::optional<double> min_mean_match;  ///< their mean match in the store they will be searched in (confidence.h)
  std::optional<double> min_recall;      ///< lower end of the 95 % interval of what a search keeps (retention.h)

  bool needs_pairs() const { return min_top1 || min_cosine; }
  bool needs_rows() const { return max_far_rows || min_mean_match || min_recall; }
  bool needs_store() const { return min_mean_match.has_value(); }

  /// Throws Error{kBadInput} naming the first limit out of range.
  void validate() const;
  /// Sets one limit from its name above and a value, as text. Throws Error{kBadInput} for an unknown name or a value out of
  /// range.
  void set(const std::string& name, const std::string& value);
  /// From a JSON object of names and values, e.g. {"verdict": "ALIGNED", "min_agreement": 0.8}; path is for errors.
  static GatePolicy parse(const std::string& json, const std::string& path);
  /// Every name that set() knows.
  static std::vector<std::string> names();
};

/// What is known of the map beside its card; only what the policy needs must be filled in.
struct GateEvidence {
  std::optional<double> age_days;  ///< of the map's file
  std::optional<Evaluation> evaluation;
  std::optional<double> far_rows, mean_match;
  std::optional<Retention> retention;
};

/// Rows that evidence is taken from; empty = not given.
struct GateRows {
  MatrixView eval_a = {}, eval_b = {};  ///< (n, d_source) and (n, d_target): evaluation pairs, row i belonging to row i
  MatrixView queries = {};              ///< (q, d_source): rows to be translated, e.g. today's queries
  MatrixView store = {};                ///< (m, d_target): what their translations will be searched in
  MatrixView documents = {};            ///< (m, d_source): a store to be translated, which the queries search
  MatrixView new_queries = {};          ///< (q, d_target): the queries by the new model, see measure_retention()
};

/// What the policy's limits ask of the rows given; the age is left to the caller. Throws Error{kBadInput} for rows that do not
/// fit the map, or no resamples (EvaluateOptions::bootstrap) where a limit is on an interval. Cost: evaluate() on the pairs,
/// ConfidenceScorer on the rows.
GateEvidence gather_evidence(const Map& map, const GatePolicy& policy, const GateRows& given,
                             const EvaluateOptions& options = {});

struct GateCheck {
  std::string name;                    ///< as in the policy
  std::string required, found;         ///< verdicts, or the numbers below as text; "none" when the card is silent, which fails
  std::optional<double> limit, value;  ///< of a limit on a number
  bool passed = false;
};

struct GateReport {
  std::vector<GateCheck> checks;
  bool passed() const;
  std::string brief() const;
  std::string to_json() const;
};

/// Holds a map against a policy. Throws Error{kBadInput} for a policy without any limit, or one that needs evidence not given.
GateReport check_gate(const Map& map, const GatePolicy& policy, const GateEvidence& evidence);

}  // namespace vec2vec
