#include "vec2vec/evaluate.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.h"
#include "core/json.h"
#include "core/tell.h"
#include "files.h"
#include "roles.h"
#include "terminal.h"
#include "vec2vec/error.h"
#include "vec2vec/map.h"

namespace vec2vec::cli {
namespace {

struct EvaluateArguments {
  Common common;
  std::string first, second;  // translated and true rows; with a map: source and target rows
  std::string map;
  OpenOptions first_open, second_open;
  Index max_rows = 0;
  EvaluateOptions options;
};

/// Translates rows (n, d_source) to (n, d_target) in blocks that can be interrupted.
Matrix translate_rows(const Map& map, MatrixView rows, const Progress& progress) {
  constexpr Index kBlockRows = 4096;
  Matrix out(rows.rows, map.target_dim());
  for (Index first = 0; first < rows.rows; first += kBlockRows) {
    tell(progress, "translate", static_cast<double>(first) / static_cast<double>(rows.rows));
    const Index count = std::min(kBlockRows, rows.rows - first);
    map.translate(rows.middle_rows(first, count), out.span().middle_rows(first, count));
  }
  return out;
}

/// Refuses files of other dimensions than the map's two sides.
void require_fit(const Map& map, const RowSource& source, const RowSource& target, const EvaluateArguments& arguments) {
  if (source.dim() == map.source_dim() && target.dim() == map.target_dim()) return;
  const bool swapped = target.dim() == map.source_dim() && source.dim() == map.target_dim();
  bad_input("the map goes from dimension " + std::to_string(map.source_dim()) + " to " + std::to_string(map.target_dim()) +
                "; the files have " + std::to_string(source.dim()) + " and " + std::to_string(target.dim()),
            arguments.map,
            swapped ? "swap the two files: SOURCE comes first" : "the files of the models that the map was made for");
}

int run_evaluate(const EvaluateArguments& arguments) {
  Map map;
  if (!arguments.map.empty()) map = load_map(arguments.map, arguments.first);
  const std::unique_ptr<RowSource> first_file = open_input(arguments.first, arguments.first_open, arguments.common.quiet);
  const std::unique_ptr<RowSource> second_file = open_input(arguments.second, arguments.second_open, arguments.common.quiet);
  if (first_file->rows() != second_file->rows()) {
    bad_input("has " + std::to_string(second_file->rows()) + " rows, " + arguments.first + " has " +
                  std::to_string(first_file->rows()),
              arguments.second, "files whose rows belong together one to one");
  }
  if (!arguments.map.empty()) {
    require_fit(map, *first_file, *second_file, arguments);
  } else if (first_file->dim() != second_file->dim()) {
    bad_input("has dimension " + std::to_string(second_file->dim()) + ", " + arguments.first + " has " +
                  std::to_string(first_file->dim()),
              arguments.second, "--map MAP when the first file is not translated yet");
  }

  remark_same_files({arguments.first, arguments.second}, "every score is at its best by construction", arguments.common.quiet);
  ProgressLine progress(arguments.common.quiet);
  EvaluateOptions options = arguments.options;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.progress = progress.functor();
  Matrix translated = load_rows(*first_file, arguments.max_rows, "read", options.progress).rows;
  const Matrix truth = load_rows(*second_file, arguments.max_rows, "read", options.progress).rows;
  if (!arguments.map.empty()) translated = translate_rows(map, translated, options.progress);
  const Evaluation evaluation = evaluate(translated, truth, map.target_mean, options);
  progress.finish();

  if (arguments.common.json) {
    nlohmann::ordered_json json = {{"files", {arguments.first, arguments.second}}};
    if (!arguments.map.empty()) json["map"] = arguments.map;
    json["seed"] = arguments.common.seed;
    json["bootstrap"] = options.bootstrap;
    json.update(nlohmann::ordered_json::parse(evaluation.to_json()));
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  print_report(evaluation.brief());
  return kSuccess;
}

}  // namespace

void add_evaluate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* command = app.add_subcommand("evaluate", "Score translated vectors against true ones, with intervals and nulls");
  command->add_option("FIRST", arguments->first, "Translated vectors; with --map: vectors of the source model")
      ->type_name("FILE")
      ->required();
  command->add_option("SECOND", arguments->second, "True vectors of the target model; row i belongs to row i of FIRST")
      ->type_name("FILE")
      ->required();
  command->add_option("--map", arguments->map, "Translate FIRST through this map first, and centre by its target mean")
      ->type_name("FILE");
  command->add_option("--pool", arguments->options.pool, "Candidates each row is ranked among; at most the number of rows")
      ->check(at_least(2))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--bootstrap", arguments->options.bootstrap, "Resamples behind the 95 % intervals; 0 = no intervals")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--max-rows", arguments->max_rows, "Use at most this many pairs, spread evenly; 0 = all")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  add_open_options(*command, arguments->first_open, "-a", "FIRST");
  add_open_options(*command, arguments->second_open, "-b", "SECOND");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec evaluate translated.npy truth.npy\n"
      "  vec2vec evaluate --map map.safetensors heldout-a.npy heldout-b.npy --pool 1000\n"
      "  vec2vec evaluate translated.npy truth.npy --json | jq .scores.top1");
  command->callback([arguments, &run] { run = [arguments] { return run_evaluate(*arguments); }; });
}

}  // namespace vec2vec::cli
