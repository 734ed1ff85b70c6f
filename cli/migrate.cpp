#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "command.h"
#include "core/json.h"
#include "core/number.h"
#include "files.h"
#include "io/atomic_file.h"
#include "migrate_gate.h"
#include "postgres_arguments.h"
#include "terminal.h"
#include "vec2vec/error.h"

namespace vec2vec::cli {
namespace {

struct MigrateArguments {
  Common common;
  PostgresColumn column;
  std::string map, report;
  MigrateOptions options;
  MigrateGateArguments gate;
  bool dry_run = false, switch_over = false, roll_back = false, no_indexes = false, force = false;
};

std::string gigabytes(Index bytes) {
  return significant(static_cast<double>(bytes) / 1e9, bytes < 10'000'000'000 ? 2 : 3) + " GB";
}

void print_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) std::cout << "note: " << note << "\n";
}

void print_plan(const MigratePlan& plan, const MigrateArguments& arguments) {
  std::cout << "Dry run: nothing was written\n"
            << "  column  " << arguments.column.table << "." << arguments.options.into << ", " << plan.target_type << "("
            << plan.target_dim << "), of " << arguments.column.column << " (" << plan.source_dim << "); " << plan.state << "\n"
            << "  rows    about " << plan.rows << "\n"
            << "  disk    " << gigabytes(plan.table_bytes) << " now, up to " << gigabytes(plan.growth_bytes)
            << " more until the next VACUUM\n";
  if (plan.sampled > 0)
    std::cout << "  sample  " << plan.sampled << " vectors, " << plan.wrong_dim << " of a wrong dimension\n";
  print_notes(plan.notes);
}

void print_next_steps(const MigrateSummary& summary, const MigrateArguments& arguments) {
  const std::string& old = arguments.options.old_name.empty() ? arguments.column.column + "_old" : arguments.options.old_name;
  if (summary.state == "translated")
    std::cout << "Next: the same command with --switch, which gives column " << arguments.options.into << " the name "
              << arguments.column.column << ", or with --roll-back\n";
  if (summary.state == "switched")
    std::cout << "The old vectors are in " << old << ": --roll-back needs them. When all is well, in psql:\n  ALTER TABLE "
              << arguments.column.table << " DROP COLUMN " << old << "\n";
}

void print_summary(const MigrateSummary& summary, const MigrateArguments& arguments) {
  std::cout << summary.state << (summary.resumed ? " (resumed)" : "") << ", " << format_seconds(summary.seconds) << "\n";
  if (summary.state == "rolled back") return;
  std::cout << "  " << summary.rows << " rows = " << summary.translated << " translated + " << summary.null_rows << " NULL + "
            << summary.wrong_dim << " of a wrong dimension + " << summary.pending << " pending\n";
  if (summary.translated_now > 0) {
    std::cout << "  " << summary.translated_now << " translated by this call, "
              << std::llround(static_cast<double>(summary.translated_now) / std::max(summary.seconds, 1e-3)) << " rows/s\n";
  }
  if (summary.zero_rows > 0)
    std::cout << "  " << summary.zero_rows << " vectors were all zero; they became the target's mean direction\n";
  if (summary.verified > 0) std::cout << "  " << summary.verified << " rows read back: none differs from its translation\n";
  if (!summary.wrong_keys.empty()) {
    std::cout << "  of a wrong dimension, by key:";
    for (const std::string& key : summary.wrong_keys) std::cout << " " << key;
    std::cout << (summary.wrong_dim > static_cast<Index>(summary.wrong_keys.size()) ? " ...\n" : "\n");
  }
  if (summary.pending > 0) std::cout << "  pending rows were written by others meanwhile; the next call translates them\n";
  if (arguments.common.quiet) return;
  print_notes(summary.notes);
  print_next_steps(summary, arguments);
}

MigrateSummary migrate(const Map& map, const std::string& sha256, const MigrateArguments& a, const MigrateOptions& options) {
  if (a.roll_back) return roll_back_postgres(sha256, a.column, options);
  if (a.switch_over) return switch_postgres(map, sha256, a.column, options);
  return translate_postgres(map, sha256, a.column, options);
}

/// Prints result as JSON if asked for, and writes the report.
void put_out(const std::string& result, const std::string& sha256, const MigrateGate* gate, const MigrateArguments& a) {
  nlohmann::ordered_json json = {
      {"map", a.map}, {"map_sha256", sha256}, {"table", a.column.table}, {"column", a.column.column}, {"into", a.options.into}};
  json.update(nlohmann::ordered_json::parse(result));
  if (gate) gate->add_to(json);
  if (a.common.json) std::cout << json_text(json, 2) << "\n";
  if (!a.report.empty()) write_file(a.report, json_text(json, 2) + "\n", a.force);
}

int run_migrate(const MigrateArguments& arguments) {
  if (!arguments.report.empty()) require_writable(arguments.report, arguments.force, {arguments.map});
  const Map map = Map::load(arguments.map);
  const std::string sha256 = file_sha256(arguments.map);
  MigrateOptions options = arguments.options;
  options.build_indexes = !arguments.no_indexes;
  if (options.connections == 0) options.connections = 2 * arguments.common.threads;
  const bool text = !arguments.common.json;
  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();

  std::optional<MigratePlan> plan;
  std::optional<MigrateGate> gate;
  if (arguments.dry_run || (!arguments.roll_back && !arguments.gate.queries.empty()))
    plan = plan_postgres(map, sha256, arguments.column, options);
  if (!arguments.roll_back) {
    const bool with_queries = plan && plan->state != "switched";  // after the switch there is nothing left to decide
    gate = check_migration(map, arguments.column, arguments.gate, with_queries, arguments.common, options.progress);
  }
  progress.finish();
  if (arguments.dry_run && text) print_plan(*plan, arguments);
  if (gate && text && (plan || !gate->passed())) std::cout << gate->brief();
  if (arguments.dry_run || (gate && !gate->passed())) {
    put_out(plan ? plan->to_json() : R"({"state": "refused"})", sha256, &*gate, arguments);
    return gate->passed() ? kSuccess : kGateFailedExit;
  }
  const MigrateSummary summary = migrate(map, sha256, arguments, options);
  progress.finish();
  if (text) print_summary(summary, arguments);
  put_out(summary.to_json(), sha256, gate ? &*gate : nullptr, arguments);
  return kSuccess;
}

}  // namespace

