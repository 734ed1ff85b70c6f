// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "core/text/number.h"
#include "core/time.h"
#include "vec2vec/inversion.h"

namespace vec2vec {
namespace {

double mean(const std::vector<Inversion>& rows, double Inversion::*value) {
  double sum = 0;
  for (const Inversion& row : rows) sum += row.*value / static_cast<double>(rows.size());
  return sum;
}

}  // namespace

double InversionSummary::mean_cosine() const { return mean(rows, &Inversion::cosine); }

double InversionSummary::mean_nearest_cosine() const { return mean(rows, &Inversion::nearest_cosine); }

double InversionSummary::seconds() const {
  double sum = 0;
  for (const Inversion& row : rows) sum += row.seconds;
  return sum;
}

Index InversionSummary::encoded_texts() const {
  Index sum = 0;
  for (const Inversion& row : rows) sum += row.encoded_texts;
  return sum;
}

Index InversionSummary::rows_out_of_time() const {
  Index sum = 0;
  for (const Inversion& row : rows) sum += row.out_of_time;
  return sum;
}

std::string InversionSummary::brief() const {
  std::string text = std::to_string(rows.size()) + " texts (" + format_seconds(seconds()) + ", " +
                     std::to_string(encoded_texts()) +
                     " texts encoded)\nmean cosine of text and vector: " + fixed(mean_cosine(), 3);
  if (!rows.empty() && !rows[0].nearest.empty()) text += "; of the nearest public text: " + fixed(mean_nearest_cosine(), 3);
  text += "\n";
  if (resumed_rows > 0) text += std::to_string(resumed_rows) + " rows of an interrupted run were kept\n";
  if (const Index late = rows_out_of_time(); late > 0)
    text += "note: " + std::to_string(late) + " rows ended at the time limit (`InversionOptions::text_time`)\n";
  return text;
}

std::string InversionSummary::to_json() const {
  return json_text({{"rows", rows.size()},
                    {"resumed_rows", resumed_rows},
                    {"mean_cosine", mean_cosine()},
                    {"mean_nearest_cosine", mean_nearest_cosine()},
                    {"encoded_texts", encoded_texts()},
                    {"rows_out_of_time", rows_out_of_time()},
                    {"seconds", seconds()}},
                   2);
}

}  // namespace vec2vec
