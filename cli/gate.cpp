#include "vec2vec/gate.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.h"
#include "files.h"
#include "terminal.h"
#include "vec2vec/confidence.h"
#include "vec2vec/error.h"

namespace vec2vec::cli {
namespace {

struct GateArguments {
  Common common;
  std::string map, policy, eval_a, eval_b, rows, store;
  std::vector<std::string> requirements;
  Index pool = 8192;
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

Evaluation score_pairs(const Map& map, const GateArguments& arguments, const Progress& progress) {
  const auto a = open_rows(arguments.eval_a), b = open_rows(arguments.eval_b);
  if (a->dim() != map.source_dim() || b->dim() != map.target_dim())
    bad_input("the evaluation pairs do not have the dimensions of the map", arguments.eval_a,
              "rows of its source and of its target model, row i belonging to row i");
  const Matrix source = load_rows(*a, 0, "read", progress).rows, target = load_rows(*b, 0, "read", progress).rows;
  Matrix translated(source.rows(), map.target_dim());
  map.translate(source, translated.span());
  EvaluateOptions options;
  options.pool = arguments.pool;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.progress = progress;
  return evaluate(translated, target, map.target_mean, options);
}

void score_rows(const Map& map, const GateArguments& arguments, const Progress& progress, GateEvidence& evidence) {
  const Matrix rows = load_rows(*open_rows(arguments.rows), 0, "read", progress).rows;
  if (rows.cols() != map.source_dim())
    bad_input("rows of dimension " + std::to_string(rows.cols()) + ", but the map translates from " +
                  std::to_string(map.source_dim()),
              arguments.rows, "rows of the map's source model");
  const Matrix store = arguments.store.empty() ? Matrix() : load_rows(*open_rows(arguments.store), 0, "read", progress).rows;
  const ConfidenceSummary summary = summarise_confidence(map, rows, store, arguments.common.threads);
  evidence.far_rows = summary.far_rows;
  if (!arguments.store.empty()) evidence.mean_match = summary.mean_match;
}

int run_gate(const GateArguments& arguments) {
  const GatePolicy policy = read_policy(arguments);
  const Map map = Map::load(arguments.map);
  ProgressLine progress(arguments.common.quiet);
  GateEvidence evidence;
  evidence.age_days = age_in_days(arguments.map);
  if (policy.needs_pairs() && !arguments.eval_a.empty()) evidence.evaluation = score_pairs(map, arguments, progress.functor());
  if (policy.needs_rows() && !arguments.rows.empty()) score_rows(map, arguments, progress.functor(), evidence);
  const GateReport report = check_gate(map, policy, evidence);
  progress.finish();
  if (arguments.common.json) {
    nlohmann::ordered_json json = {{"map", arguments.map}};
    json.update(nlohmann::ordered_json::parse(report.to_json()));
    std::cout << json.dump(2) << "\n";
  } else {
    std::cout << report.brief();
  }
  return report.passed() ? kSuccess : kGateFailedExit;
}

}  // namespace

void add_gate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<GateArguments>();
  CLI::App* command = app.add_subcommand("gate", "Hold a map against a policy, for CI: exit code 0 when it passes, 6 when not");
  command->add_option("MAP", arguments->map, "Map file written by align")->type_name("FILE")->required();
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
  CLI::Option* rows = command->add_option("--rows", arguments->rows, "Rows that are to be translated, e.g. today's queries");
  rows->type_name("FILE");
  command->add_option("--store", arguments->store, "Target rows that their translations will be searched in")
      ->type_name("FILE")
      ->needs(rows);
  command->add_option("--pool", arguments->pool, "Candidates each evaluation row is ranked among")
      ->check(at_least(2))
      ->type_name("N")
      ->capture_default_str();
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
      "  max_far_rows         part of --rows further out than 95 % of the rows of the fit\n"
      "  min_mean_match       mean match of --rows in --store, see translate --confidence\n"
      "\n"
      "Examples:\n"
      "  vec2vec gate map.safetensors --policy policy.json --json > gate.json\n"
      "  vec2vec gate map.safetensors --require verdict=ALIGNED --require max_age_days=30\n"
      "  vec2vec gate map.safetensors --policy policy.json --rows queries.npy --store documents-in-b.npy\n"
      "\n"
      "Exit codes: 0 passed, 6 not passed, 2 bad input (a limit whose evidence is not given, too)");
  command->callback([arguments, &run] { run = [arguments] { return run_gate(*arguments); }; });
}

}  // namespace vec2vec::cli
