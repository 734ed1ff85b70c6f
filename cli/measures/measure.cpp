// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/measure.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "core/text/json.h"
#include "io/file/atomic_file.h"
#include "vec2vec/error.h"
#include "vec2vec/measure_trend.h"
#include "vec2vec/pages.h"

namespace vec2vec::cli {
namespace {

struct MeasureArguments {
  Common common;
  std::vector<std::string> files, names, tensors, fields;
  std::vector<Index> raw_dims;
  bool layers = false, list = false, force = false, all = false;
  std::string csv, report, traits;
  MeasureOptions options;
};

/// What is taken unless --only or --all says otherwise: neighbours and the whole, each with and without distances.
const std::vector<std::string> kShortSet = {"mutual_knn", "cknna", "cka", "rsa", "relative_top1"};

/// One space in memory.
struct LoadedSpace {
  std::string name;
  Matrix rows;
};

/// The value for file i of an option that was given once for all files, once a file, or not at all.
template <class T>
T of_file(const std::vector<T>& values, std::size_t i, std::size_t files, const char* option) {
  if (values.empty()) return {};
  if (values.size() == 1) return values[0];
  if (values.size() != files) {
    bad_input("was given " + std::to_string(values.size()) + " times for " + std::to_string(files) + " files", option,
              "give it once for all files, or once for each");
  }
  return values[i];
}

LoadedSpace load(const std::string& path, const OpenOptions& open, const std::string& name, bool quiet,
                 const Progress& progress) {
  const std::unique_ptr<RowSource> source = open_input(path, open, quiet);
  return {name, load_rows(*source, 0, "read " + name, progress).rows};
}

/// The layers of a file: its 2-d tensors, or the whole of a file that has none.
std::vector<LoadedSpace> load_layers(const std::string& path, OpenOptions open, const std::string& name, bool quiet,
                                     const Progress& progress) {
  const std::vector<std::string> tensors = open.raw_dim > 0 ? std::vector<std::string>{} : list_tensors(path);
  if (tensors.empty()) {
    std::vector<LoadedSpace> only;
    only.push_back(load(path, open, name, quiet, progress));
    return only;
  }
  std::vector<LoadedSpace> layers;
  for (const std::string& tensor : tensors) {
    open.tensor = tensor;
    layers.push_back(load(path, open, name + ":" + tensor, quiet, progress));
  }
  return layers;
}

std::vector<NamedRows> views_of(const std::vector<LoadedSpace>& spaces) {
  std::vector<NamedRows> views;
  for (const LoadedSpace& space : spaces) views.push_back({space.name, space.rows});
  return views;
}

MeasureGrid measure_files(const MeasureArguments& arguments, const MeasureOptions& options) {
  const std::size_t count = arguments.files.size();
  std::vector<std::vector<LoadedSpace>> files;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& path = arguments.files[i];
    OpenOptions open;
    open.raw_dim = of_file(arguments.raw_dims, i, count, "--raw-dim");
    open.tensor = of_file(arguments.tensors, i, count, "--tensor");
    open.field = of_file(arguments.fields, i, count, "--field");
    const std::string name = arguments.names.empty() ? stem_of(path) : of_file(arguments.names, i, count, "--name");
    if (arguments.layers) {
      files.push_back(load_layers(path, open, name, arguments.common.quiet, options.progress));
    } else {
      files.emplace_back();
      files.back().push_back(load(path, open, name, arguments.common.quiet, options.progress));
    }
  }
  if (arguments.layers) return measure_layers(views_of(files[0]), views_of(files[1]), options);
  std::vector<NamedRows> spaces;
  for (const auto& file : files) spaces.push_back(views_of(file)[0]);
  return measure_all(spaces, options);
}

int list_measures() {
  for (const MeasureInfo& info : measure_catalogue()) {
    std::cout << info.key << std::string(info.key.size() < 28 ? 28 - info.key.size() : 1, ' ') << info.family
              << std::string(info.family.size() < 10 ? 10 - info.family.size() : 1, ' ') << info.title << "\n";
  }
  return kSuccess;
}

NextStep next_step(const MeasureArguments& arguments, bool one_pair) {
  if (one_pair)
    return {"The map between the two: their rows belong together, so it is fitted to pairs.",
            "vec2vec align " + arguments.files[0] + " " + arguments.files[1] + " -o map.safetensors --paired"};
  if (arguments.report.empty()) return {"All measures of all pairs on one page.", "the same command with --report grid.html"};
  return {"Every measure of every pair, as a table in colour.", "look at " + arguments.report};
}

/// The JSON of a grid, with the trends in it if there are any.
nlohmann::ordered_json json_of_grid(const MeasureGrid& grid, const std::optional<AgreementTrends>& trends) {
  nlohmann::ordered_json json = parse_ordered_json(grid.to_json());
  if (trends) json["agreement"] = parse_ordered_json(trends->to_json());
  return json;
}

int run_measure(const MeasureArguments& arguments) {
  if (arguments.list) return list_measures();
  const std::size_t count = arguments.files.size();
  if (count < 2) bad_input("a comparison needs at least two files of paired rows", {}, "vec2vec measure a.npy b.npy");
  if (arguments.layers && count != 2) bad_input("takes two files", "--layers", "vec2vec measure --layers a b");
  if (!arguments.names.empty() && arguments.names.size() != count)
    bad_input("needs one name for each file", "--name", "--name minilm --name mpnet");
  if (!arguments.csv.empty() && arguments.csv == arguments.report) bad_input("is named twice as output", arguments.csv);
  if (!arguments.csv.empty()) require_ending(arguments.csv, kCsvFile);
  if (!arguments.report.empty()) require_ending(arguments.report, kHtmlFile);
  std::vector<std::string> inputs = arguments.files;
  if (!arguments.traits.empty()) inputs.push_back(arguments.traits);
  for (const std::string& output : {arguments.csv, arguments.report})
    if (!output.empty()) require_writable(output, arguments.force, inputs);

  ProgressLine progress(arguments.common.quiet);
  MeasureOptions options = arguments.options;
  if (arguments.all && !options.only.empty())
    bad_input("takes every measure, but --only was given too", "--all", "one of the two");
  if (options.only.empty() && !arguments.all) options.only = kShortSet;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.progress = progress.functor();
  options.validate();
  std::optional<TraitTable> traits;  // read before the long work
  if (!arguments.traits.empty()) {
    if (arguments.layers) bad_input("has trends of spaces, not of layers", "option --traits", "leave out --layers");
    if (count < 4) bad_input("needs at least four spaces", "option --traits", "more files, each with its line in the table");
    traits = read_traits(arguments.traits);
  }
  const MeasureGrid grid = measure_files(arguments, options);
  progress.finish();
  stop_if_interrupted();
  std::optional<AgreementTrends> trends;
  if (traits) trends = measure_trends(grid, *traits, options.seed);
  remark_same_files(arguments.files,
                    arguments.layers ? "its layers are compared with themselves too"
                                     : "every measure of the two is at its best by construction",
                    arguments.common.quiet);
  if (!arguments.csv.empty()) write_file(arguments.csv, grid.to_csv(), arguments.force);
  if (!arguments.report.empty())
    write_file(arguments.report, measure_page(json_text(json_of_grid(grid, trends)), grid.to_csv()), arguments.force);

  const bool one_pair = count == 2 && grid.square;
  if (arguments.common.json) {
    nlohmann::ordered_json json = {{"files", arguments.files}, {"seed", options.seed}};
    json.update(parse_ordered_json(one_pair ? grid.cells[1].to_json() : json_text(json_of_grid(grid, trends))));
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  print_report(one_pair ? grid.cells[1].brief() : grid.brief());
  if (trends) print_report(trends->brief());
  if (!arguments.common.quiet) print_next(next_step(arguments, one_pair));
  return kSuccess;
}

}  // namespace

void add_measure(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<MeasureArguments>();
  MeasureOptions& options = arguments->options;
  CLI::App* command =
      app.add_subcommand("measure", "Measure how alike paired rows of two or more spaces are (mutual k-NN, CKA, ...)");
  command->add_option("FILES", arguments->files, "Two or more files; row i stands for the same text in each")
      ->type_name("FILE");
  command
      ->add_option(
          "--only", options.only,
          "Measures or families to take, separated by commas; --list names them. Default: mutual_knn, cknna, cka, rsa, "
          "relative_top1")
      ->delimiter(',')
      ->type_name("NAMES");
  command->add_flag("--all", arguments->all, "Take every measure; minutes where thousands of rows are compared");
  command->add_flag("--list", arguments->list, "List the measures with their families and exit");
  const auto number = [&](const char* name, Index& value, Index smallest, const char* help) {
    command->add_option(name, value, help)->check(at_least(smallest))->type_name("N")->capture_default_str();
  };
  number("--k", options.k, 2, "Neighbours of the k-NN measures");
  number("--max-rows", options.max_rows, 0,
         "Use at most this many rows, drawn at random, and mark values as estimates; 0 = all");
  number("--pair-rows", options.pair_rows, 0, "Rows whose pairs RSA and RBF CKA compare; 0 = all");
  number("--permutations", options.permutations, 10, "Permuted pairings behind each null; costly measures take fewer");
  number("--bootstrap", options.bootstrap, 0, "Resamples behind bootstrap intervals; 0 = none");
  number("--anchors", options.anchors, 2, "Anchor rows of relative representations");
  number("--pool", options.pool, 2, "Candidates a row is ranked among");
  command->add_option("--rbf-sigma", options.rbf_sigma, "Width of RBF kernels; 0 = each side's median distance")
      ->type_name("X")
      ->capture_default_str();
  command->add_flag("--against-reference", options.against_reference,
                    "Also print the values by the definitions of the platonic-rep code");
  command->add_flag("--layers", arguments->layers,
                    "Every 2-d tensor of a safetensors file is a layer: measure all layers of A with all of B");
  command->add_option("--csv", arguments->csv, "Write all pairs with intervals and nulls as CSV")->type_name("FILE");
  command->add_option("--report", arguments->report, "Page to write (.html): heat maps, a map of the spaces, every figure")
      ->type_name("FILE");
  command
      ->add_option("--traits", arguments->traits,
                   "CSV of what else is known of each space: name, perhaps family, and numbers such as competence and "
                   "size; says whether agreement grows with them")
      ->type_name("FILE");
  command->add_flag("--force", arguments->force, "Overwrite these files");
  command->add_option("--name", arguments->names, "Name of a file's space, once for each; default: file names")
      ->expected(1)
      ->take_all()
      ->type_name("NAME");
  command->add_option("--raw-dim", arguments->raw_dims, "Columns of headerless float32 files, once for all or once for each")
      ->expected(1)
      ->take_all()
      ->check(at_least(0))
      ->type_name("N");
  command->add_option("--tensor", arguments->tensors, "Tensor to read of safetensors files, once for all or once for each")
      ->expected(1)
      ->take_all()
      ->type_name("NAME");
  command->add_option("--field", arguments->fields, "Field of the vector of JSON files, once for all or once for each")
      ->expected(1)
      ->take_all()
      ->type_name("NAME");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec measure minilm.npy mpnet.npy\n"
      "  vec2vec measure a.npy b.npy --only mutual_knn,cka --json | jq .measures.cka\n"
      "  vec2vec measure a.npy b.npy c.npy d.npy --report heat.html --csv all.csv\n"
      "  vec2vec measure a.npy b.npy c.npy d.npy --traits models.csv --report atlas.html\n"
      "  vec2vec measure --layers a.safetensors b.safetensors --only mutual_knn\n"
      "  vec2vec measure a.npy b.npy --max-rows 10000 --against-reference");
  command->callback([arguments, &run] { run = [arguments] { return run_measure(*arguments); }; });
}

}  // namespace vec2vec::cli
