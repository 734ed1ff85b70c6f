// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "vec2vec/map.h"

namespace vec2vec {

/// The names of targets, known spaces and whatever else has one.
template <typename Named>
std::vector<std::string> names_of(const std::vector<Named>& several) {
  std::vector<std::string> names;
  for (const Named& one : several) names.push_back(one.name);
  return names;
}

/// Which of the spaces called `names` each target of the map is: by name when the names are those of the targets, in the order
/// given when none of them is. A map of one space takes one, whatever its name. Throws Error{kBadInput} for another number of
/// spaces, and when only some of the names are those of targets.
std::vector<std::size_t> match_targets(const Map& map, const std::vector<std::string>& names);

}  // namespace vec2vec
