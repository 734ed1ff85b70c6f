// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/pages.h"

#include <nlohmann/json.hpp>

#include "core/boundary.h"
#include "core/text/json.h"
#include "io/file/atomic_file.h"
#include "report/templates.h"

namespace vec2vec {
namespace {

void put(std::string& page, std::string_view place, std::string_view what) {
  page.replace(page.find(place), place.size(), what);
}

/// A page that draws itself by `draw` from json.
std::string page_of(std::string_view title, std::string_view draw, const std::string& json) {
  std::string page(kPageFrame);
  put(page, "{{TITLE}}", title);
  put(page, "{{STYLE}}", kPageStyle);
  put(page, "{{CHARTS}}", kPageCharts);
  put(page, "{{DRAW}}", draw);
  std::string data;
  for (const char c : json) {  // within <script> only "<" could end the data early
    if (c == '<')
      data += "\\u003c";
    else
      data += c;
  }
  put(page, "{{REPORT}}", data);  // last, so that no mark is replaced within the data
  return page;
}

}  // namespace

std::string align_page(const std::string& json) {
  return page_of("Alignment of two embedding spaces",
                 "const RUNS = " + std::string(kVerdictRuns) + ";\n" + std::string(kDrawAlign), json);
}

std::string audit_page(const std::string& json) { return page_of("Vector store audit", kDrawAudit, json); }

std::string measure_page(const std::string& json, const std::string& csv) try {
  nlohmann::ordered_json report = parse_ordered_json(json);
  report["csv"] = csv;
  return page_of("Measures of embedding spaces", kDrawMeasure, json_text(report));
} catch (...) {
  rethrow_as_error();
}

std::string migration_page(const std::string& json) {
  return page_of("Migration of a column of vectors", std::string(kDrawRetention) + std::string(kDrawMigration), json);
}

std::string gate_page(const std::string& json) {
  return page_of("Gate of a map", std::string(kDrawRetention) + std::string(kDrawGate), json);
}

std::string training_page(const std::string& json) { return page_of("Training of the translator", kDrawTraining, json); }

void save_page(const std::string& path, const std::string& page, bool overwrite) try {
  write_file(path, page, overwrite);
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
