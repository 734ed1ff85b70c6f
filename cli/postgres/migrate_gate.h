// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/common/command.h"
#include "vec2vec/gate.h"
#include "vec2vec/postgres.h"

namespace vec2vec::cli {

/// The limits that a migration must keep before anything is written.
struct MigrateGateArguments {
  std::string queries, new_queries;
  std::vector<double> thresholds;
  double min_recall = 0.25;
  bool ignore_verdict = false;
};

void add_migrate_gate(CLI::App& command, MigrateGateArguments& arguments);

struct MigrateGate {
  GateReport report;
  std::optional<Retention> retention;
  std::string advice;  ///< whether to translate, or to embed the texts anew

  bool passed() const { return report.passed(); }
  std::string brief() const;
  void add_to(nlohmann::ordered_json& json) const;
};

/// Compares the map's verdict, and what the search of the queries keeps in a sample of the column, with the limits. A map of
/// known pairs has no verdict, and passes. with_queries: the column still holds vectors of the map's source.
MigrateGate check_migration(const Map& map, const PostgresColumn& column, const MigrateGateArguments& arguments,
                            bool with_queries, const Common& common, const Progress& progress);

}  // namespace vec2vec::cli
