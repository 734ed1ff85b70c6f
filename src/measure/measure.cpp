// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/measure.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/boundary.h"
#include "core/random.h"
#include "measure/catalogue.h"
#include "measure/families/cka.h"
#include "measure/families/cknna.h"
#include "measure/families/lists.h"
#include "measure/families/maps.h"
#include "measure/families/pairs.h"
#include "measure/families/retrieval.h"
#include "measure/measure_spaces.h"
#include "measure/prepared/side.h"
#include "measure/reference.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kFewestRows = 20;  // two rows for each jackknife group

std::string list_of_keys() {
  std::string text;
  for (const MeasureInfo& info : measure_catalogue()) text += (text.empty() ? "" : ", ") + info.key;
  return text;
}

/// Joins a family's estimates with the catalogue, for the measures asked for.
void add(std::vector<Estimate> estimates, const MeasureOptions& options, Measurement& result) {
  for (Estimate& e : estimates) {
    if (!wanted(e.key, options)) continue;
    Measure m;
    m.info = find_measure(e.key);
    m.value = e.value;
    m.low = e.interval.low;
    m.high = e.interval.high;
    const NullSummary null = summarize_null(e.null_values);
    m.null_mean = null.mean;
    m.null_low = null.low;
    m.null_high = null.high;
    m.null_values = std::move(e.null_values);
    m.adjusted = (m.value - m.null_mean) / (m.info->best - m.null_mean);
    m.rows = e.rows;
    // Anchors are no rows left out: they are what the others are compared with.
    m.estimate = result.rows < result.rows_given || (m.info->family == "pairs" && e.rows < result.rows);
    result.measures.push_back(std::move(m));
  }
}

}  // namespace

void MeasureOptions::validate() const {
  const CheckOptions check("MeasureOptions");
  const auto rows = [&](Index value, const char* option) {
    check.require(value == 0 || value >= kFewestRows, option, "must be 0 or at least 20, but is " + std::to_string(value));
  };
  check.at_least(2, k, "k");
  rows(max_rows, "max_rows");
  rows(pair_rows, "pair_rows");
  check.within(10, 1000000, permutations, "permutations");
  check.bootstrap(bootstrap);
  check.at_least(2, anchors, "anchors");
  check.at_least(2, pool, "pool");
  check.require(rbf_sigma >= 0 && std::isfinite(rbf_sigma), "rbf_sigma", "must be 0 or a positive number");
  check.threads(threads);
  for (const std::string& name : only) {
    const auto& all = measure_catalogue();
    if (std::none_of(all.begin(), all.end(), [&](const MeasureInfo& i) { return i.key == name || i.family == name; }))
      bad_input("there is no measure or family of the name " + name, "`MeasureOptions::only`", list_of_keys());
  }
}

std::vector<Index> choose_rows(Index given, const MeasureOptions& options) {
  if (options.max_rows == 0 || options.max_rows >= given) return identity_pairing(given);
  std::vector<Index> rows = Random(options.seed, Stream::kSample).sample(given, options.max_rows);
  std::sort(rows.begin(), rows.end());
  return rows;
}

void require_pairs(std::span<const NamedRows> spaces, const MeasureOptions& options) {
  const Index n = spaces[0].rows.rows;
  for (const NamedRows& space : spaces) {
    if (space.rows.rows != n) {
      bad_input("has " + std::to_string(space.rows.rows) + " rows, but " + spaces[0].name + " has " + std::to_string(n),
                space.name, "give rows that belong together one to one");
    }
  }
  const Index used = options.max_rows > 0 ? std::min(options.max_rows, n) : n;
  if (used < kFewestRows) bad_input("needs at least 20 rows, has " + std::to_string(used), spaces[0].name);
  if (used <= options.k) {
    bad_input("k must be below the number of rows, but k is " + std::to_string(options.k) + " and there are " +
                  std::to_string(used) + " rows",
              "`MeasureOptions::k`", "a smaller k");
  }
}

Space prepare_space(const NamedRows& given, const std::vector<Index>& chosen, const MeasureOptions& options) {
  Space space = make_space(given, chosen, options.threads);
  // The search costs n^2; families that do without it stay fast, and intrinsic dimension comes with it.
  if (wanted("knn", options) || wanted("cknna", options)) find_neighbours(space, options.k, options.threads, options.progress);
  return space;
}

Measurement measure_spaces(const Space& a, const Space& b, const MeasuredSide& side_a, const MeasuredSide& side_b,
                           Index rows_given, const MeasureOptions& options) {
  Measurement result;
  result.rows = a.rows();
  result.rows_given = rows_given;
  result.k = options.k;
  result.a = side_a;
  result.b = side_b;
  if (wanted("knn", options)) add(measure_lists(a, b, options), options, result);
  if (wanted("cknna", options)) add(measure_cknna(a, b, options), options, result);
  if (wanted("cka", options)) add(measure_cka(a, b, options), options, result);
  if (wanted("pairs", options)) add(measure_pairs(a, b, options), options, result);
  if (wanted("maps", options)) add(measure_maps(a, b, options), options, result);
  if (wanted("relative", options)) add(measure_relative(a, b, options), options, result);
  if (wanted("identity", options)) add(measure_identity(a, b, options), options, result);
  const auto place = [](const Measure& m) { return m.info - measure_catalogue().data(); };
  std::sort(result.measures.begin(), result.measures.end(),
            [&](const Measure& x, const Measure& y) { return place(x) < place(y); });
  return result;
}

const Measure* Measurement::find(std::string_view key) const {
  const auto found = std::find_if(measures.begin(), measures.end(), [&](const Measure& m) { return m.info->key == key; });
  return found == measures.end() ? nullptr : &*found;
}

Measurement measure(const NamedRows& a, const NamedRows& b, const MeasureOptions& options) try {
  options.validate();
  require_pairs(std::array{a, b}, options);
  const std::vector<Index> chosen = choose_rows(a.rows.rows, options);
  const Space space_a = prepare_space(a, chosen, options), space_b = prepare_space(b, chosen, options);
  Measurement result =
      measure_spaces(space_a, space_b, measure_side(space_a, options), measure_side(space_b, options), a.rows.rows, options);
  if (options.against_reference) result.reference = reference_values(a, b, chosen, options);
  return result;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
