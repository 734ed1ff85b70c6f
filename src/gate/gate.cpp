// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/gate.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/boundary.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "vec2vec/confidence.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;

/// A limit on a number: its name, its place in the policy, and which values make sense.
struct Limit {
  const char* name;
  std::optional<double> GatePolicy::*value;
  bool at_least;  ///< the figure found must be at least the limit; else at most
  double low, high;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Limit kLimits[] = {{"min_probability", &GatePolicy::min_probability, true, 0, 1},
                             {"min_agreement", &GatePolicy::min_agreement, true, -1, 1},
                             {"min_pair_free_score", &GatePolicy::min_pair_free_score, true, -1, 1},
                             {"min_rows", &GatePolicy::min_rows, true, 0, kInfinity},
                             {"max_age_days", &GatePolicy::max_age_days, false, 0, kInfinity},
                             {"min_top1", &GatePolicy::min_top1, true, 0, 1},
                             {"min_cosine", &GatePolicy::min_cosine, true, -1, 1},
                             {"max_far_rows", &GatePolicy::max_far_rows, false, 0, 1},
                             {"min_mean_match", &GatePolicy::min_mean_match, true, 0, 1},
                             {"min_recall", &GatePolicy::min_recall, true, 0, 1}};

std::string known_names() {
  std::string text;
  for (const std::string& name : GatePolicy::names()) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// The number under these keys of nested objects, if there is one.
std::optional<double> number_at(Json json, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (!json.is_object() || !json.contains(key)) return std::nullopt;
    json = Json(json.at(key));
  }
  return json.is_number() ? std::optional(json.get<double>()) : std::nullopt;
}

/// Nothing for NaN: a score without an interval has no lower end to compare with a limit.
std::optional<double> known(double x) { return std::isnan(x) ? std::nullopt : std::optional(x); }

/// The value that card or evidence has for a limit; nothing when they have none.
std::optional<double> figure_of(const std::string& name, const Json& card, const GateEvidence& evidence) {
  if (name == "min_probability") return number_at(card, {"evidence", "probability"});
  if (name == "min_agreement") return number_at(card, {"evidence", "agreement"});
  if (name == "min_pair_free_score") return number_at(card, {"pair_free_score"});
  if (name == "min_rows") {
    const auto source = number_at(card, {"source", "rows"}), target = number_at(card, {"target", "rows"});
    return source && target ? std::optional(std::min(*source, *target)) : std::nullopt;
  }
  if (name == "max_age_days") return evidence.age_days;
  if (name == "min_top1") return known(evidence.evaluation->top1.low);
  if (name == "min_cosine") return known(evidence.evaluation->centred_cosine.low);
  if (name == "max_far_rows") return evidence.far_rows;
  if (name == "min_recall") return known(evidence.retention->recall.low);
  return evidence.mean_match;
}

/// The text under this key, "none" when there is none.
std::string text_at(const Json& json, const char* key) {
  return json.contains(key) && json.at(key).is_string() ? json.at(key).get<std::string>() : "none";
}

Json card_of(const Map& map) {
  if (map.card.empty()) return Json::object();
  Json card = parse_ordered_json(map.card, false);
  if (!card.is_object()) bad_input("the card of the map is no JSON object", {}, "make the map again with `align()`");
  return card;
}

int rank(const std::string& verdict) { return verdict == "ALIGNED" ? 2 : verdict == "UNCERTAIN" ? 1 : 0; }

}  // namespace

std::vector<std::string> GatePolicy::names() {
  std::vector<std::string> all = {"verdict"};
  for (const Limit& limit : kLimits) all.push_back(limit.name);
  return all;
}

void GatePolicy::set(const std::string& name, const std::string& text) {
  if (name == "verdict") {
    if (text != "ALIGNED" && text != "UNCERTAIN")
      bad_input("must be ALIGNED or UNCERTAIN, but is " + text, "the verdict of the policy",
                "ALIGNED, or UNCERTAIN to refuse NOT_ALIGNED only");
    verdict = text == "ALIGNED" ? Verdict::kAligned : Verdict::kUncertain;
    return;
  }
  const auto limit = std::find_if(std::begin(kLimits), std::end(kLimits), [&](const Limit& l) { return name == l.name; });
  if (limit == std::end(kLimits)) bad_input("has an unknown limit '" + name + "'", "the policy", known_names());
  const std::optional<double> number = parse_number(text);
  if (!number || !(*number >= limit->low && *number <= limit->high) || std::isinf(*number))
    bad_input("is no number from " + figure(limit->low) + (std::isinf(limit->high) ? " on" : " to " + figure(limit->high)) +
                  ": " + text,
              "the limit " + name + " of the policy");
  this->*(limit->value) = *number;
}

