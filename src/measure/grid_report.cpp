// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "measure/catalogue.h"
#include "measure/json.h"

namespace vec2vec {
namespace {

/// Measures that at least one cell holds.
std::vector<const MeasureInfo*> measured(const MeasureGrid& grid) {
  std::vector<const MeasureInfo*> found;
  for (const MeasureInfo& info : measure_catalogue()) {
    if (std::any_of(grid.cells.begin(), grid.cells.end(), [&](const Measurement& m) { return m.find(info.key) != nullptr; }))
      found.push_back(&info);
  }
  return found;
}

std::string cell_text(double value) { return std::isnan(value) ? "-" : fixed(value, 3); }

/// A field of a CSV file (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted(1, '"');
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  quoted += '"';
  return quoted;
}

const SelectedMeasure* selected_of(const MeasureGrid& grid, const MeasureInfo& info) {
  for (const SelectedMeasure& s : grid.selected)
    if (s.info == &info) return &s;
  return nullptr;
}

nlohmann::ordered_json described(const MeasureInfo& info) {
  return {{"title", info.title},        {"family", info.family}, {"closer", lower_is_closer(info) ? "lower" : "higher"},
          {"best", info.best},          {"mirror", info.mirror}, {"biased", info.biased},
          {"estimator", info.estimator}};
}

std::string selection_text(const MeasureGrid& grid, const SelectedMeasure& s) {
  return "selected (best of " + std::to_string(grid.cells.size()) + "): " + fixed(s.value, 4) + " at " +
         grid.row_names[static_cast<std::size_t>(s.row)] + " / " + grid.column_names[static_cast<std::size_t>(s.column)] +
         laid_out("; null of the best {} ({} .. {}), p = {}", fixed(s.null_mean, 4), fixed(s.null_low, 4),
                  fixed(s.null_high, 4), significant(s.p_value, 2));
}

}  // namespace

std::string MeasureGrid::brief() const {
  std::string text;
  std::size_t width = 8;
  for (const std::string& name : row_names) width = std::max(width, name.size() + 2);
  for (const MeasureInfo* info : measured(*this)) {
    text += info->title + "\n" + std::string(width, ' ');
    for (std::size_t j = 0; j < column_names.size(); ++j) text += laid_out("{>8}", laid_out("({})", j + 1));
    text += "\n";
    for (std::size_t i = 0; i < row_names.size(); ++i) {
      text += row_names[i] + std::string(width - row_names[i].size(), ' ');
      for (std::size_t j = 0; j < column_names.size(); ++j)
        text += laid_out("{>8}", cell_text(value(info->key, static_cast<Index>(i), static_cast<Index>(j))));
      text += "\n";
    }
    if (const SelectedMeasure* s = selected_of(*this, *info)) text += selection_text(*this, *s) + "\n";
    text += "\n";
  }
  text += "Columns:";
  for (std::size_t j = 0; j < column_names.size(); ++j) text += " (" + std::to_string(j + 1) + ") " + column_names[j];
  return text + "\nIntervals and nulls: `MeasureGrid::to_json()`, `MeasureGrid::to_csv()`, `measure_page()`\n";
}

std::string MeasureGrid::to_json() const {
  nlohmann::ordered_json json = {{"rows", row_names}, {"columns", column_names}, {"layers", !square}};
  for (const MeasureInfo* info : measured(*this)) {
    json["catalogue"][info->key] = described(*info);
    nlohmann::ordered_json matrix = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < row_names.size(); ++i) {
      nlohmann::ordered_json line = nlohmann::ordered_json::array();
      for (std::size_t j = 0; j < column_names.size(); ++j)
        line.push_back(value(info->key, static_cast<Index>(i), static_cast<Index>(j)));
      matrix.push_back(line);
    }
    json["matrices"][info->key] = matrix;
    if (const SelectedMeasure* s = selected_of(*this, *info)) {
      json["selected"][info->key] = {{"row", row_names[static_cast<std::size_t>(s->row)]},
                                     {"column", column_names[static_cast<std::size_t>(s->column)]},
                                     {"value", s->value},
                                     {"best_of", cells.size()},
                                     {"null_of_best", {{"mean", s->null_mean}, {"low", s->null_low}, {"high", s->null_high}}},
                                     {"p_value", s->p_value}};
    }
  }
  json["pairs"] = nlohmann::ordered_json::array();
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (cells[c].rows == 0) continue;
    nlohmann::ordered_json pair = {{"row", row_names[c / column_names.size()]},
                                   {"column", column_names[c % column_names.size()]}};
    pair.update(json_of(cells[c]));
    json["pairs"].push_back(pair);
  }
  return json_text(json, 2);
}

std::string MeasureGrid::to_csv() const {
  std::string text = "a,b,measure,value,low,high,null_mean,null_low,null_high,permutations,adjusted,rows,k,estimate,biased\n";
  for (std::size_t c = 0; c < cells.size(); ++c) {
    for (const Measure& m : cells[c].measures) {
      text += csv_field(row_names[c / column_names.size()]) + "," + csv_field(column_names[c % column_names.size()]) + "," +
              m.info->key;
      for (const double x : {m.value, m.low, m.high, m.null_mean, m.null_low, m.null_high})
        text += "," + (std::isnan(x) ? std::string() : significant(x, 9));  // empty where undefined or not asked for
      text += laid_out(",{},{},{},{},{},{}\n", m.null_values.size(), significant(m.adjusted, 9), m.rows, cells[c].k,
                       int{m.estimate}, int{m.info->biased});
    }
  }
  return text;
}

}  // namespace vec2vec
