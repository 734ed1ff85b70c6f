#include <cstdio>
#include <nlohmann/json.hpp>

#include "vec2vec/align.h"

namespace vec2vec {

std::string AlignSummary::brief() const {
  char text[512];
  std::snprintf(text, sizeof text,
                "%s  (%lld -> %lld dimensions, %.1f s)\n"
                "  agreement of independent starts  %.3f   (1 = the same map, 0 = unrelated)\n"
                "  pair-free score                  %.4f\n"
                "  starts tried                     %zu; stopped because %s\n",
                to_string(verdict), static_cast<long long>(map.source_dim()), static_cast<long long>(map.target_dim()), seconds,
                agreement, pair_free_score, starts.size(), stopped_because.c_str());
  return text;
}

std::string AlignSummary::to_json() const {
  nlohmann::ordered_json json = {{"verdict", to_string(verdict)},
                                 {"agreement", agreement},
                                 {"pair_free_score", pair_free_score},
                                 {"stopped_because", stopped_because},
                                 {"seconds", seconds},
                                 {"source_dim", map.source_dim()},
                                 {"target_dim", map.target_dim()},
                                 {"starts", nlohmann::ordered_json::array()}};
  for (const StartReport& s : starts)
    json["starts"].push_back({{"start", s.start}, {"anchors", s.anchors}, {"pair_free_score", s.pair_free_score}});
  return json.dump(2);
}

}  // namespace vec2vec
