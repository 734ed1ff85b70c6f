#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

#include "vec2vec/inspect.h"

namespace vec2vec {
namespace {

/// snprintf into a string; every use below stays under 200 characters (paths are added apart).
template <class... Values>
std::string format_line(const char* format, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

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

std::string notes(const Inspection& i) {
  std::string text;
  const auto note = [&](const std::string& line) { text += "note: " + line + "\n"; };
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
  return text;
}

}  // namespace

std::string Inspection::brief() const {
  const auto count = [](Index x) { return static_cast<long long>(x); };
  std::string text = path + "\n";
  text += format_line("format          %s, %s\n", format.c_str(), dtype.c_str());
  text += format_line("shape           %lld rows x %lld\n", count(rows), count(dim));
  text += format_line("rows with NaN   %lld\n", count(nan_rows));
  text += format_line("zero rows       %lld\n", count(zero_rows));
  text += format_line("duplicate rows  %lld\n", count(duplicate_rows));
  text += format_line("norm            mean %.4g, min %.4g, 1 %% %.4g, median %.4g, 99 %% %.4g, max %.4g\n", norm_mean,
                      norm_min, norm_p1, norm_p50, norm_p99, norm_max);
  if (!spectrum.empty()) {
    text += format_line("isotropy        %.4f (1 - mean cosine of two rows)\n", isotropy);
    text += format_line("effective rank  %.1f of %lld\n", effective_rank, count(dim));
    text += format_line("variance        %.1f %% in 1 direction, %.1f %% in 10; 90 %% needs %lld, 99 %% needs %lld\n",
                        100 * leading_share(spectrum, 1), 100 * leading_share(spectrum, 10),
                        count(directions_for(spectrum, 0.9)), count(directions_for(spectrum, 0.99)));
    if (sampled_rows < rows) text += format_line("                (the last three from %lld rows)\n", count(sampled_rows));
  }
  return text + notes(*this);
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
        {"share", fingerprint.share}}}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace vec2vec
