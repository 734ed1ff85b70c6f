// SPDX-License-Identifier: Apache-2.0
#include "audit/known_spaces.h"

#include <string>
#include <utility>

#include "consensus/consensus.h"
#include "consensus/same_texts.h"
#include "map/targets.h"
#include "space/check_rows.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// The sets of vectors of a space, with what they are called.
struct RowSet {
  const char* name;
  MatrixView AuditSpace::*rows;
};
constexpr RowSet kRowSets[] = {{"the candidates", &AuditSpace::candidates},
                               {"the label vectors", &AuditSpace::label_rows},
                               {"the word vectors", &AuditSpace::word_rows},
                               {"the native rows", &AuditSpace::native}};

void check_dimensions(const AuditSpace& space, const std::string& of) {
  require_finite_rows(space.public_rows, "the public rows" + of);
  for (const RowSet& set : kRowSets) {
    const MatrixView rows = space.*set.rows;
    if (rows.rows > 0 && rows.cols != space.public_rows.cols)
      bad_input("have dimension " + std::to_string(rows.cols) + ", but the public rows have " +
                    std::to_string(space.public_rows.cols),
                set.name + of, "encode them with the model of the known space");
    require_finite_rows(rows, set.name + of);
  }
}

/// Checks that two models encoded the same texts. The public rows show it when the texts have another order.
void check_texts(const AuditSpace& first, const AuditSpace& other) {
  const auto require_equal = [&](MatrixView a, MatrixView b, const char* name) {
    if (a.rows != b.rows)
      bad_input("are " + std::to_string(b.rows) + " vectors by '" + other.name + "' and " + std::to_string(a.rows) + " by '" +
                    first.name + "'",
                name, "encode the same texts with each model");
  };
  require_equal(first.public_rows, other.public_rows, "the public rows");
  for (const RowSet& set : kRowSets) require_equal(first.*set.rows, other.*set.rows, set.name);
  if (static_cast<bool>(first.encode) != static_cast<bool>(other.encode))
    bad_input("are given for some of the known spaces only", "the encoders", "one for each");
  constexpr Index kEnough = 64;  // rows for a finding
  if (first.public_rows.rows >= kEnough)
    check_same_texts(centre(first.public_rows, 0).rows, first.name, centre(other.public_rows, 0).rows, other.name);
}

AuditProblem with(const AuditProblem& problem, const AuditSpace& space) {
  AuditProblem one = problem;
  one.more_spaces.clear();
  one.public_name = space.name;
  one.public_rows = space.public_rows;
  one.label_rows = space.label_rows;
  one.word_rows = space.word_rows;
  one.candidates = space.candidates;
  one.native = space.native;
  one.encode = space.encode;
  return one;
}

}  // namespace

std::vector<AuditSpace> known_spaces_of(const AuditProblem& p) {
  std::vector<AuditSpace> spaces = {
      {p.public_name, p.public_rows, p.label_rows, p.word_rows, p.candidates, p.native, p.encode}};
  spaces.insert(spaces.end(), p.more_spaces.begin(), p.more_spaces.end());
  for (std::size_t k = 0; k < spaces.size(); ++k)
    if (spaces[k].name.empty()) spaces[k].name = "known " + std::to_string(k + 1);
  return spaces;
}

void check_known_spaces(const AuditProblem& problem) {
  const std::vector<AuditSpace> spaces = known_spaces_of(problem);
  require_distinct_names(names_of(spaces));
  for (std::size_t k = 0; k < spaces.size(); ++k) {
    check_dimensions(spaces[k], spaces.size() > 1 ? " of '" + spaces[k].name + "'" : "");
    if (k > 0) check_texts(spaces[0], spaces[k]);
  }
}

bool leads_between(const Map& map, const AuditProblem& problem) {
  if (map.source_dim() != problem.store.cols) return false;
  if (map.targets.empty()) return map.target_dim() == problem.public_rows.cols;
  const std::vector<AuditSpace> spaces = known_spaces_of(problem);
  for (std::size_t k = 0; k < spaces.size(); ++k)
    if (spaces[k].public_rows.cols != map.targets[k].mean.cols()) return false;
  return true;
}

AuditProblem in_order_of(const Map& map, const AuditProblem& problem) {
  const std::vector<AuditSpace> spaces = known_spaces_of(problem);
  const std::vector<std::size_t> order = match_targets(map, names_of(spaces));
  AuditProblem ordered = with(problem, spaces[order[0]]);
  for (std::size_t k = 1; k < order.size(); ++k) ordered.more_spaces.push_back(spaces[order[k]]);
  return ordered;
}

OneSpace in_one_space(const Map& map, const AuditProblem& problem) {
  const std::vector<AuditSpace> spaces = known_spaces_of(problem);
  if (spaces.size() == 1) return {problem, {}};
  OneSpace one;
  const auto consensus = [&](MatrixView AuditSpace::*set) {
    if ((spaces[0].*set).rows == 0) return MatrixView{};
    std::vector<MatrixView> known;
    for (const AuditSpace& space : spaces) known.push_back(space.*set);
    return one.rows.emplace_back(map.consensus(known)).view();
  };
  AuditSpace together{"consensus", consensus(&AuditSpace::public_rows)};
  for (const RowSet& set : kRowSets) together.*set.rows = consensus(set.rows);
  if (problem.encode) {
    std::vector<TextEncoder> encoders;
    for (const AuditSpace& space : spaces) encoders.push_back(space.encode);
    together.encode = consensus_encoder(map, std::move(encoders));
  }
  one.problem = with(problem, together);
  return one;
}

}  // namespace vec2vec
