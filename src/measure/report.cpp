// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "measure/json.h"

namespace vec2vec {
namespace {

std::string side_line(const char* letter, const MeasuredSide& side) {
  std::string text = std::string(letter) + "  " + side.name + "\n";
  text += laid_out("  dimension {}, intrinsic {} ({} .. {}; line fit {}), isotropy {} ({} .. {})\n", side.dim,
                   figure(side.intrinsic_dimension.value), figure(side.intrinsic_dimension.low),
                   figure(side.intrinsic_dimension.high), figure(side.intrinsic_dimension_fit), figure(side.isotropy.value),
                   figure(side.isotropy.low), figure(side.isotropy.high));
  if (side.zero_rows > 0)
    text += "   note: " + std::to_string(side.zero_rows) + " zero rows; their cosine with every row is 0\n";
  if (side.repeated_rows > 0)
    text +=
        "   note: " + std::to_string(side.repeated_rows) + " rows equal another; neighbours among equals go by their index\n";
  return text;
}

nlohmann::ordered_json to_json(const SideFigure& f) { return {{"value", f.value}, {"low", f.low}, {"high", f.high}}; }

nlohmann::ordered_json to_json(const MeasuredSide& side) {
  return {{"name", side.name},
          {"dim", side.dim},
          {"zero_rows", side.zero_rows},
          {"repeated_rows", side.repeated_rows},
          {"intrinsic_dimension", to_json(side.intrinsic_dimension)},
          {"intrinsic_dimension_fit", side.intrinsic_dimension_fit},
          {"isotropy", to_json(side.isotropy)}};
}

}  // namespace

nlohmann::ordered_json json_of(const Measurement& m) {
  nlohmann::ordered_json json = {
      {"rows", m.rows}, {"rows_given", m.rows_given}, {"k", m.k}, {"a", to_json(m.a)}, {"b", to_json(m.b)}};
  json["measures"] = nlohmann::ordered_json::object();
  for (const Measure& x : m.measures) {
    json["measures"][x.info->key] = {
        {"value", x.value},
        {"low", x.low},
        {"high", x.high},
        {"null", {{"mean", x.null_mean}, {"low", x.null_low}, {"high", x.null_high}, {"permutations", x.null_values.size()}}},
        {"adjusted", x.adjusted},
        {"rows", x.rows},
        {"estimate", x.estimate},
        {"biased", x.info->biased},
        {"estimator", x.info->estimator}};
  }
  if (!m.reference.empty()) {
    json["reference"] = nlohmann::ordered_json::object();
    for (const auto& [key, value] : m.reference) json["reference"][key] = value;
  }
  return json;
}

std::string Measurement::to_json() const { return json_text(json_of(*this), 2); }

std::string Measurement::brief() const {
  std::string text = std::to_string(rows) + " pairs of rows";
  if (rows < rows_given) text += " (a random sample of " + std::to_string(rows_given) + "; ~ marks estimates)";
  text += ", k = " + std::to_string(k) + "\n" + side_line("A", a) + side_line("B", b) + "\n";
  text += laid_out("{<29} {>9}  {<21} {>8} {>8}\n", "measure", "value", "  95 % interval", "null", "adjusted");
  bool some_sampled = false, some_undefined = false;
  for (const Measure& m : measures) {
    some_undefined = some_undefined || std::isnan(m.value);
    some_sampled = some_sampled || (m.estimate && rows == rows_given);
    text += laid_out("{<29} {}{>8}  {>8} .. {<9} {>8} {>8}\n", m.info->title, m.estimate ? "~" : " ", figure(m.value),
                     figure(m.low), figure(m.high), figure(m.null_mean), figure(m.adjusted));
  }
  if (some_sampled) text += "~ an estimate: from a random part of the rows (`MeasureOptions::pair_rows`)\n";
  if (some_undefined) text += "- undefined: more rows are needed than the two dimensions together\n";
  text += "null: the mean with rows paired at random; JSON has its interval\n";
  text += "adjusted: 0 = rows paired at random, 1 = the same up to what the measure ignores\n";
  if (!reference.empty()) {
    text += "\nBy the reference definitions (values clipped at the 0.95 quantile; see docs/measures.md):\n";
    for (const auto& [key, value] : reference) text += laid_out("{<29} {>9}\n", key, figure(value));
  }
  return text;
}

}  // namespace vec2vec
