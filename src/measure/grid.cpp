// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/boundary.h"
#include "core/text/number.h"
#include "measure/catalogue.h"
#include "measure/measure_spaces.h"
#include "measure/prepared/side.h"
#include "measure/reference.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Options whose progress functor sees the work of cell `done` of `total` under that cell's name.
MeasureOptions within_grid(const MeasureOptions& options, std::size_t done, std::size_t total) {
  MeasureOptions inner = options;
  if (options.progress && total > 1) {
    const std::string cell = " (" + std::to_string(done + 1) + " of " + std::to_string(total) + ")";
    inner.progress = [&options, cell](std::string_view stage, double part) {
      return options.progress(std::string(stage) + cell, part);
    };
  }
  return inner;
}

struct PreparedSpaces {
  std::vector<Space> spaces;
  std::vector<MeasuredSide> sides;
};

PreparedSpaces prepare(std::span<const NamedRows> given, const std::vector<Index>& chosen, const MeasureOptions& options) {
  PreparedSpaces prepared;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const MeasureOptions inner = within_grid(options, i, given.size());
    prepared.spaces.push_back(prepare_space(given[i], chosen, inner));
    prepared.sides.push_back(measure_side(prepared.spaces.back(), inner));
  }
  return prepared;
}

std::vector<std::string> names_of(std::span<const NamedRows> spaces) {
  std::vector<std::string> names;
  for (const NamedRows& space : spaces) names.push_back(space.name);
  return names;
}

/// Whether x is nearer than y to what the measure gives for equal spaces.
bool better(const MeasureInfo& info, double x, double y) {
  return std::isnan(y) ? !std::isnan(x) : std::abs(info.best - x) < std::abs(info.best - y);
}

/// The best cell of one measure, and the null of the best: over the same cells, pairing by pairing.
SelectedMeasure select(const MeasureGrid& grid, const MeasureInfo& info) {
  SelectedMeasure selected;
  selected.info = &info;
  selected.value = kUndefined;
  std::vector<double> best_null;
  const auto columns = static_cast<Index>(grid.column_names.size());
  for (std::size_t c = 0; c < grid.cells.size(); ++c) {
    const Measure* m = grid.cells[c].find(info.key);
    if (!m) continue;
    if (better(info, m->value, selected.value)) {
      selected.value = m->value;
      selected.row = static_cast<Index>(c) / columns;
      selected.column = static_cast<Index>(c) % columns;
    }
    // Cells of more columns may have had fewer pairings; those that all cells share count.
    if (best_null.empty()) best_null = m->null_values;
    best_null.resize(std::min(best_null.size(), m->null_values.size()));
    for (std::size_t p = 0; p < best_null.size(); ++p)
      if (better(info, m->null_values[p], best_null[p])) best_null[p] = m->null_values[p];
  }
  const auto as_good =
      std::count_if(best_null.begin(), best_null.end(), [&](double x) { return !better(info, selected.value, x); });
  selected.p_value = (1.0 + static_cast<double>(as_good)) / (1.0 + static_cast<double>(best_null.size()));
  const NullSummary null = summarize_null(std::move(best_null));
  selected.null_mean = null.mean;
  selected.null_low = null.low;
  selected.null_high = null.high;
  return selected;
}

}  // namespace

double MeasureGrid::value(std::string_view key, Index row, Index column) const {
  const MeasureInfo* info = find_measure(key);
  const auto columns = static_cast<Index>(column_names.size());
  if (info && square && row > column) {
    std::swap(row, column);
    if (!info->mirror.empty()) key = info->mirror;
  }
  const Measure* m = cells[static_cast<std::size_t>(row * columns + column)].find(key);
  return m ? m->value : kUndefined;
}

MeasureGrid measure_all(std::span<const NamedRows> spaces, const MeasureOptions& options) try {
  options.validate();
  if (spaces.size() < 2) bad_input("a comparison needs at least two spaces");
  require_pairs(spaces, options);
  const std::vector<Index> chosen = choose_rows(spaces[0].rows.rows, options);
  const PreparedSpaces all = prepare(spaces, chosen, options);
  const std::size_t count = spaces.size();
  MeasureGrid grid{names_of(spaces), names_of(spaces), true, std::vector<Measurement>(count * count), {}};
  std::size_t done = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      const MeasureOptions inner = within_grid(options, done++, count * (count - 1) / 2);
      Measurement& cell = grid.cells[i * count + j];
      cell = measure_spaces(all.spaces[i], all.spaces[j], all.sides[i], all.sides[j], spaces[0].rows.rows, inner);
      if (options.against_reference) cell.reference = reference_values(spaces[i], spaces[j], chosen, inner);
    }
  }
  return grid;
} catch (...) {
  rethrow_as_error();
}

MeasureGrid measure_layers(std::span<const NamedRows> a, std::span<const NamedRows> b, const MeasureOptions& options) try {
  options.validate();
  if (a.empty() || b.empty()) bad_input("a comparison needs at least one layer a side");
  std::vector<NamedRows> both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  require_pairs(both, options);
  const std::vector<Index> chosen = choose_rows(a[0].rows.rows, options);
  const PreparedSpaces all_a = prepare(a, chosen, options), all_b = prepare(b, chosen, options);
  MeasureGrid grid{names_of(a), names_of(b), false, {}, {}};
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      const MeasureOptions inner = within_grid(options, grid.cells.size(), a.size() * b.size());
      grid.cells.push_back(
          measure_spaces(all_a.spaces[i], all_b.spaces[j], all_a.sides[i], all_b.sides[j], a[0].rows.rows, inner));
      if (options.against_reference) grid.cells.back().reference = reference_values(a[i], b[j], chosen, inner);
    }
  }
  for (const MeasureInfo& info : measure_catalogue()) {
    const bool measured =
        std::any_of(grid.cells.begin(), grid.cells.end(), [&](const Measurement& m) { return m.find(info.key) != nullptr; });
    if (measured) grid.selected.push_back(select(grid, info));
  }
  return grid;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