GatePolicy GatePolicy::parse(const std::string& json, const std::string& path) try {
  GatePolicy policy;
  try {
    const Json object = parse_ordered_json(json);
    if (!object.is_object()) bad_input("the policy is no JSON object", path, R"({"verdict": "ALIGNED", "min_agreement": 0.8})");
    for (const auto& [name, value] : object.items())
      policy.set(name, value.is_string() ? value.get<std::string>() : json_text(value));
  } catch (const nlohmann::json::exception& error) {
    bad_input(std::string("the policy is no JSON: ") + error.what(), path, R"({"verdict": "ALIGNED", "min_agreement": 0.8})");
  }
  return policy;
} catch (...) {
  rethrow_as_error();
}

bool GateReport::passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const GateCheck& check) { return check.passed; });
}

std::string GateReport::brief() const {
  std::string text = passed() ? "PASSED\n" : "FAILED\n";
  for (const GateCheck& check : checks)
    text += laid_out("  {<6} {<20} {<12} (required: {})\n", check.passed ? "ok" : "FAILED", check.name, check.found,
                     check.required);
  return text;
}

std::string GateReport::to_json() const {
  Json json = {{"passed", passed()}, {"checks", Json::array()}};
  for (const GateCheck& check : checks) {
    Json entry = {{"name", check.name}, {"passed", check.passed}};
    if (check.limit) {
      entry["limit"] = *check.limit;
      entry["found"] = check.value ? Json(*check.value) : Json();
    } else {
      entry["required"] = check.required;
      entry["found"] = check.found;
    }
    json["checks"].push_back(entry);
  }
  return json_text(json, 2);
}

GateEvidence gather_evidence(const Map& map, const GatePolicy& policy, const GateRows& given,
                             const EvaluateOptions& options) try {
  GateEvidence evidence;
  if ((policy.needs_pairs() || policy.min_recall) && options.bootstrap == 0)
    bad_input("is 0, but the policy's limits hold for the lower end of an interval", "`EvaluateOptions::bootstrap`", "1000");
  if (policy.needs_pairs() && given.eval_a.rows > 0) {
    if (given.eval_a.cols != map.source_dim() || given.eval_b.cols != map.target_dim())
      bad_input("do not have the dimensions of the map", "the evaluation pairs",
                "rows of its source and of its target model, row i belonging to row i");
    Matrix translated(given.eval_a.rows, map.target_dim());
    map.translate(given.eval_a, translated.span());
    evidence.evaluation = evaluate(translated, given.eval_b, map.target_mean, options);
  }
  if ((policy.max_far_rows || policy.min_mean_match) && given.queries.rows > 0) {
    const ConfidenceScorer scorer(map, given.store, options.threads);
    const ConfidenceSummary summary = summarise(scorer.score_all(given.queries, options.threads, options.progress));
    evidence.far_rows = summary.far_rows;
    if (scorer.has_store()) evidence.mean_match = summary.mean_match;
  }
  if (policy.min_recall && given.documents.rows > 0) {
    RetentionOptions retention;
    retention.bootstrap = options.bootstrap;
    retention.seed = options.seed;
    retention.threads = options.threads;
    evidence.retention = measure_retention(map, given.documents, given.queries, given.new_queries, retention);
  }
  return evidence;
} catch (...) {
  rethrow_as_error();
}

GateReport check_gate(const Map& map, const GatePolicy& policy, const GateEvidence& evidence) try {
  if (policy.needs_pairs() && !evidence.evaluation)
    bad_input("asks for scores on evaluation pairs", "the policy",
              "give the pairs' two files, or drop min_top1 and min_cosine");
  if ((policy.max_far_rows && !evidence.far_rows) || (policy.min_mean_match && !evidence.mean_match))
    bad_input("asks for the confidence of rows", "the policy",
              "give the rows to be translated, and their store for min_mean_match");
  if (policy.max_age_days && !evidence.age_days)
    bad_input("asks for the age of the map, which is not known", "the policy",
              "give the map as a file, or `GateEvidence::age_days`; or drop max_age_days");
  if (policy.min_recall && !evidence.retention)
    bad_input("asks for what a search keeps", "the policy", "give queries and the documents that they are searched in");
  const Json card = card_of(map);
  GateReport report;
  if (policy.verdict) {
    const std::string required = to_string(*policy.verdict), found = text_at(card, "verdict");
    report.checks.push_back(
        {"verdict", required == "ALIGNED" ? required : required + " or better", found, {}, {}, rank(found) >= rank(required)});
  }
  for (const Limit& limit : kLimits) {
    const std::optional<double> bound = policy.*(limit.value);
    if (!bound) continue;
    const std::optional<double> found = figure_of(limit.name, card, evidence);
    report.checks.push_back({limit.name, (limit.at_least ? ">= " : "<= ") + figure(*bound),
                             !found                                              ? "none"
                             : std::string_view(limit.name) == "min_probability" ? probability_text(*found)
                                                                                 : figure(*found),
                             bound, found, found && (limit.at_least ? *found >= *bound : *found <= *bound)});
  }
  if (report.checks.empty()) bad_input("sets no limit", "the policy", known_names());
  return report;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
