#include "audit/judge.h"

#include <cmath>

#include "core/number.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr const char* kNames[] = {"none-found", "low", "moderate", "high"};

std::string interval(const Score& s) { return figure(s.value) + " (" + figure(s.low) + " to " + figure(s.high) + ")"; }

/// Whether an interval lies wholly above what the null gives.
bool wins(const Score& s) { return s.low > s.null_value; }

std::string alignment(const AuditReport& r) {
  const std::string verdict = to_string(r.verdict);
  const std::string rows = std::to_string(r.store_rows) + " vectors and " + std::to_string(r.public_rows) + " public texts";
  if (r.map_was_given) return "The map was given, with the verdict " + verdict + ".";
  const std::string odds = ", with a probability of " + figure(r.evidence.probability) + " to be right";
  switch (r.verdict) {
    case Verdict::kAligned:
      return "From " + rows + ", without one known pair, a map was found: " + verdict + odds +
             ". The vectors can be read in the known space.";
    case Verdict::kUncertain:
      return "From " + rows + ", without pairs, a map was found that may be wrong: " + verdict + odds + ".";
    case Verdict::kNotAligned:
      break;
  }
  return "From " + rows + ", without pairs, no map was found that can be trusted: " + verdict +
         ". More rows, other public texts or another model may still succeed.";
}

}  // namespace

const char* to_string(Severity severity) { return kNames[static_cast<int>(severity)]; }

Severity parse_severity(const std::string& text) {
  for (int s = 0; s < 4; ++s)
    if (text == kNames[s]) return static_cast<Severity>(s);
  bad_input("is no severity", text, "none-found, low, moderate or high");
}

void judge(AuditReport& r) {
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
  r.severity = aligned && content                 ? Severity::kHigh
               : aligned || content               ? Severity::kModerate
               : r.verdict == Verdict::kUncertain ? Severity::kLow
                                                  : Severity::kNoneFound;
}

}  // namespace vec2vec
