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

std::string html_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

/// Names longer than fits beside a heat map keep their end, which tells layers apart.
std::string shortened(const std::string& name) {
  constexpr std::size_t kLongest = 22;
  if (name.size() <= kLongest) return name;
  std::size_t from = name.size() - kLongest + 1;
  while (from < name.size() && (static_cast<unsigned char>(name[from]) & 0xC0) == 0x80) ++from;  // not inside a UTF-8 character
  return "…" + name.substr(from);
}

/// From white (chance) to blue (the same): lightness falls evenly.
std::string colour(double share) {
  share = std::clamp(share, 0.0, 1.0);
  const auto mix = [share](int from, int to) { return static_cast<int>(std::lround(from + share * (to - from))); };
  std::string text = "#";
  for (const int part : {mix(255, 8), mix(255, 64), mix(255, 129)}) {
    text += "0123456789abcdef"[part / 16];
    text += "0123456789abcdef"[part % 16];
  }
  return text;
}

/// The cell that was measured for (row, column), sides perhaps exchanged; nullptr on a square grid's diagonal.
const Measure* measure_at(const MeasureGrid& grid, const MeasureInfo& info, Index row, Index column) {
  std::string_view key = info.key;
  if (grid.square && row > column) {
    std::swap(row, column);
    if (!info.mirror.empty()) key = info.mirror;
  }
  return grid.cells[static_cast<std::size_t>(row) * grid.column_names.size() + static_cast<std::size_t>(column)].find(key);
}

std::string heat_map(const MeasureGrid& grid, const MeasureInfo& info) {
  constexpr int kCell = 56, kHeight = 30, kLeft = 170, kTop = 120;
  const auto rows = static_cast<Index>(grid.row_names.size()), columns = static_cast<Index>(grid.column_names.size());
  const int width = kLeft + static_cast<int>(columns) * kCell + 80, height = kTop + static_cast<int>(rows) * kHeight + 10;
  std::string svg =
      laid_out("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" role=\"img\">\n", width, height);
  for (Index j = 0; j < columns; ++j) {
    const int x = kLeft + static_cast<int>(j) * kCell + kCell / 2;
    svg += laid_out("<text transform=\"translate({},{}) rotate(-45)\">", x, kTop - 8) +
           html_text(shortened(grid.column_names[static_cast<std::size_t>(j)])) + "</text>\n";
  }
  for (Index i = 0; i < rows; ++i) {
    const int y = kTop + static_cast<int>(i) * kHeight;
    svg += laid_out("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">", kLeft - 8, y + 20) +
           html_text(shortened(grid.row_names[static_cast<std::size_t>(i)])) + "</text>\n";
    for (Index j = 0; j < columns; ++j) {
      const Measure* m = measure_at(grid, info, i, j);
      const int x = kLeft + static_cast<int>(j) * kCell;
      // The adjusted value colours: measures of different scales and nulls look alike.
      const double share = m && std::isfinite(m->adjusted) ? m->adjusted : 0;
      svg += laid_out("<g><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>", x, y, kCell - 1, kHeight - 1,
                      m ? colour(share) : "#eeeeee");
      if (m) {
        svg += laid_out("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{}\">{}</text>", x + kCell / 2, y + 20,
                        share > 0.5 ? "#ffffff" : "#000000", cell_text(m->value));
        svg += "<title>" + html_text(grid.row_names[static_cast<std::size_t>(i)]) + " / " +
               html_text(grid.column_names[static_cast<std::size_t>(j)]) +
               laid_out(": {} (95 %: {} .. {}), null {} ({} .. {}), adjusted {}", figure(m->value), figure(m->low),
                        figure(m->high), figure(m->null_mean), figure(m->null_low), figure(m->null_high), figure(m->adjusted)) +
               "</title>";
      }
      svg += "</g>\n";
    }
  }
  return svg + "</svg>\n";
}

const SelectedMeasure* selected_of(const MeasureGrid& grid, const MeasureInfo& info) {
  for (const SelectedMeasure& s : grid.selected)
    if (s.info == &info) return &s;
  return nullptr;
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
  return text + "\nIntervals and nulls: `MeasureGrid::to_json()`, `MeasureGrid::to_csv()`, `MeasureGrid::to_html()`\n";
}

std::string MeasureGrid::to_json() const {
  nlohmann::ordered_json json = {{"rows", row_names}, {"columns", column_names}, {"layers", !square}};
  for (const MeasureInfo* info : measured(*this)) {
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

std::string MeasureGrid::to_html() const {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Measures by vec2vec</title>\n"
      "<style>body{font:14px sans-serif;margin:2em} svg text{font:12px sans-serif} h2{margin-bottom:0}</style></head><body>\n"
      "<h1>How alike are the spaces?</h1>\n"
      "<p>Numbers are values; colours run from white (rows paired at random) to blue (the same up to what the measure "
      "ignores). A cell's interval and null show under the pointer.</p>\n";
  for (const MeasureInfo* info : measured(*this)) {
    text += "<h2>" + html_text(info->title) + "</h2><p>" + html_text(info->key) + ": " + html_text(info->estimator) + "</p>\n";
    if (const SelectedMeasure* s = selected_of(*this, *info)) text += "<p>" + html_text(selection_text(*this, *s)) + "</p>\n";
    text += heat_map(*this, *info);
  }
  return text + "</body></html>\n";
}

}  // namespace vec2vec
