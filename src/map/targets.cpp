// SPDX-License-Identifier: Apache-2.0
#include "map/targets.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/boundary.h"
#include "core/matrix/gemm_rows.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "space/check_rows.h"
#include "space/sample.h"
#include "space/side_by_side.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// The card of the map into one of the spaces alone. It names them all, for the others' rows helped to find the map.
std::string card_of(const Map& map, const Target& target) {
  auto json = map.card.empty() ? nlohmann::ordered_json::object() : parse_ordered_json(map.card);
  json["target"]["name"] = target.name;
  json["target"]["dim"] = target.weight.cols();
  for (const char* of_the_file : {"targets", "format_version", "library_version", "target_spread", "source_share"})
    json.erase(of_the_file);
  json["one_of"] = names_of(map.targets);
  return json_text(json);
}

/// The cosine of the mean of the unit rows of rows (n, d), at most 2,000 of them, with mean (1, d).
double likeness(MatrixView rows, MatrixView mean) {
  const Matrix zero(1, rows.cols), unit = centre_by(SpreadRows(rows, 2000), zero);
  double dot = 0, own = 0, other = 0;
  for (Index c = 0; c < unit.cols(); ++c) {
    double sum = 0;
    for (Index i = 0; i < unit.rows(); ++i) sum += static_cast<double>(unit(i, c));
    const double m = static_cast<double>(mean.row(0)[c]);
    dot += sum * m, own += sum * sum, other += m * m;
  }
  return dot / std::max(std::sqrt(own * other), 1e-300);
}

/// Exchanged spaces of one dimension would give rows without an error. Their means show the exchange, for those of two models
/// have nothing in common. Rows that were centred before have no mean and are taken as they are.
void require_no_swap(const std::vector<Target>& targets, const std::vector<MatrixView>& known) {
  constexpr Index kEnough = 64;  // rows for a mean
  // Of a sum of two cosines of means: exchanged ones gain 0.5 and more, even of tweets and a map of general texts. Not tuned.
  constexpr double kSwapped = 0.3;
  if (known[0].rows < kEnough) return;
  for (std::size_t k = 1; k < known.size(); ++k)
    for (std::size_t other = 0; other < k; ++other) {
      if (known[k].cols != known[other].cols) continue;
      const double as_given = likeness(known[k], targets[k].mean) + likeness(known[other], targets[other].mean),
                   swapped = likeness(known[k], targets[other].mean) + likeness(known[other], targets[k].mean);
      if (swapped - as_given > kSwapped)
        bad_input("rows of '" + targets[other].name + "' and '" + targets[k].name + "' stand in each other's place",
                  "the known spaces", "give them in the map's order: " + listed(names_of(targets)));
    }
}

}  // namespace

std::vector<std::size_t> match_targets(const Map& map, const std::vector<std::string>& names) {
  const std::vector<std::string> targets = names_of(map.targets);
  const std::size_t count = std::max<std::size_t>(1, targets.size());
  const std::string what = count == 1 ? "the map has one known space" : "the map has the known spaces " + listed(targets);
  if (names.size() != count)
    bad_input(
        what + "; " + (names.size() == 1 ? "one was" : std::to_string(names.size()) + " were") + " given", "the known spaces",
        count == 1 ? "one model, or a map of several known spaces" : "one model for each, or `Map::to` with the one of it");
  std::vector<std::size_t> order(count);
  std::size_t found = 0;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const auto name = std::find(names.begin(), names.end(), targets[k]);
    if (name == names.end()) continue;
    order[k] = static_cast<std::size_t>(name - names.begin());
    ++found;
  }
  if (found == targets.size()) return order;
  if (found > 0) bad_input(what + ", not " + listed(names), "the known spaces", "call them by these names, or by none of them");
  for (std::size_t k = 0; k < count; ++k) order[k] = k;
  return order;
}

Map Map::to(const std::string& target) const try {
  for (const Target& t : targets) {
    if (t.name == target) {
      Map map = *this;
      map.targets.clear();
      map.components = Matrix();
      map.target_mean = t.mean;
      map.target_spread = t.spread;
      map.weight = t.weight;
      map.card = card_of(*this, t);
      return map;
    }
  }
  if (targets.empty()) {
    const auto json = parse_json(card.empty() ? "{}" : card);
    const auto found = json.find("target");
    const std::string only = found == json.end() ? "" : found->value("name", "");
    if (only == target && !only.empty()) return *this;
    bad_input("the map has one target, " + (only.empty() ? "without a name" : "'" + only + "'") + ", not '" + target + "'",
              "`Map::to`", "translate without naming a target");
  }
  bad_input("the map has no target '" + target + "'", "`Map::to`", "its targets are " + listed(names_of(targets)));
} catch (...) {
  rethrow_as_error();
}

Matrix Map::consensus(const std::vector<MatrixView>& known) const try {
  if (targets.empty())
    bad_input("the map has one target, so that there is no consensus to enter", "`consensus()`",
              "compare with rows of the target space itself");
  if (known.size() != targets.size())
    bad_input("the map has " + std::to_string(targets.size()) + " known spaces; rows of " + std::to_string(known.size()) +
                  " were given",
              "`consensus()`", "give rows of the same texts by each of them, in the map's order");
  std::vector<Matrix> blocks;
  for (std::size_t k = 0; k < known.size(); ++k) {
    const Target& t = targets[k];
    if (known[k].rows != known[0].rows || known[k].cols != t.weight.cols())
      bad_input("rows of '" + t.name + "' are " + std::to_string(known[k].rows) + " x " + std::to_string(known[k].cols) +
                    " instead of " + std::to_string(known[0].rows) + " x " + std::to_string(t.weight.cols()),
                "`consensus()`", "give rows of the same texts by each known space, in the map's order");
    require_finite_rows(known[k], "rows of '" + t.name + "'");
  }
  require_no_swap(targets, known);
  for (std::size_t k = 0; k < known.size(); ++k) blocks.push_back(centre_by(known[k], targets[k].mean));
  const Matrix rows = side_by_side({blocks.begin(), blocks.end()});
  Matrix out(rows.rows(), target_dim());
  gemm_rows(rows, components, false, out.span());
  normalise_rows(out.span());
  return out;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
