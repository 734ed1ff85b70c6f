// SPDX-License-Identifier: Apache-2.0

#include "audit/attacks/attributes_json.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "evaluate/score_json.h"

namespace vec2vec {

const AttributeScores* AttributeInference::find(const std::string& reader) const {
  for (const AttributeScores& s : readers)
    if (s.reader == reader) return &s;
  return nullptr;
}

std::string AttributeInference::brief() const {
  std::string text = std::to_string(rows) + " rows, " + std::to_string(labels) + " labels; " +
                     (readers.empty() ? "no true labels given, so the guesses are not scored"
                                      : std::to_string(scored_rows) + " rows with true labels") +
                     "\n";
  if (!readers.empty())
    text += laid_out("{<13} {>8}  {<19} {>8} {>9} {>9} {>8} {>9} {>8}\n", "reader", "top-1", "  95 % interval", "shuffled",
                     "top-" + std::to_string(k), "precision", "recall", "mean rank", "AUC");
  for (const AttributeScores& s : readers)
    text += laid_out("{<13} {>8}  {>8} .. {<8} {>7} {>9} {>9} {>8} {>9} {>8}\n", s.reader, figure(s.top1.value),
                     figure(s.top1.low), figure(s.top1.high), figure(s.top1.null_value), figure(s.topk.value),
                     figure(s.precision.value), figure(s.recall.value), figure(s.mean_rank.value), figure(s.auc.value));
  return text;
}

nlohmann::ordered_json json_of(const AttributeInference& a) {
  nlohmann::ordered_json json = {{"rows", a.rows}, {"scored_rows", a.scored_rows}, {"labels", a.labels}, {"k", a.k}};
  json["readers"] = nlohmann::ordered_json::array();
  for (const AttributeScores& s : a.readers)
    json["readers"].push_back({{"reader", s.reader},
                               {"top1", json_of(s.top1)},
                               {"topk", json_of(s.topk)},
                               {"precision", json_of(s.precision)},
                               {"recall", json_of(s.recall)},
                               {"mean_rank", json_of(s.mean_rank)},
                               {"auc", json_of(s.auc)}});
  json["attributes"] = nlohmann::ordered_json::array();
  for (const AttributeFigure& f : a.attributes) {
    nlohmann::ordered_json entry = {{"name", f.name}, {"guessed", f.guessed}};
    if (a.scored_rows > 0) entry.update({{"rows", f.rows}, {"auc", json_of(f.auc)}, {"native_auc", json_of(f.native_auc)}});
    json["attributes"].push_back(std::move(entry));
  }
  return json;
}

std::string AttributeInference::to_json() const { return json_text(json_of(*this), 2); }

}  // namespace vec2vec
