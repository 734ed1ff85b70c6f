// SPDX-License-Identifier: Apache-2.0
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "vec2vec/measure_trend.h"

namespace vec2vec {

std::string AgreementTrends::brief() const {
  std::string text =
      "Does agreement grow with a trait? Rank correlation (95 % over spaces), p of permuted traits; adjusted values\n";
  for (const Trend& trend : trends) {
    const Agreement& agreement = agreements[trend.agreement];
    if (!agreement.adjusted) continue;
    text += "  " + agreement.info->title + " with " + agreement.with + ", " + table.traits[trend.trait] + ": " +
            laid_out("{} ({} .. {}), p = {}, {} spaces\n", fixed(trend.rank_correlation, 2), fixed(trend.low, 2),
                     fixed(trend.high, 2), significant(trend.p_value, 2), trend.spaces);
  }
  return text;
}

std::string AgreementTrends::to_json() const {
  nlohmann::ordered_json json = {{"traits", table.traits}, {"spaces", nlohmann::ordered_json::array()}};
  for (const SpaceTraits& space : table.spaces)
    json["spaces"].push_back({{"name", space.name}, {"family", space.family}, {"values", space.values}});
  json["agreements"] = nlohmann::ordered_json::array();
  for (const Agreement& a : agreements)
    json["agreements"].push_back(
        {{"measure", a.info->key}, {"with", a.with}, {"adjusted", a.adjusted}, {"of_space", a.of_space}});
  json["trends"] = nlohmann::ordered_json::array();
  for (const Trend& t : trends)
    json["trends"].push_back({{"agreement", t.agreement},
                              {"trait", t.trait},
                              {"spaces", t.spaces},
                              {"rank_correlation", t.rank_correlation},
                              {"low", t.low},
                              {"high", t.high},
                              {"p_value", t.p_value}});
  return json_text(json, 2);
}

}  // namespace vec2vec
