// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "vec2vec/inspect.h"

namespace vec2vec {
namespace {

/// Number of leading directions that hold `share` of the variance.
Index directions_for(const std::vector<double>& spectrum, double share) {
  double sum = 0;
  for (std::size_t i = 0; i < spectrum.size(); ++i) {
    sum += spectrum[i];
    if (sum >= share) return static_cast<Index>(i) + 1;
  }
  return static_cast<Index>(spectrum.size());
}

double leading_share(const std::vector<double>& spectrum, std::size_t count) {
  return std::accumulate(spectrum.begin(), spectrum.begin() + static_cast<std::ptrdiff_t>(std::min(count, spectrum.size())),
                         0.0);
}

std::vector<std::string> notes(const Inspection& i) {
  std::vector<std::string> all = i.reading_notes;
  const auto note = [&](std::string line) { all.push_back(std::move(line)); };
  const auto number = [](Index x) { return std::to_string(x); };
  if (i.nan_rows > 0) {
    note(number(i.nan_rows) + " rows hold NaN or infinite values, the first is row " + number(i.first_nan_row) +
         "; align and translate refuse them");
  }
  if (i.zero_rows > 0) {
    note(number(i.zero_rows) + " rows are all zero, the first is row " + number(i.first_zero_row) + "; they have no direction");
  }
  if (i.duplicate_rows * 20 > i.rows) note("more than 5 % of the rows repeat others; remove them before align");
  if (i.sampled_rows >= 2 && i.spectrum.empty()) note("all rows point the same way; there is nothing to align");
  if (i.rows < 5000) note("few rows: unpaired alignment needs some thousand a side");
  return all;
}

}  // namespace

std::string Inspection::brief() const {
  const auto short_number = [](double x) { return significant(x, 4); };
  std::string text = path + "\n";
  text += laid_out("format          {}, {}\n", format, dtype);
  text += laid_out("shape           {} rows x {}\n", rows, dim);
  text += laid_out("rows with NaN   {}\n", nan_rows);
  text += laid_out("zero rows       {}\n", zero_rows);
  text += laid_out("duplicate rows  {}\n", duplicate_rows);
  text += laid_out("norm            mean {}, min {}, 1 % {}, median {}, 99 % {}, max {}\n", short_number(norm_mean),
                   short_number(norm_min), short_number(norm_p1), short_number(norm_p50), short_number(norm_p99),
                   short_number(norm_max));
  if (!spectrum.empty()) {
    text += laid_out("isotropy        {} (1 - mean cosine of two rows)\n", fixed(isotropy, 4));
    text += laid_out("effective rank  {} of {}\n", fixed(effective_rank, 1), dim);
    text += laid_out("variance        {} % in 1 direction, {} % in 10; 90 % needs {}, 99 % needs {}\n",
                     fixed(100 * leading_share(spectrum, 1), 1), fixed(100 * leading_share(spectrum, 10), 1),
                     directions_for(spectrum, 0.9), directions_for(spectrum, 0.99));
    if (sampled_rows < rows) text += laid_out("                (the last three from {} rows)\n", sampled_rows);
  }
  for (const std::string& note : notes(*this)) text += "note: " + note + "\n";
  return text;
}

std::string Inspection::to_json() const {
  const nlohmann::ordered_json json = {
      {"path", path},
      {"format", format},
      {"dtype", dtype},
      {"rows", rows},
      {"dim", dim},
      {"nan_rows", nan_rows},
      {"first_nan_row", first_nan_row},
      {"zero_rows", zero_rows},
      {"first_zero_row", first_zero_row},
      {"duplicate_rows", duplicate_rows},
      {"norm",
       {{"mean", norm_mean}, {"min", norm_min}, {"p1", norm_p1}, {"p50", norm_p50}, {"p99", norm_p99}, {"max", norm_max}}},
      {"sampled_rows", sampled_rows},
      {"isotropy", isotropy},
      {"effective_rank", effective_rank},
      {"spectrum", spectrum},
      {"fingerprint",
       {{"unit_rows", fingerprint.unit_rows},
        {"mean_norm", fingerprint.mean_norm},
        {"effective_rank", fingerprint.effective_rank},
        {"share", fingerprint.share}}},
      {"notes", notes(*this)}};
  return json_text(json, 2);
}

}  // namespace vec2vec
