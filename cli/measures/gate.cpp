// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/gate.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/page_file.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "core/text/json.h"
#include "vec2vec/error.h"
#include "vec2vec/pages.h"

namespace vec2vec::cli {
namespace {

struct GateArguments {
  Common common;
  std::string map, to, policy, eval_a, eval_b, queries, store, documents, new_queries, report;
  std::vector<std::string> requirements;
  Index pool = 8192;
  bool force = false;
};

GatePolicy read_policy(const GateArguments& arguments) {
  GatePolicy policy;
  if (!arguments.policy.empty()) {
    std::ifstream file(arguments.policy, std::ios::binary);
    if (!file) bad_input("cannot be read", arguments.policy, "a JSON file of limits; vec2vec gate --help lists them");
    policy = GatePolicy::parse({std::istreambuf_iterator<char>(file), {}}, arguments.policy);
  }
  for (const std::string& requirement : arguments.requirements) {
    const std::size_t equals = requirement.find('=');
    if (equals == std::string::npos) bad_input("is no NAME=VALUE: " + requirement, "--require", "--require min_agreement=0.8");
    policy.set(requirement.substr(0, equals), requirement.substr(equals + 1));
  }
  return policy;
}

double age_in_days(const std::string& path) {
  const auto age = std::filesystem::file_time_type::clock::now() - std::filesystem::last_write_time(path);
  return std::chrono::duration<double>(age).count() / 86400;
}

/// What the policy demands of the given files.
GateEvidence read_evidence(const Map& map, const GatePolicy& policy, const GateArguments& arguments, const Progress& progress) {
  const auto load = [&](const std::string& path, bool needed) {
    return needed && !path.empty()
               ? load_rows(*open_input(path, {}, arguments.common.quiet), 0, "read " + stem_of(path), progress).rows
               : Matrix();
  };
  const Matrix eval_a = load(arguments.eval_a, policy.needs_pairs()), eval_b = load(arguments.eval_b, policy.needs_pairs());
  const Matrix queries = load(arguments.queries, policy.needs_rows()), store = load(arguments.store, policy.needs_rows());
  const Matrix documents = load(arguments.documents, policy.min_recall.has_value());
  const Matrix new_queries = load(arguments.new_queries, policy.min_recall.has_value());
  EvaluateOptions options;
  options.pool = arguments.pool;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.progress = progress;
  GateEvidence evidence = gather_evidence(map, policy, {eval_a, eval_b, queries, store, documents, new_queries}, options);
  evidence.age_days = age_in_days(arguments.map);
  return evidence;
}

int run_gate(const GateArguments& arguments) {
  if (!arguments.report.empty())
    check_page(arguments.report, arguments.force,
               {arguments.map, arguments.policy, arguments.eval_a, arguments.eval_b, arguments.queries, arguments.store,
                arguments.documents, arguments.new_queries});
  const GatePolicy policy = read_policy(arguments);
  const Map map = load_map(arguments.map, arguments.queries, arguments.to);
  ProgressLine progress(arguments.common.quiet);
  const GateEvidence evidence = read_evidence(map, policy, arguments, progress.functor());
  const GateReport report = check_gate(map, policy, evidence);
  progress.finish();
  nlohmann::ordered_json json = report_head("gate of a map");
  json["map"] = arguments.map;
  json.update(parse_ordered_json(report.to_json()));
  if (evidence.retention) json["retention"] = parse_ordered_json(evidence.retention->to_json());
  if (!arguments.report.empty()) write_page(arguments.report, gate_page, json, arguments.force);
  if (arguments.common.json) {
    std::cout << json_text(json, 2) << "\n";
  } else {
    print_report(report.brief() + (evidence.retention ? evidence.retention->brief() : ""));
  }
  return report.passed() ? kSuccess : kGateFailedExit;
}

}  // namespace

void add_gate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<GateArguments>();
  CLI::App* command = app.add_subcommand("gate", "Hold a map against a policy, for CI: exit code 0 when it passes, 6 when not");
  command->add_option("MAP", arguments->map, "Map file written by align")->type_name("FILE")->required();
  add_target_option(*command, arguments->to);
  CLI::Option* policy = command->add_option("--policy", arguments->policy, "JSON object of limits, see below");
  policy->type_name("FILE");
  command->add_option("--require", arguments->requirements, "One limit, over those of the policy; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all();
  CLI::Option* a = command->add_option("--eval-a", arguments->eval_a, "Evaluation pairs: rows of the source model");
  CLI::Option* b = command->add_option("--eval-b", arguments->eval_b, "Evaluation pairs: the same texts in the target model");
  a->type_name("FILE")->needs(b);
  b->type_name("FILE")->needs(a);
  CLI::Option* queries =
      command->add_option("--queries", arguments->queries, "Rows that are to be translated, e.g. today's queries");
  queries->type_name("FILE");
  command->add_option("--store", arguments->store, "Target rows that their translations will be searched in")
      ->type_name("FILE")
      ->needs(queries);
  command->add_option("--documents", arguments->documents, "A store of the source model, which --queries search")
      ->type_name("FILE")
      ->needs(queries);
  command->add_option("--new-queries", arguments->new_queries, "The same queries by the target model, row by row")
      ->type_name("FILE")
      ->needs(queries);
  command->add_option("--pool", arguments->pool, "Candidates each evaluation row is ranked among")
      ->check(at_least(2))
      ->type_name("N")
      ->capture_default_str();
  command
      ->add_option("--report", arguments->report,
                   "Page to write (.html): the limits, what a search keeps; its figures go beside it, with the ending .json")
      ->type_name("FILE");
  command->add_flag("--force", arguments->force, "Overwrite the report");
  add_common(*command, arguments->common);
  command->footer(
      "Limits:\n"
      "  verdict              ALIGNED, or UNCERTAIN to refuse NOT_ALIGNED only\n"
      "  min_probability      of success, from the map's card\n"
      "  min_agreement        of independent searches, from the map's card\n"
      "  min_pair_free_score  from the map's card; comparable between maps of the same files only\n"
      "  min_rows             rows of the smaller side that the map was fitted on\n"
      "  max_age_days         since the map's file was written\n"
      "  min_top1, min_cosine lower ends of the 95 % intervals on --eval-a and --eval-b\n"
      "  max_far_rows         part of --queries further out than 95 % of the rows of the fit\n"
      "  min_mean_match       mean match of --queries in --store, see translate --confidence\n"
      "  min_recall           part of the 10 nearest --documents of --queries that is found again once both are translated\n"
      "\n"
      "Examples:\n"
      "  vec2vec gate map.safetensors --policy policy.json --json > gate.json\n"
      "  vec2vec gate map.safetensors --require verdict=ALIGNED --require max_age_days=30\n"
      "  vec2vec gate map.safetensors --policy policy.json --queries queries.npy --store documents-in-b.npy\n"
      "\n"
      "Exit codes: 0 passed, 6 not passed, 2 bad input (a limit whose evidence is not given, too)");
  command->callback([arguments, &run] { run = [arguments] { return run_gate(*arguments); }; });
}

}  // namespace vec2vec::cli
