#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/boundary.h"
#include "core/json.h"
#include "space/check_rows.h"
#include "space/side_by_side.h"
#include "space/unit.h"
#include "vec2vec/error.h"
#include "vec2vec/map.h"

namespace vec2vec {
namespace {

/// The card of the map into one of the spaces alone. It names them all: the others' rows helped to find the map.
std::string card_of(const Map& map, const Target& target) {
  auto json = map.card.empty() ? nlohmann::ordered_json::object() : nlohmann::ordered_json::parse(map.card);
  json["target"]["name"] = target.name;
  json["target"]["dim"] = target.weight.cols();
  for (const char* of_the_file : {"targets", "format_version", "library_version", "target_spread", "source_share"})
    json.erase(of_the_file);
  json["one_of"] = nlohmann::ordered_json::array();
  for (const Target& one : map.targets) json["one_of"].push_back(one.name);
  return json_text(json);
}

}  // namespace

Map Map::to(const std::string& target) const try {
  std::string names;
  for (const Target& t : targets) {
    if (t.name == target) {
      Map map = *this;
      map.targets.clear();
      map.target_mean = t.mean;
      map.target_spread = t.spread;
      map.weight = t.weight;
      map.card = card_of(*this, t);
      return map;
    }
    names += (names.empty() ? "" : ", ") + t.name;
  }
  if (targets.empty()) {
    const auto json = nlohmann::json::parse(card.empty() ? "{}" : card);
    const auto found = json.find("target");
    const std::string only = found == json.end() ? "" : found->value("name", "");
    if (only == target && !only.empty()) return *this;
    bad_input("the map has one target, " + (only.empty() ? "without a name" : "'" + only + "'") + ", not '" + target + "'",
              "`Map::to`", "translate without naming a target");
  }
  bad_input("the map has no target '" + target + "'", "`Map::to`", "its targets are " + names);
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
  std::vector<float> shares;
  std::vector<Matrix> blocks;
  for (std::size_t k = 0; k < known.size(); ++k) {
    const Target& t = targets[k];
    if (known[k].rows != known[0].rows || known[k].cols != t.weight.cols())
      bad_input("rows of '" + t.name + "' are " + std::to_string(known[k].rows) + " x " + std::to_string(known[k].cols) +
                    " instead of " + std::to_string(known[0].rows) + " x " + std::to_string(t.weight.cols()),
                "`consensus()`", "give rows of the same texts by each known space, in the map's order");
    require_finite_rows(known[k], "rows of '" + t.name + "'");
    shares.push_back(t.share);
    blocks.push_back(centre_by(known[k], t.mean));
  }
  return side_by_side(shares, blocks);
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
