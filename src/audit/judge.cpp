// SPDX-License-Identifier: Apache-2.0
#include "audit/judge.h"

#include <cmath>

#include "core/text/layout.h"
#include "core/text/number.h"
#include "map/targets.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr const char* kSeverities[] = {"inconclusive", "low", "moderate", "high"};

std::string interval(const Score& s) {
  return figure(s.value) + (std::isnan(s.low) ? "" : " (" + figure(s.low) + " to " + figure(s.high) + ")");
}

/// Whether an interval lies wholly above what the null gives; without an interval nothing does.
bool wins(const Score& s) { return s.low > s.null_value; }

std::string alignment(const AuditReport& r) {
  const std::string verdict = to_string(r.verdict);
  const std::vector<std::string> models = names_of(r.map.targets);
  const std::string by = models.empty() ? "" : " by " + std::to_string(models.size()) + " models (" + listed(models) + ")";
  const std::string rows =
      std::to_string(r.store_rows) + " vectors and " + std::to_string(r.public_rows) + " public texts" + by;
  if (r.map_was_given) return "The map was given, with the verdict " + verdict + ".";
  const std::string odds = ", with a probability of " + probability_text(r.evidence.probability) + " to be right";
  switch (r.verdict) {
    case Verdict::kAligned:
      return "From " + rows + ", without one known pair, a map was found: " + verdict + odds +
             ". The vectors can be read in the known space" + (models.empty() ? "." : "s.");
    case Verdict::kUncertain:
      return "From " + rows + ", without pairs, a map was found that may be wrong: " + verdict + odds + ".";
    case Verdict::kNotAligned:
      break;
  }
  return "From " + rows + ", without pairs, no map was found that can be trusted: " + verdict +
         ". That is no sign of safety: more rows, other public texts or another model may still succeed.";
}

std::vector<std::string> advice(const AuditReport& r, const AuditOptions& options) {
  if (r.map_was_given) return {"a map whose verdict is ALIGNED, or no map, so that one is searched for here"};
  std::vector<std::string> all = {"public texts of the very kind that the store holds, and more of them: thousands a side"};
  if (!options.partial)
    all.push_back("`AuditOptions::partial = true`, when only a part of the store is of the kind of the public texts");
  if (options.effort != Effort::kHigh) all.push_back("`AuditOptions::effort = high`: more searches and more refinement");
  if (r.store_rows > options.max_rows || r.public_rows > options.max_rows)
    all.push_back("a larger `AuditOptions::max_rows`: the alignments saw " + std::to_string(options.max_rows) +
                  " rows a side at most");
  all.push_back("another model for the public texts, best one that was trained as the store's was");
  all.push_back(std::string(r.map.targets.empty() ? "several" : "more") +
                " models for the public texts at once: what they agree on is found with fewer rows");
  all.push_back("a map that was found for a larger store of the same model");
  return all;
}

}  // namespace

const char* to_string(Severity severity) { return kSeverities[static_cast<int>(severity)]; }

Severity parse_severity(const std::string& text) {
  for (int s = 0; s < 4; ++s)
    if (text == kSeverities[s]) return static_cast<Severity>(s);
  bad_input("is no severity", text, "inconclusive, low, moderate or high");
}

Severity highest_severity(const AuditScope& scope) {
  const bool content = scope.attributes || scope.words || scope.membership;
  if (scope.map.value_or(Verdict::kAligned) == Verdict::kAligned) return content ? Severity::kHigh : Severity::kModerate;
  return content ? Severity::kModerate : Severity::kInconclusive;
}

void judge(AuditReport& r, const AuditOptions& options) {
  r.reasons = {alignment(r)};
  bool content = false;
  const auto add = [&](bool won, std::string sentence) {
    content |= won;
    r.reasons.push_back(std::move(sentence));
  };
  if (r.attributes && r.attributes->scored_rows > 0) {
    const AttributeScores& ours = r.attributes->readers.front();
    const bool won = wins(ours.top1) && !std::isnan(ours.auc.value) && wins(ours.auc);
    add(won, std::string("Attributes ") + (won ? "were read" : "could not be told from chance") + ": the first guess of " +
                 std::to_string(r.attributes->labels) + " is right for " + interval(ours.top1) +
                 " of the rows; with shuffled labels " + figure(ours.top1.null_value) + ". AUC " + interval(ours.auc) +
                 ", chance 0.5.");
  } else if (r.attributes) {
    add(false, "Attributes were guessed but not scored: no true labels were given.");
  } else {
    add(false, "Attributes were not tried: no labels were given.");
  }
  if (r.words && r.words->translated) {
    const WordScores& w = *r.words->translated;
    const bool won = w.f1.low > w.null_f1.high;
    add(won, std::string("Words of the texts ") + (won ? "were recovered" : "could not be told from chance") + ": " +
                 interval(w.precision) + " of the words given stand in the text; in other rows' texts " +
                 figure(w.precision.null_value) + ".");
  } else if (r.words) {
    add(false, "Words were guessed but not scored: the store's texts were not given.");
  } else {
    add(false, "Words were not tried: no public texts were given.");
  }
  if (r.texts && r.texts->scores) {
    const Compared& f1 = r.texts->scores->token_f1;
    add(false, "A language model wrote texts for " + std::to_string(f1.rows) + " rows: token F1 " + interval(f1.found) +
                   "; with other rows' texts " + figure(f1.null.value) + ". So few do not count.");
  } else if (r.texts) {
    add(false, "A language model wrote texts for " + std::to_string(r.texts->samples.size()) +
                   " rows, which were not scored: the store's texts were not given.");
  }
  if (r.membership) {
    const bool won = wins(r.membership->found);
    add(won, interval(r.membership->found) + " of " + std::to_string(r.membership->candidates) +
                 " candidate texts were found in the store; 0.01 are expected when none is in it.");
  }
  const bool aligned = r.verdict == Verdict::kAligned;
  const bool scored = (r.attributes && r.attributes->scored_rows > 0) || (r.words && r.words->translated);
  r.severity = aligned && content                ? Severity::kHigh
               : content || (aligned && !scored) ? Severity::kModerate
               : aligned                         ? Severity::kLow
                                                 : Severity::kInconclusive;
  if (r.severity == Severity::kInconclusive) r.advice = advice(r, options);
}

}  // namespace vec2vec
