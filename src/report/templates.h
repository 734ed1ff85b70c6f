// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace vec2vec {

// The parts of a page, compiled in (cmake/embed.cmake). The frame has {{TITLE}}, {{STYLE}}, {{CHARTS}}, {{DRAW}} and
// {{REPORT}}.
extern const std::string_view kPageFrame;      ///< page.html
extern const std::string_view kPageStyle;      ///< page.css
extern const std::string_view kPageCharts;     ///< charts.js
extern const std::string_view kDrawAlign;      ///< align.js
extern const std::string_view kVerdictRuns;    ///< verdict_runs.json, which bench/verdict/page_runs.py writes
extern const std::string_view kDrawAudit;      ///< audit.js
extern const std::string_view kDrawGate;       ///< gate.js
extern const std::string_view kDrawMeasure;    ///< measure.js
extern const std::string_view kDrawMigration;  ///< migration.js
extern const std::string_view kDrawRetention;  ///< retention.js, before gate.js and migration.js
extern const std::string_view kDrawTraining;   ///< training.js

}  // namespace vec2vec
