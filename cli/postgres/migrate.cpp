// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/common/command.h"
#include "cli/common/effort.h"
#include "cli/common/files.h"
#include "cli/common/page_file.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "cli/help/spelling.h"
#include "cli/postgres/migrate_gate.h"
#include "cli/postgres/postgres_arguments.h"
#include "core/text/json.h"
#include "core/time.h"
#include "io/file/sha256.h"
#include "vec2vec/error.h"
#include "vec2vec/pages.h"

namespace vec2vec::cli {
namespace {

struct MigrateArguments {
  Common common;
  PostgresColumn column;
  std::string map, to, report;
  MigrateOptions options;
  MigrateGateArguments gate;
  bool dry_run = false, switch_over = false, roll_back = false, drop_new = false, drop_old = false, forget = false;
  bool no_indexes = false, force = false;

  bool goes_back() const { return roll_back || drop_new || drop_old || forget; }  // these apply the map to no row
};

void print_plan_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) std::cout << "note: " << note << "\n";
}

/// What to write and query with after the switch, and what happens otherwise.
std::string after_switch(const Map& map) {
  const auto card = parse_json(map.card.empty() ? "{}" : map.card);
  const auto model = [&](const char* side, Index dim) {
    const std::string name = card.contains(side) && card[side].is_object() ? card[side].value("name", "") : "";
    return "model (" + (name.empty() ? "" : name + ", ") + std::to_string(dim) + " dimensions)";
  };
  const std::string fresh = "new " + model("target", map.target_dim()), old = "old " + model("source", map.source_dim());
  const std::string text = "write and query with the " + fresh + ".\n";
  if (map.source_dim() == map.target_dim())
    return text + "Vectors of the " + old + " still fit, without an error: searches then mix two models and find wrong rows.\n";
  return text + "Vectors of the " + old + " fail: \"expected " + std::to_string(map.target_dim()) + " dimensions, not " +
         std::to_string(map.source_dim()) + "\" on writing, \"different vector dimensions\" on searching.\n";
}

void print_plan(const MigratePlan& plan, const Map& map, const MigrateArguments& arguments) {
  const bool switched = plan.state == "switched" || plan.state == "finished";
  std::cout << "Dry run: nothing was changed\n"
            << "  column  " << arguments.column.table << "." << arguments.options.into << ", " << plan.target_type << "("
            << plan.target_dim << "), of " << arguments.column.column << " (" << plan.source_dim << "); " << plan.state << "\n"
            << plan.brief();
  print_plan_notes(plan.notes);
  if (!switched) std::cout << "After --switch the old vectors are in " << plan.old_column << "; from then on ";
  std::cout << (switched ? "The columns are switched: " : "") << after_switch(map);
}

/// What to do after a dry run that found nothing in the way.
std::vector<NextStep> next_steps(const MigratePlan& plan) {
  if (plan.state == "switched" || plan.state == "finished" || !plan.problems.empty()) return {};
  return {{"It writes the new vectors beside the old ones; readers and writers go on.", "the same command without --dry-run"}};
}

std::vector<NextStep> next_steps(const MigrateSummary& summary, const MigrateArguments& arguments) {
  if (summary.state == "translated")
    return {{"It gives column " + arguments.options.into + " the name " + arguments.column.column +
                 "; --drop-new ends the migration instead.",
             "the same command with --switch"}};
  if (summary.state == "switched") return {{"When all is well: it drops the old vectors.", "the same command with --drop-old"}};
  if (summary.state == "dropped" || summary.state == "finished")
    return {{"The tables in which migrations keep their state remain; it drops them.", "the same command with --forget"}};
  return {};
}

/// The state after the command, in words.
std::string outcome(const MigrateSummary& summary, const MigrateArguments& arguments) {
  if (summary.state == "dropped")
    return "dropped: column " + arguments.options.into + " is gone, " + arguments.column.column + " as it was";
  if (summary.state == "finished")
    return "finished: column " + arguments.column.column + " holds the new vectors, the old ones are dropped";
  if (summary.state == "forgotten") return "forgotten: the tables vec2vec_migrations and vec2vec_ranges are dropped";
  if (arguments.roll_back)
    return "rolled back: column " + arguments.column.column + " holds the old vectors, " + arguments.options.into +
           " the new ones";
  return summary.state;
}

