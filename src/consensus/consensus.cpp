#include "consensus/consensus.h"

#include <utility>

#include "consensus/same_texts.h"
#include "space/side_by_side.h"
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
    consensus.shares.push_back(1.0f);
    centred.push_back(std::move(rows.rows));
  }
  consensus.rows = side_by_side(consensus.shares, centred);
  return consensus;
}

}  // namespace vec2vec
