// SPDX-License-Identifier: Apache-2.0
#include "consensus/consensus.h"

#include <algorithm>
#include <utility>

#include "consensus/same_texts.h"
#include "consensus/shared_components.h"
#include "space/side_by_side.h"
#include "space/spectral/spectrum.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {

void require_distinct_names(const std::vector<std::string>& names) {
  for (auto name = names.begin(); name != names.end(); ++name)
    if (std::find(names.begin(), name, *name) != name)
      bad_input("two known spaces have the same name", "'" + *name + "'", "give each a name of its own");
}

Consensus make_consensus(const std::vector<KnownSpace>& known, int threads) {
  std::vector<std::string> names;
  for (const KnownSpace& space : known) names.push_back(space.name);
  require_distinct_names(names);
  Consensus consensus;
  std::vector<Matrix> centred;
  for (const KnownSpace& space : known) {
    CentredRows rows = centre(space.rows, threads);
    if (!centred.empty()) check_same_texts(centred[0], known[0].name, rows.rows, space.name);
    consensus.means.push_back(std::move(rows.mean));
    consensus.spreads.push_back(rows.spread);
    centred.push_back(std::move(rows.rows));
  }
  consensus.side_by_side = side_by_side({centred.begin(), centred.end()});
  consensus.components = shared_components(centred, consensus.side_by_side, threads);
  normalise_rows(consensus.side_by_side.span());
  CentredRows rows = centre(project(consensus.side_by_side, consensus.components, threads), threads);
  consensus.mean = std::move(rows.mean);
  consensus.spread = rows.spread;
  return consensus;
}

}  // namespace vec2vec
