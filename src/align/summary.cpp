#include <cstdio>
#include <nlohmann/json.hpp>

#include "align/report.h"

namespace vec2vec {

nlohmann::ordered_json pair_report(const PairFit& fit, Index pairs) {
  nlohmann::ordered_json card = {{"given", pairs}, {"dropped", fit.dropped}};
  if (fit.procrustes)
    card["map"] = "Procrustes";
  else
    card.update({{"ridge", fit.ridge}, {"power", fit.power}});
  if (fit.pairs > 0)
    card["cross_validation"] = {{"pairs", fit.pairs},       {"pool", fit.pool},           {"top1", fit.top1},
                                {"top1_low", fit.top1_low}, {"top1_high", fit.top1_high}, {"cosine", fit.cosine}};
  return card;
}

nlohmann::ordered_json evidence_report(const Evidence& evidence) {
  return {{"probability", evidence.probability},       {"agreement", evidence.agreement},
          {"score_margin", evidence.score_margin},     {"mutual_neighbours", evidence.mutual_neighbours},
          {"half_agreement", evidence.half_agreement}, {"searches_needed", evidence.searches_needed}};
}

std::string AlignSummary::brief() const {
  char line[256];
  std::string text;
  auto add = [&](const char* format, auto... values) {
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };
  add("%s  (%lld -> %lld dimensions, %.1f s)\n", to_string(verdict), static_cast<long long>(map.source_dim()),
      static_cast<long long>(map.target_dim()), seconds);
  if (!starts.empty()) {
    add("  probability of success           %.3f   (of a top-1 above half of what true pairs would give)\n",
        evidence.probability);
    add("  agreement of two searches        %.3f   (1 = the same map, 0 = unrelated)\n", evidence.agreement);
    add("  pair-free score                  %.4f  (%.0f standard deviations above random starts)\n", pair_free_score,
        evidence.score_margin);
    add("  mutual nearest neighbours        %.3f   of the translated rows\n", evidence.mutual_neighbours);
    add("  same neighbour from either half  %.3f\n", evidence.half_agreement);
  }
  if (pairs > 0)
    add("  known pairs                      %lld, of which the map contradicts %lld\n", static_cast<long long>(pairs),
        static_cast<long long>(pair_fit.dropped));
  if (pair_fit.pairs > 0)
    add("  top-1 of held-out pairs          %.3f   (95 %%: %.3f to %.3f; %lld pairs, each among up to %lld)\n", pair_fit.top1,
        pair_fit.top1_low, pair_fit.top1_high, static_cast<long long>(pair_fit.pairs), static_cast<long long>(pair_fit.pool));
  if (source_rows_left_out + target_rows_left_out > 0)
    add("  rows left out                    %lld of the source, %lld of the target: without them the sides align\n",
        static_cast<long long>(source_rows_left_out), static_cast<long long>(target_rows_left_out));
  add("  searches                         %zu; stopped because %s\n", starts.size(), stopped_because.c_str());
  return text;
}

std::string AlignSummary::to_json() const {
  nlohmann::ordered_json json = {{"verdict", to_string(verdict)},
                                 {"evidence", evidence_report(evidence)},
                                 {"pair_free_score", pair_free_score},
                                 {"stopped_because", stopped_because},
                                 {"seconds", seconds},
                                 {"source_dim", map.source_dim()},
                                 {"target_dim", map.target_dim()},
                                 {"starts", nlohmann::ordered_json::array()}};
  if (source_rows_left_out + target_rows_left_out > 0)
    json["left_out"] = {{"source", source_rows_left_out}, {"target", target_rows_left_out}};
  if (pairs > 0) json["pairs"] = pair_report(pair_fit, pairs);
  for (const StartReport& s : starts)
    json["starts"].push_back({{"start", s.start}, {"anchors", s.anchors}, {"pair_free_score", s.pair_free_score}});
  return json.dump(2);
}

}  // namespace vec2vec
