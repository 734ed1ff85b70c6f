// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/boundary.h"
#include "core/text/number.h"
#include "io/table/cells.h"
#include "vec2vec/error.h"
#include "vec2vec/measure_trend.h"
#include "vec2vec/texts.h"

namespace vec2vec {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  CellReader reader(line, {.separator = ',', .quotes = true});
  std::vector<std::string> cells;
  for (TextCell cell; reader.next(cell);) cells.emplace_back(cell.text);
  return cells;
}

/// Which column holds what.
struct Columns {
  std::size_t name, family, count;
  std::vector<std::size_t> traits;
};

Columns columns_of(const std::vector<std::string>& heads, const std::string& path) {
  const auto place = [&](const char* what) {
    return static_cast<std::size_t>(std::find(heads.begin(), heads.end(), what) - heads.begin());
  };
  Columns columns{place("name"), place("family"), heads.size(), {}};
  for (std::size_t i = 0; i < heads.size(); ++i)
    if (i != columns.name && i != columns.family) columns.traits.push_back(i);
  if (columns.name == heads.size() || columns.traits.empty())
    bad_input("does not name its columns", path + ", line 1", "a first line such as name,family,competence,parameters");
  return columns;
}

}  // namespace

TraitTable read_traits(const std::string& path) try {
  const std::vector<std::string> lines = read_texts(path);
  const std::vector<std::string> heads = cells_of(lines[0]);
  const Columns columns = columns_of(heads, path);
  TraitTable table;
  for (const std::size_t i : columns.traits) table.traits.push_back(heads[i]);
  std::set<std::string> seen;
  for (std::size_t l = 1; l < lines.size(); ++l) {
    if (lines[l].empty()) continue;
    const std::string where = path + ", line " + std::to_string(l + 1);
    const std::vector<std::string> cells = cells_of(lines[l]);
    if (cells.size() != columns.count)
      bad_input("has " + std::to_string(cells.size()) + " cells, and the first line " + std::to_string(columns.count), where,
                "leave a cell empty where a value is unknown");
    SpaceTraits space{cells[columns.name], columns.family < columns.count ? cells[columns.family] : "", {}};
    if (!seen.insert(space.name).second) bad_input("names '" + space.name + "' again", where, "one line for each space");
    for (const std::size_t i : columns.traits) {
      const std::optional<double> value = cells[i].empty() ? kUndefined : parse_number(cells[i]);
      if (!value)
        bad_input("'" + cells[i] + "' is no number", where + ", " + heads[i], "a number, or nothing where it is unknown");
      space.values.push_back(*value);
    }
    table.spaces.push_back(std::move(space));
  }
  return table;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