/// known: notes that were printed before.
void print_summary(const MigrateSummary& summary, const std::vector<std::string>& known, const Map& map,
                   const MigrateArguments& arguments) {
  std::cout << outcome(summary, arguments) << (summary.resumed ? " (resumed)" : "") << ", " << format_seconds(summary.seconds)
            << "\n"
            << summary.brief();
  if (arguments.common.quiet) return;
  std::vector<std::string> fresh;
  for (const std::string& note : summary.notes)
    if (std::find(known.begin(), known.end(), note) == known.end()) fresh.push_back(note);
  print_plan_notes(fresh);
  if (summary.state == "switched")
    std::cout << "From now on " << after_switch(map) << "The old vectors are in " << summary.old_column
              << ", which --roll-back needs. In psql this drops them:\n  " << summary.drop_old_sql << "\n";
  for (const NextStep& step : next_steps(summary, arguments)) print_next(step);
}

void put_in_flags(std::vector<std::string>& notes) {
  for (std::string& note : notes) note = in_flags(note);
}

void put_in_flags(MigratePlan& plan) {
  put_in_flags(plan.notes);
  for (MigrateProblem& problem : plan.problems)
    problem = {in_flags(problem.what), in_flags(problem.where), in_flags(problem.hint)};
}

MigrateSummary migrate(const Map& map, const std::string& sha256, const MigrateArguments& a, const MigrateOptions& options) {
  if (a.roll_back) return roll_back_postgres(sha256, a.column, options);
  if (a.drop_new) return drop_new_postgres(sha256, a.column, options);
  if (a.drop_old) return drop_old_postgres(sha256, a.column, options);
  if (a.forget) return forget_postgres(a.column, options);
  if (a.switch_over) return switch_postgres(map, sha256, a.column, options);
  return translate_postgres(map, sha256, a.column, options);
}

/// What tells this map from others in the book-keeping: the SHA-256 of its file or, of a map into one of several known spaces,
/// of the bytes that it would have as a file, so that rows of two targets are never mixed.
std::string sha256_of(const Map& map, const MigrateArguments& a) {
  if (a.to.empty()) return file_sha256(a.map);
  Sha256 hash;
  const std::string bytes = map.to_bytes();
  hash.add(bytes.data(), bytes.size());
  return hash.hex();
}

/// Prints result as JSON if asked for, and writes the report.
void put_out(const std::string& result, const std::string& sha256, const MigrateGate* gate, const std::vector<NextStep>& next,
             const MigrateArguments& a) {
  nlohmann::ordered_json json = report_head("migration of a column of vectors");
  json.update({{"map", a.map},
               {"map_sha256", sha256},
               {"table", a.column.table},
               {"column", a.column.column},
               {"into", a.options.into},
               {"dry_run", a.dry_run}});
  if (!a.to.empty()) json["to"] = a.to;
  json.update(parse_ordered_json(result));
  if (gate) gate->add_to(json);
  add_next(json, next);  // not the command: it has the URL of the database, and that may have a password
  if (a.common.json) std::cout << json_text(json, 2) << "\n";
  if (!a.report.empty()) write_page(a.report, migration_page, json, a.force);
}

int run_migrate(const MigrateArguments& arguments) {
  if (!arguments.report.empty()) check_page(arguments.report, arguments.force, {arguments.map});
  const Map map = load_map(arguments.map, {}, arguments.to);
  const std::string sha256 = sha256_of(map, arguments);
  MigrateOptions options = arguments.options;
  options.build_indexes = !arguments.no_indexes;
  if (options.connections == 0) options.connections = 2 * arguments.common.threads;
  const bool text = !arguments.common.json;
  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();

  std::optional<MigratePlan> plan;
  std::optional<MigrateGate> gate;
  options.measure = arguments.dry_run;
  if (!arguments.goes_back()) plan = plan_postgres(map, sha256, arguments.column, options);
  if (!arguments.goes_back()) {
    const bool with_queries =
        plan->state != "switched" && plan->state != "finished";  // after the switch there is nothing left to decide
    gate = check_migration(map, arguments.column, arguments.gate, with_queries, arguments.common, options.progress);
  }
  progress.finish();
  if (plan) put_in_flags(*plan);
  if (arguments.dry_run && text) print_plan(*plan, map, arguments);
  if (gate && text && (arguments.dry_run || gate->retention || !gate->passed())) std::cout << gate->brief();
  if (arguments.dry_run || (gate && !gate->passed())) {
    const std::vector<NextStep> next = gate->passed() ? next_steps(*plan) : std::vector<NextStep>{};
    put_out(plan->to_json(), sha256, &*gate, next, arguments);
    for (const MigrateProblem& problem : plan->problems) print_error(problem.what, problem.where, problem.hint);
    if (!plan->problems.empty()) return kBadInputExit;
    if (text && !arguments.common.quiet)
      for (const NextStep& step : next) print_next(step);
    return gate->passed() ? kSuccess : kGateFailedExit;
  }
  const std::vector<std::string> known = plan && text && !arguments.common.quiet ? plan->notes : std::vector<std::string>{};
  print_plan_notes(known);  // before anything is written
  MigrateSummary summary = migrate(map, sha256, arguments, options);
  put_in_flags(summary.notes);
  progress.finish();
  if (text) print_summary(summary, known, map, arguments);
  put_out(summary.to_json(), sha256, gate ? &*gate : nullptr, next_steps(summary, arguments), arguments);
  return kSuccess;
}

}  // namespace

