#include <cstdio>

#include "audit/json.h"
#include "core/figure.h"

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
  char line[160];
  if (!readers.empty()) {
    std::snprintf(line, sizeof line, "%-13s %8s  %-19s %8s %9s %9s %8s %9s %8s\n", "reader", "top-1", "  95 % interval",
                  "shuffled", ("top-" + std::to_string(k)).c_str(), "precision", "recall", "mean rank", "AUC");
    text += line;
  }
  for (const AttributeScores& s : readers) {
    std::snprintf(line, sizeof line, "%-13s %8s  %8s .. %-8s %7s %9s %9s %8s %9s %8s\n", s.reader.c_str(),
                  figure(s.top1.value).c_str(), figure(s.top1.low).c_str(), figure(s.top1.high).c_str(),
                  figure(s.top1.null_value).c_str(), figure(s.topk.value).c_str(), figure(s.precision.value).c_str(),
                  figure(s.recall.value).c_str(), figure(s.mean_rank.value).c_str(), figure(s.auc.value).c_str());
    text += line;
  }
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

std::string AttributeInference::to_json() const {
  return json_of(*this).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace vec2vec