void add_migrate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<MigrateArguments>();
  MigrateOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "migrate", "Translate a column of a Postgres table (pgvector) into a new one while the table is in use, and switch over");
  command->add_option("MAP", arguments->map, "Map file written by align")->type_name("FILE")->required();
  add_postgres_column(*command, arguments->column);
  command->add_option("--into", options.into, "Column to make and fill")->type_name("NAME")->required();
  command->add_flag("--dry-run", arguments->dry_run, "Look, translate a sample, say what would happen; write nothing");
  CLI::Option* switch_over =
      command->add_flag("--switch", arguments->switch_over,
                        "Then build the indexes, and give the new column the old one's name in one transaction");
  command->add_flag("--roll-back", arguments->roll_back, "Undo: after --switch the names, otherwise the new column")
      ->excludes(switch_over)
      ->excludes("--dry-run");
  switch_over->excludes("--dry-run");
  command->add_option("--type", options.type, "Type of the new column: vector or halfvec; default: that of the old one")
      ->check(CLI::IsMember({"vector", "halfvec"}).description(""))
      ->type_name("TYPE");
  command
      ->add_option("--key", arguments->column.key,
                   "Unique column to divide the table by, default: the primary key; repeated for a key of several columns")
      ->expected(1)
      ->take_all()
      ->type_name("NAME");
  command->add_option("--old-name", options.old_name, "Name of the old column after --switch; default: its name and _old")
      ->type_name("NAME");
  add_migrate_gate(*command, arguments->gate);
  command->add_option("--report", arguments->report, "Also write what --json prints to this file")->type_name("FILE");
  command->add_flag("--force", arguments->force, "Overwrite the report");
  command->add_flag("--no-indexes", arguments->no_indexes, "With --switch: build no indexes, you have done so");
  command->add_flag("--allow-untranslated", options.allow_untranslated,
                    "With --switch: although vectors of a wrong dimension stay without translation");
  command->add_flag("--skip-triggers", options.skip_triggers, "The table's triggers do not fire for our updates (superusers)");
  command->add_flag("--ignore-fingerprint", options.ignore_fingerprint,
                    "Translate vectors that do not look like the map's source model");
  command
      ->add_option("--connections", options.connections,
                   "Connections to work over; 0 = two for each of --threads, at most 8 for all cores")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  add_block_rows_option(*command, options.batch_rows, "Rows a transaction writes");
  command->add_option("--verify-rows", options.verify_rows, "Rows read back and translated again")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--retry", options.retry_seconds, "How long to wait for a server that went away")
      ->check(CLI::Validator(CLI::NonNegativeNumber).description(""))
      ->type_name("SECONDS")
      ->capture_default_str();
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into embedding_new "
      "--dry-run --queries q.npy --new-queries q-new.npy\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into "
      "embedding_new\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into embedding_new "
      "--switch\n"
      "\n"
      "Exit codes: 6 when the map's verdict is not ALIGNED or the queries keep too little; nothing is written then\n"
      "Killed, or the server gone: the same command goes on where it stopped. More: docs/postgres.md");
  command->callback([arguments, &run] { run = [arguments] { return run_migrate(*arguments); }; });
}

}  // namespace vec2vec::cli
