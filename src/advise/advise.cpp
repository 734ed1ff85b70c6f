// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/advise.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "core/boundary.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "space/check_rows.h"
#include "space/sample.h"
#include "space/spectral/spectrum.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Leading axes whose shares are compared; 20, 60 and 150 were tried (docs/research/narrow.md).
constexpr Index kAxes = 60;
/// The part of the job that the comparison of spectra counts as.
constexpr double kSpectraPart = 0.1;

/// Shares of variance of centred unit rows, descending.
std::vector<double> shares(MatrixView rows, int threads) {
  std::vector<double> values = spectrum(centre(rows, threads).rows, threads).values;
  const double sum = std::accumulate(values.begin(), values.end(), 1e-300);
  for (double& value : values) value = std::max(value / sum, 1e-12);
  return values;
}

double distance(const std::vector<double>& a, const std::vector<double>& b, Index axes) {
  double sum = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(axes); ++i) sum += std::abs(std::log(a[i] / b[i]));
  return sum / static_cast<double>(axes);
}

void check(MatrixView rows, const std::string& name) {
  require_enough_rows(rows, name, "at least 64 are needed, and thousands to align");
  require_finite_rows(rows, name);
}

/// What to expect of a store of so many rows when nothing aligned (docs/known-spaces.md, docs/results/alignment.md).
const char* what_rows_do(Index rows) {
  if (rows < 1000)
    return "Fewer than 1,000 rows align with related models only, or with several known models at once: encode the public "
           "texts\n"
           "with three or four models (docs/known-spaces.md). A few known pairs help more than all else.";
  if (rows < 5000)
    return "Unrelated models need about 5,000 rows of one kind a side; with three or four known models 1,000 to 2,000 do\n"
           "(docs/known-spaces.md). A few known pairs help, too.";
  return "There are enough rows: it is the kind of text that differs. Look for public text of the store's kind; from 50 known\n"
         "pairs on, pairs carry the map.";
}

}  // namespace

void AdviceOptions::validate() const {
  const CheckOptions check("AdviceOptions");
  check.at_least(kFewestRowsASide, max_rows, "max_rows");
  check.threads(threads);
}

bool Advice::aligned() const { return !sides.empty() && sides[0].searched && sides[0].verdict == Verdict::kAligned; }

Advice advise(MatrixView store, const std::vector<PublicSide>& sides, const AdviceOptions& options) try {
  options.validate();
  if (sides.empty()) bad_input("there is no public side to compare the store with");
  check(store, "the store");
  Advice advice;
  advice.store_rows = store.rows;
  advice.rows_compared = std::min(options.max_rows, store.rows);
  advice.axes_compared = std::min(kAxes, store.cols);
  for (const PublicSide& side : sides) {
    check(side.rows, side.name);
    // Spectra of fewer rows are steeper, so all sides are compared on equally many.
    advice.rows_compared = std::min(advice.rows_compared, side.rows.rows);
    advice.axes_compared = std::min(advice.axes_compared, side.rows.cols);
  }
  advice.axes_compared = std::min(advice.axes_compared, advice.rows_compared / 2);
  const std::vector<double> of_store = shares(SpreadRows(store, advice.rows_compared), options.threads);
  std::vector<std::pair<double, const PublicSide*>> nearest;
  for (std::size_t s = 0; s < sides.size(); ++s) {
    tell(options.progress, "spectra", kSpectraPart * static_cast<double>(s) / static_cast<double>(sides.size()), "advise");
    const std::vector<double> of_side = shares(SpreadRows(sides[s].rows, advice.rows_compared), options.threads);
    nearest.emplace_back(distance(of_store, of_side, advice.axes_compared), &sides[s]);
  }
  std::stable_sort(nearest.begin(), nearest.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const SpreadRows of_search(store, options.max_rows);
  const double part = (1 - kSpectraPart) / static_cast<double>(sides.size());
  bool search_on = options.search;
  for (std::size_t s = 0; s < nearest.size(); ++s) {
    const auto& [distance_to_store, given] = nearest[s];
    SideAdvice& side = advice.sides.emplace_back(SideAdvice{given->name, given->rows.rows, distance_to_store, false, {}, 0, 0});
    if (!search_on) continue;
    AlignOptions search{.seed = options.seed, .effort = Effort::kLow, .threads = options.threads};
    search.progress =
        part_of(options.progress, kSpectraPart + part * static_cast<double>(s), part, "search among " + side.name);
    const AlignSummary found = align({of_search, SpreadRows(given->rows, options.max_rows), "store", side.name}, search);
    side.searched = true;
    side.verdict = found.verdict;
    side.probability = found.evidence.probability;
    side.seconds = found.seconds;
    search_on = found.verdict != Verdict::kAligned || options.try_all;
  }
  const auto rank = [](const SideAdvice& side) {
    return !side.searched || side.verdict == Verdict::kNotAligned ? 2 : side.verdict == Verdict::kUncertain ? 1 : 0;
  };
  std::stable_sort(advice.sides.begin(), advice.sides.end(),
                   [&](const SideAdvice& a, const SideAdvice& b) { return rank(a) < rank(b); });
  return advice;
} catch (...) {
  rethrow_as_error();
}

std::string Advice::brief() const {
  std::string text = laid_out("{<12}  {>6}  {>8}  {>9}  {}\n", "quick search", "chance", "distance", "rows", "public side");
  bool searched = false;
  for (const SideAdvice& side : sides) {
    searched = searched || side.searched;
    text += laid_out("{<12}  {>6}  {>8}  {>9}  {}\n", side.searched ? to_string(side.verdict) : "not made",
                     side.searched ? probability_text(side.probability) : "", fixed(side.spectrum_distance, 3), side.rows,
                     side.name);
  }
  text += "distance: of the spectra, 0 = the same; a hint of what to try first, no more\n";
  if (searched && !aligned()) text += std::string("\n") + what_rows_do(store_rows) + "\n";
  return text;
}

std::string Advice::to_json() const {
  nlohmann::ordered_json json = {{"store_rows", store_rows},
                                 {"rows_compared", rows_compared},
                                 {"axes_compared", axes_compared},
                                 {"aligned", aligned()},
                                 {"sides", nlohmann::ordered_json::array()}};
  for (const SideAdvice& side : sides) {
    nlohmann::ordered_json entry = {{"name", side.name}, {"rows", side.rows}, {"spectrum_distance", side.spectrum_distance}};
    if (side.searched) {
      entry["verdict"] = to_string(side.verdict);
      entry["probability"] = side.probability;
      entry["seconds"] = side.seconds;
    }
    json["sides"].push_back(std::move(entry));
  }
  return json_text(json, 2);
}

}  // namespace vec2vec
