// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "align/summary.h"
#include "audit/attacks/attributes_json.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "evaluate/score_json.h"
#include "vec2vec/audit.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;

Json not_measured(const char* why) { return {{"measured", false}, {"why", why}}; }

Json public_json(const AuditReport& r) {
  Json json = {{"rows", r.public_rows}, {"dim", r.public_dim}};
  for (const Target& t : r.map.targets) json["spaces"].push_back({{"name", t.name}, {"dim", t.mean.cols()}});
  return json;
}

Json alignment_json(const AuditReport& r) {
  Json json = {{"verdict", to_string(r.verdict)}, {"map_was_given", r.map_was_given}};
  if (!r.map_was_given) {
    json.update(
        {{"evidence", evidence_report(r.evidence)}, {"pair_free_score", r.pair_free_score}, {"seconds", r.align_seconds}});
    json["starts"] = Json::array();
    for (const StartReport& s : r.starts)
      json["starts"].push_back({{"start", s.start}, {"anchors", s.anchors}, {"pair_free_score", s.pair_free_score}});
  }
  if (r.store_rows_left_out + r.public_rows_left_out > 0)
    json["left_out"] = {{"store", r.store_rows_left_out}, {"public", r.public_rows_left_out}};
  json["scores"] = r.evaluation ? parse_ordered_json(r.evaluation->to_json()) : Json(nullptr);
  return json;
}

Json attributes_json(const AuditReport& r) {
  if (!r.attributes) return not_measured("no labels were given");
  Json json = {{"measured", true}};
  json.update(json_of(*r.attributes));
  return json;
}

Json word_scores_json(const std::optional<WordScores>& s) {
  if (!s) return nullptr;
  return {{"precision", json_of(s->precision)},
          {"recall", json_of(s->recall)},
          {"f1", json_of(s->f1)},
          {"null_f1", json_of(s->null_f1)}};
}

Json words_json(const AuditReport& r) {
  if (!r.words) return not_measured("no public texts or word list were given");
  Json json = {{"measured", true},
               {"dictionary", r.words->dictionary},
               {"translated", word_scores_json(r.words->translated)},
               {"native", word_scores_json(r.words->native)}};
  json["samples"] = Json::array();
  for (const WordSample& s : r.words->samples) {
    Json sample = {{"row", s.row}};
    if (!s.text.empty()) sample["text"] = s.text;
    sample["words"] = Json::array();
    for (const auto& [word, weight] : s.words) sample["words"].push_back({{"word", word}, {"weight", weight}});
    json["samples"].push_back(std::move(sample));
  }
  return json;
}

Json texts_json(const AuditReport& r) {
  if (!r.texts) return not_measured("no language model was given");
  Json json = {
      {"measured", true},
      {"scores", r.texts->scores ? parse_ordered_json(to_json(std::vector{*r.texts->scores})).front() : Json(nullptr)}};
  json["samples"] = Json::array();
  for (const TextSample& s : r.texts->samples) {
    Json sample = {{"row", s.row},
                   {"text", s.text},
                   {"cosine", s.cosine},
                   {"log_probability", s.log_probability},
                   {"nearest_cosine", s.nearest_cosine}};
    if (!s.truth.empty()) sample["truth"] = s.truth;
    json["samples"].push_back(std::move(sample));
  }
  return json;
}

Json membership_json(const AuditReport& r) {
  if (!r.membership) return not_measured("no candidate texts were given");
  const Membership& m = *r.membership;
  Json json = {{"measured", true}, {"candidates", m.candidates}, {"threshold", m.threshold}, {"found", json_of(m.found)}};
  json["nearest"] = Json::array();
  for (std::size_t c = 0; c < m.rows.size(); ++c)
    json["nearest"].push_back({{"candidate", c}, {"row", m.rows[c]}, {"cosine", m.cosines[c]}});
  return json;
}

/// Whether there is a translation of the undefended store to compare with.
bool has_reference(const AuditReport& r) { return r.map_was_given || r.verdict == Verdict::kAligned; }

Json defences_json(const AuditReport& r) {
  if (r.defences.empty()) return not_measured("no defences were tried");
  Json json = {{"measured", true},
               {"reference", r.evaluation       ? "native rows"
                             : has_reference(r) ? "the undefended translation"
                                                : "none: the undefended store did not align"}};
  json["points"] = Json::array();
  for (const DefencePoint& d : r.defences)
    json["points"].push_back({{"steps", d.steps.empty() ? "none" : to_string(d.steps)},
                              {"verdict", to_string(d.verdict)},
                              {"conclusive", d.verdict == Verdict::kAligned},
                              {"probability", d.probability},
                              {"recovered", json_of(d.recovered)},
                              {"neighbours", json_of(d.neighbours)},
                              {"seconds", d.seconds}});
  return json;
}

}  // namespace

std::string AuditReport::to_json() const {
  const Json json = {{"severity", {{"level", to_string(severity)}, {"reasons", reasons}, {"advice", advice}}},
                     {"store", {{"rows", store_rows}, {"dim", store_dim}}},
                     {"public", public_json(*this)},
                     {"alignment", alignment_json(*this)},
                     {"attributes", attributes_json(*this)},
                     {"words", words_json(*this)},
                     {"texts", texts_json(*this)},
                     {"membership", membership_json(*this)},
                     {"defences", defences_json(*this)},
                     {"seconds", seconds}};
  return json_text(json, 2);
}

std::string AuditReport::brief() const {
  std::string text = std::string("severity ") + to_string(severity) + ", under the conditions stated in the report\n";
  for (const std::string& reason : reasons) text += "  - " + reason + "\n";
  if (!advice.empty())
    text +=
        "inconclusive: the attack did not get through, which shows neither that the store is safe nor that it is not. Try\n";
  for (const std::string& line : advice) text += "  - " + line + "\n";
  bool headed = false, open = false;
  for (const DefencePoint& d : defences) {
    if (d.steps.empty() && std::isnan(d.recovered.value)) continue;  // the verdict above is all there is
    if (!headed) text += laid_out("{<28} {<26} {>14}  {>15}\n", "defence", "attack", "rows recovered", "neighbours kept");
    headed = true;
    const bool through = d.verdict == Verdict::kAligned;
    open |= !through;
    const std::string outcome = std::string(through ? "got through" : "inconclusive") + " (" + to_string(d.verdict) + ")";
    text += laid_out("{<28} {<26} {>14}  {>15}\n", (d.steps.empty() ? "none" : to_string(d.steps)).substr(0, 60), outcome,
                     figure(d.recovered.value), figure(d.neighbours.value));
  }
  if (open) text += "A defence behind which the attack was inconclusive stopped this attack; a stronger one may get through.\n";
  return text;
}

}  // namespace vec2vec