void add_migrate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<MigrateArguments>();
  MigrateOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "migrate", "Translate a column of a Postgres table (pgvector) into a new one while the table is in use, and switch over");
  command->add_option("MAP", arguments->map, "Map file written by align")->type_name("FILE")->required();
  add_target_option(*command, arguments->to);
  add_postgres_column(*command, arguments->column);
  command->add_option("--into", options.into, "Column to make and fill")->type_name("NAME")->required();
  CLI::Option* dry_run = command->add_flag("--dry-run", arguments->dry_run,
                                           "Look, translate and time a sample, say what would happen; change nothing");
  CLI::Option* switch_over =
      command->add_flag("--switch", arguments->switch_over,
                        "Then build the indexes, and give the new column the old one's name in one transaction");
  CLI::Option* roll_back = command->add_flag("--roll-back", arguments->roll_back,
                                             "After --switch: give the columns their former names back; keep both");
  CLI::Option* drop_new =
      command->add_flag("--drop-new", arguments->drop_new, "Not switched: end the migration, drop the new column");
  CLI::Option* drop_old = command->add_flag(
      "--drop-old", arguments->drop_old, "After --switch: end the migration, drop the old column; there is no way back then");
  CLI::Option* forget =
      command->add_flag("--forget", arguments->forget, "Drop the tables in which ended migrations keep their state");
  const std::vector<CLI::Option*> actions = {dry_run, switch_over, roll_back, drop_new, drop_old, forget};
  for (CLI::Option* action : actions)
    for (CLI::Option* other : actions)
      if (action != other) action->excludes(other);
  command
      ->add_option("--accept-stale", options.accept_stale,
                   "With --roll-back: although up to N rows get the vector of what may be an older text")
      ->check(at_least(0))
      ->needs(roll_back)
      ->type_name("N");
  command
      ->add_option("--accept-loss", options.accept_loss,
                   "With --drop-new, --drop-old: drop the N vectors, no more and no fewer, that are nowhere else")
      ->check(at_least(0))
      ->type_name("N");
  command->add_option("--type", options.type, "Type of the new column: vector or halfvec; default: that of the old one")
      ->check(CLI::IsMember({"vector", "halfvec"}).description(""))
      ->type_name("TYPE");
  command
      ->add_option("--key-column", arguments->column.key_column,
                   "Unique column to divide the table by, default: the primary key; repeated for a key of several columns")
      ->expected(1)
      ->take_all()
      ->type_name("NAME");
  command->add_option("--old-name", options.old_name, "Name of the old column after --switch; default: its name and _old")
      ->type_name("NAME");
  add_migrate_gate(*command, arguments->gate);
  command
      ->add_option("--report", arguments->report,
                   "Page to write (.html): what was found or done, what a search keeps, what to do next; its figures go beside "
                   "it, with the ending .json")
      ->type_name("FILE");
  command->add_flag("--force", arguments->force, "Overwrite the report");
  command->add_flag("--no-indexes", arguments->no_indexes,
                    "Build no indexes for the new column: you have done so, or search without");
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
  add_block_rows_option(*command, options.batch_rows,
                        "Rows a transaction writes at most; fewer where they take longer than a third of a second");
  command->add_option("--verify-rows", options.verify_rows, "Rows read back and translated again")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  add_time_option(*command, "--retry-time", options.retry_time, "How long to wait for a server that went away");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into embedding_new "
      "--dry-run --queries q.npy --new-queries q-new.npy\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into "
      "embedding_new\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into embedding_new "
      "--switch\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into embedding_new "
      "--roll-back\n"
      "  vec2vec migrate map.safetensors postgres://me@localhost/app --table documents --column embedding --into embedding_new "
      "--drop-old\n"
      "\n"
      "Exit codes: 6 when the map's verdict is not ALIGNED or the queries keep too little; nothing is written then\n"
      "Killed, or the server gone: the same command goes on where it stopped. More: docs/postgres.md");
  command->callback([arguments, &run] { run = [arguments] { return run_migrate(*arguments); }; });
}

}  // namespace vec2vec::cli
