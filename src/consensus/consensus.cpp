#include "consensus/consensus.h"

#include <utility>

#include "consensus/same_texts.h"
#include "consensus/shared_components.h"
#include "space/side_by_side.h"
#include "space/spectral/spectrum.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {

Consensus make_consensus(const std::vector<KnownSpace>& known, int threads) {
  for (std::size_t k = 1; k < known.size(); ++k)
    for (std::size_t other = 0; other < k; ++other)
      if (known[k].name == known[other].name)
        bad_input("two known spaces have the same name", "'" + known[k].name + "'", "give each a name of its own");
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
  consensus.rows = centre(project(consensus.side_by_side, consensus.components, threads), threads);
  return consensus;
}

}  // namespace vec2vec
