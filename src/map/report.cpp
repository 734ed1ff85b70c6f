// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "core/time.h"
#include "vec2vec/confidence.h"
#include "vec2vec/map.h"

namespace vec2vec {
namespace {

std::string percent(double part) { return std::to_string(std::lround(100 * part)) + " %"; }

/// Of rows that find their counterpart: never certain, never hopeless.
std::string expected_part(double part) { return part >= 0.995 ? ">99 %" : part < 0.005 ? "<1 %" : percent(part); }

std::string far_rows_text(double part) {
  return percent(part) + " of the rows lie further out than 95 % of those the map was fitted on (expected: 5 %)\n";
}

std::string mean_match_text(double part) {
  return expected_part(part) + " are expected to find their counterpart as nearest row in the store, if it holds them all\n";
}

}  // namespace

std::string ConfidenceSummary::brief() const {
  if (std::isnan(far_rows)) return "no rows\n";
  return far_rows_text(far_rows) + (mean_match > 0 ? mean_match_text(mean_match) : "");
}

std::string ConfidenceSummary::to_json() const { return json_text({{"far_rows", far_rows}, {"mean_match", mean_match}}, 2); }

std::string TranslateSummary::brief() const {
  std::string text = std::to_string(rows) + " rows x " + std::to_string(dim) + " (" + format_seconds(seconds) + ")\n";
  if (zero_rows > 0)
    text += "note: " + std::to_string(zero_rows) + " rows were all zero; they became the target's mean direction\n";
  if (far_rows) text += far_rows_text(*far_rows);
  if (mean_match) text += mean_match_text(*mean_match);
  return text;
}

std::string TranslateSummary::to_json() const {
  nlohmann::ordered_json json = {{"rows", rows},
                                 {"dim", dim},
                                 {"zero_rows", zero_rows},
                                 {"seconds", seconds},
                                 {"map_sha256", map_sha256},
                                 {"input_sha256", input_sha256},
                                 {"notes", notes}};
  if (far_rows) json["confidence"] = {{"far_rows", *far_rows}};
  if (mean_match) json["confidence"]["mean_match"] = *mean_match;
  return json_text(json, 2);
}

}  // namespace vec2vec
