// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/evaluate.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "vec2vec/error.h"
#include "vec2vec/map.h"

namespace vec2vec::cli {
namespace {

struct EvaluateArguments {
  Common common;
  std::string first;                // translated rows; with a map: source rows
  std::vector<std::string> second;  // true rows; of a map of several known spaces: a file for each of them
  std::string map, to;
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

/// Refuses files of other dimensions than the map's two sides, and other numbers of files than it has known spaces.
void require_fit(const Map& map, Index source_dim, const std::vector<Index>& target_dims, const EvaluateArguments& arguments) {
  const std::size_t known = std::max<std::size_t>(1, map.targets.size());
  if (target_dims.size() != known)
    bad_input("the map has " + std::to_string(known) + " known space" + (known == 1 ? "" : "s") + "; there are true rows of " +
                  std::to_string(target_dims.size()),
              arguments.map,
              known == 1 ? "one file of true rows" : "--to NAME with one file, or a file for each, in the map's order");
  Index target_dim = 0;
  for (Index dim : target_dims) target_dim += dim;
  const Index own_dim = map.targets.empty() ? map.target_dim() : map.components.rows();
  if (source_dim == map.source_dim() && target_dim == own_dim) return;
  const bool swapped = target_dim == map.source_dim() && source_dim == own_dim;
  bad_input("the map goes from dimension " + std::to_string(map.source_dim()) + " to " + std::to_string(own_dim) +
                "; the files have " + std::to_string(source_dim) + " and " + std::to_string(target_dim),
            arguments.map,
            swapped ? "swap the two files: SOURCE comes first" : "the files of the models that the map was made for");
}

int run_evaluate(const EvaluateArguments& arguments) {
  Map map;
  if (!arguments.map.empty()) map = load_map(arguments.map, arguments.first, arguments.to);
  const std::unique_ptr<RowSource> first_file = open_input(arguments.first, arguments.first_open, arguments.common.quiet);
  std::vector<std::unique_ptr<RowSource>> second_files;
  std::vector<Index> dims;
  std::vector<std::string> paths = {arguments.first};
  for (const std::string& path : arguments.second) {
    const auto& file = second_files.emplace_back(open_input(path, arguments.second_open, arguments.common.quiet));
    dims.push_back(file->dim());
    paths.push_back(path);
    if (first_file->rows() != file->rows())
      bad_input("has " + std::to_string(file->rows()) + " rows, but " + arguments.first + " has " +
                    std::to_string(first_file->rows()),
                path, "files whose rows belong together one to one");
  }
  if (!arguments.map.empty()) {
    require_fit(map, first_file->dim(), dims, arguments);
  } else if (dims.size() > 1) {
    bad_input("several files of true rows need the map that makes one space of them", arguments.second[1], "--map MAP");
  } else if (first_file->dim() != dims[0]) {
    bad_input(
        "has dimension " + std::to_string(dims[0]) + ", but " + arguments.first + " has " + std::to_string(first_file->dim()),
        arguments.second[0], "--map MAP when the first file is not translated yet");
  }

  remark_same_files(paths, "every score is at its best by construction", arguments.common.quiet);
  ProgressLine progress(arguments.common.quiet);
  EvaluateOptions options = arguments.options;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.progress = progress.functor();
  Matrix translated = load_rows(*first_file, arguments.max_rows, "read", options.progress).rows;
  std::vector<Matrix> known;
  for (const auto& file : second_files) known.push_back(load_rows(*file, arguments.max_rows, "read", options.progress).rows);
  const Matrix truth = known.size() == 1 ? std::move(known[0]) : map.consensus({known.begin(), known.end()});
  if (!arguments.map.empty()) translated = translate_rows(map, translated, options.progress);
  const Evaluation evaluation = evaluate(translated, truth, map.target_mean, options);
  progress.finish();

  if (arguments.common.json) {
    nlohmann::ordered_json json = {{"files", paths}};
    if (!arguments.map.empty()) json["map"] = arguments.map;
    if (!arguments.to.empty()) json["to"] = arguments.to;
    json["seed"] = arguments.common.seed;
    json["bootstrap"] = options.bootstrap;
    json.update(parse_ordered_json(evaluation.to_json()));
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
  command->add_option("A", arguments->first, "Translated vectors; with --map: vectors of the source model")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("B", arguments->second,
                   "True vectors of the target model; row i belongs to row i of A. With a map of several known spaces and "
                   "without --to: a file for each of them, in the map's order")
      ->type_name("FILE")
      ->required();
  command->add_option("--map", arguments->map, "Translate A through this map first, and centre by its target mean")
      ->type_name("FILE");
  add_target_option(*command, arguments->to);
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
  add_open_options(*command, arguments->first_open, "-a", "A");
  add_open_options(*command, arguments->second_open, "-b", "B");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec evaluate translated.npy truth.npy\n"
      "  vec2vec evaluate --map map.safetensors heldout-a.npy heldout-b.npy --pool 1000\n"
      "  vec2vec evaluate translated.npy truth.npy --json | jq .scores.top1");
  command->callback([arguments, &run] { run = [arguments] { return run_evaluate(*arguments); }; });
}

}  // namespace vec2vec::cli
