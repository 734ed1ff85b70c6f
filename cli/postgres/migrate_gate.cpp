// SPDX-License-Identifier: Apache-2.0
#include "cli/postgres/migrate_gate.h"

#include "cli/common/files.h"
#include "core/text/json.h"

namespace vec2vec::cli {
namespace {

constexpr Index kDocuments = 20000, kQueries = 1000;

std::string verdict_on_card(const Map& map) { return parse_json(map.card.empty() ? "{}" : map.card).value("verdict", "none"); }

}  // namespace

void add_migrate_gate(CLI::App& command, MigrateGateArguments& arguments) {
  CLI::Option* queries = command.add_option(
      "--queries", arguments.queries, "Queries of the old model: search a sample of the table for them, before and after");
  queries->type_name("FILE");
  command.add_option("--new-queries", arguments.new_queries, "The same queries by the new model, row by row")
      ->type_name("FILE")
      ->needs(queries);
  command
      .add_option("--min-recall", arguments.min_recall,
                  "Least part of the 10 nearest rows that a query must keep (lower end of the 95 % interval)")
      ->check(CLI::Range(0.0, 1.0).description(""))
      ->needs(queries)
      ->type_name("X")
      ->capture_default_str();
  command
      .add_option("--threshold", arguments.thresholds,
                  "Cosine that your application compares with: say what it becomes; may be repeated")
      ->check(CLI::Range(-1.0, 1.0).description(""))
      ->needs(queries)
      ->expected(1)
      ->take_all()
      ->type_name("X");
  command.add_flag("--ignore-verdict", arguments.ignore_verdict, "Translate although the map's verdict is not ALIGNED");
}

MigrateGate check_migration(const Map& map, const PostgresColumn& column, const MigrateGateArguments& arguments,
                            bool with_queries, const Common& common, const Progress& progress) {
  GatePolicy policy;
  if (!arguments.ignore_verdict && verdict_on_card(map) != "none") policy.verdict = Verdict::kAligned;
  GateEvidence evidence;
  if (with_queries && !arguments.queries.empty()) {
    const auto load = [&](const std::string& path) {
      return path.empty() ? Matrix()
                          : load_rows(*open_input(path, {}, common.quiet), kQueries, "read " + stem_of(path), progress).rows;
    };
    const Matrix queries = load(arguments.queries), new_queries = load(arguments.new_queries);
    RetentionOptions options;
    options.seed = common.seed;
    options.threads = common.threads;
    if (!arguments.thresholds.empty()) options.thresholds = arguments.thresholds;
    const Matrix documents = sample_postgres(column, kDocuments, common.seed, progress, map.source_dim());
    evidence.retention = measure_retention(map, documents, queries, new_queries, options);
    policy.min_recall = arguments.min_recall;
  }
  MigrateGate gate;
  gate.retention = evidence.retention;
  if (policy.verdict || policy.min_recall) gate.report = check_gate(map, policy, evidence);
  gate.advice = gate.passed() ? "translate; embedding the texts anew is exact, and better where texts and time are at hand"
                              : "embed the texts anew, or find a better map: more rows a side, texts of the same kind, known "
                                "pairs (vec2vec align --pairs)";
  return gate;
}

std::string MigrateGate::brief() const {
  std::string text;
  if (!report.checks.empty()) text += "Gate: " + report.brief();
  if (retention) text += retention->brief();
  return text + "Advice: " + advice + "\n";
}

void MigrateGate::add_to(nlohmann::ordered_json& json) const {
  json["gate"] = parse_ordered_json(report.to_json());
  if (retention) json["retention"] = parse_ordered_json(retention->to_json());
  json["advice"] = advice;
}

}  // namespace vec2vec::cli
