// SPDX-License-Identifier: Apache-2.0
#include "align/summary.h"

#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"

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
  std::string text =
      laid_out("{}  ({} -> {} dimensions, {} s)\n", to_string(verdict), map.source_dim(), map.target_dim(), fixed(seconds, 1));
  if (!starts.empty()) {
    text += laid_out("  probability of success          {>6}   (top-1 above half that of true pairs)\n",
                     probability_text(evidence.probability));
    text +=
        laid_out("  agreement of two searches        {}   (1 = the same map, 0 = unrelated)\n", fixed(evidence.agreement, 3));
    text += laid_out("  pair-free score                  {}  ({} deviations above random starts)\n", fixed(pair_free_score, 4),
                     fixed(evidence.score_margin, 0));
    text += laid_out("  mutual nearest neighbours        {}   of the translated rows\n", fixed(evidence.mutual_neighbours, 3));
    text += laid_out("  same neighbour from either half  {}\n", fixed(evidence.half_agreement, 3));
  }
  if (pairs > 0)
    text += laid_out("  known pairs                      {}, of which the map contradicts {}\n", pairs, pair_fit.dropped);
  if (pair_fit.pairs > 0)
    text += laid_out("  top-1 of held-out pairs          {}   (95 %: {} to {}; {} pairs)\n", fixed(pair_fit.top1, 3),
                     fixed(pair_fit.top1_low, 3), fixed(pair_fit.top1_high, 3), pair_fit.pairs);
  else if (pairs > 0 && starts.empty())
    text += "  top-1 of held-out pairs          unknown: it takes 50 pairs to hold some out\n";
  if (source_rows_left_out + target_rows_left_out > 0)
    text += laid_out("  rows left out                    {} of the source, {} of the target\n", source_rows_left_out,
                     target_rows_left_out);
  text += laid_out("  searches                         {}\n", starts.size());
  text += "  stopped because " + stopped_because + "\n";
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
  return json_text(json, 2);
}

}  // namespace vec2vec
