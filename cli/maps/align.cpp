// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/align.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli/common/command.h"
#include "cli/common/effort.h"
#include "cli/common/files.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "cli/maps/align_report.h"
#include "cli/maps/neural_arguments.h"
#include "core/text/json.h"
#include "core/time.h"
#include "vec2vec/error.h"
#include "vec2vec/pairs.h"

namespace vec2vec::cli {
namespace {

/// One side of the alignment as named on the command line.
struct Side {
  std::string path, name;
  OpenOptions open;
  std::vector<std::string> notes = {};  // on how the file is read
};

struct AlignArguments {
  Common common;
  Side source;
  std::vector<Side> targets;  // the first is the target, further ones are of the same texts
  std::vector<std::string> target_paths, target_names;
  OpenOptions target_open;
  std::string output, method = "linear";
  std::string pairs;
  NeuralArguments neural;
  AlignReport report;
  bool force = false, paired = false, procrustes = false, by_cosine = false, partial = false;
  Effort effort = Effort::kNormal;
  double time_budget = 0;  // seconds
  Index max_rows = 0;
};

/// What the map's card keeps of one input.
nlohmann::ordered_json input_card(const Side& side, const LoadedRows& loaded) {
  nlohmann::ordered_json card = {
      {"name", side.name},     {"path", side.path},           {"sha256", file_sha256(side.path)}, {"format", loaded.format},
      {"dtype", loaded.dtype}, {"rows", loaded.rows_in_file}, {"rows_used", loaded.rows.rows()},  {"dim", loaded.rows.cols()}};
  if (!side.notes.empty()) card["notes"] = side.notes;
  return card;
}

/// What to do with the map, the most useful first.
std::vector<NextStep> next_steps(const AlignArguments& arguments, Verdict verdict) {
  const std::string to = arguments.targets.size() > 1 ? " --to " + arguments.targets[0].name : "";
  const std::string &map = arguments.output, &a = arguments.source.path, &b = arguments.targets[0].path;
  const NextStep translate = {"Rows of A in the space of B.", "vec2vec translate " + map + " " + a + " -o translated.npy" + to};
  const NextStep evaluate = {"Scores of rows that are known to belong together, row by row.",
                             "vec2vec evaluate --map " + map + " HELD-OUT-A HELD-OUT-B" + to};
  const std::string again = "vec2vec align " + a + " " + b + " -o " + map + " --force";
  const NextStep longer = {"More searches, which an uncertain or missed map may need.", again + " --effort high"};
  const NextStep pairs = {"A few known pairs (row of A, row of B) decide what rows alone leave open.",
                          again + " --pairs pairs.csv"};
  const NextStep parts = {"Only parts of the two sides are of the same kind? Then find out which.", again + " --partial"};
  const NextStep kinship = {"One model, two that align, or neither?", "vec2vec inspect --fingerprint " + a + " " + b};
  switch (verdict) {
    case Verdict::kAligned:
      return {translate, evaluate, {"In CI: is the map good enough?", "vec2vec gate " + map + " --policy policy.json"}};
    case Verdict::kUncertain:
      return {evaluate, longer, pairs};
    case Verdict::kNotAligned:
      break;
  }
  if (arguments.partial) return {longer, kinship, pairs};
  return {longer, parts, kinship, pairs};
}

int exit_code(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAligned:
      return kSuccess;
    case Verdict::kUncertain:
      return kUncertainExit;
    case Verdict::kNotAligned:
      break;
  }
  return kNotAlignedExit;
}

/// Adds the inputs to the map's card and writes the map.
void save(Map& map, const nlohmann::ordered_json& inputs, const AlignArguments& arguments) {
  nlohmann::ordered_json card = map.card.empty() ? nlohmann::ordered_json::object() : parse_ordered_json(map.card);
  card["inputs"] = inputs;
  map.card = json_text(card);
  stop_if_interrupted();
  map.save(arguments.output, arguments.force);
}

std::unique_ptr<RowSource> open_side(Side& side, bool quiet) {
  refuse_database(side.path);
  if (side.open.tensor.empty()) refuse_map(side.path);
  if (side.name.empty()) side.name = stem_of(side.path);
  std::unique_ptr<RowSource> file = open_rows(side.path, side.open);
  side.notes = notes_on(*file);
  print_notes(side.path, side.notes, quiet);
  return file;
}

/// The files of the target and of what else is known of its texts.
std::vector<std::unique_ptr<RowSource>> open_targets(AlignArguments& arguments) {
  if (arguments.target_names.size() > arguments.target_paths.size())
    bad_input("--name-b is given " + std::to_string(arguments.target_names.size()) + " times for " +
                  std::to_string(arguments.target_paths.size()) + " target files",
              "--name-b", "one name a file, in the order of the files");
  if (arguments.target_paths.size() > 1 && (arguments.method == "neural" || arguments.procrustes))
    bad_input("takes one target file", arguments.procrustes ? "--procrustes" : "--method neural",
              "align with several targets without it, or with one target");
  std::vector<std::unique_ptr<RowSource>> files;
  for (std::size_t k = 0; k < arguments.target_paths.size(); ++k) {
    Side& side = arguments.targets.emplace_back();
    side.path = arguments.target_paths[k];
    side.open = arguments.target_open;
    if (k < arguments.target_names.size()) side.name = arguments.target_names[k];
    files.push_back(open_side(side, arguments.common.quiet));
    if (files[k]->rows() != files[0]->rows())
      bad_input("has " + std::to_string(files[k]->rows()) + " rows, but " + arguments.targets[0].path + " has " +
                    std::to_string(files[0]->rows()),
                side.path, "known spaces hold the same texts: encode one list of texts with each model");
  }
  return files;
}

std::vector<RowPair> known_pairs(const AlignArguments& arguments) {
  if (arguments.pairs.empty()) return {};
  PairFile known = read_pairs(arguments.pairs);
  print_notes(arguments.pairs, known.notes, arguments.common.quiet);
  return std::move(known.pairs);
}

/// Row i of A belongs to row i of B.
std::vector<RowPair> all_pairs(Index rows) {
  std::vector<RowPair> pairs;
  for (Index i = 0; i < rows; ++i) pairs.push_back({i, i});
  return pairs;
}

/// Where the results are, and what to do next.
void tell_files(const AlignArguments& arguments, const std::vector<NextStep>& next) {
  std::cout << "  map                              " << arguments.output << "\n";
  if (!arguments.report.page.empty())
    std::cout << "  report                           " << arguments.report.page << ", its figures in "
              << json_path(arguments.report.page) << "\n";
  print_next(next[0]);
}

/// What an alignment works on: all rows, the problem made of them, and the inputs as the map's card names them.
struct Loaded {
  explicit Loaded(bool quiet) : progress(quiet) {}

  LoadedRows source;
  std::vector<LoadedRows> targets;
  AlignProblem problem;  // views of the rows
  nlohmann::ordered_json inputs;
  ProgressLine progress;
};

/// Adds to the facts where the files are, and writes the report.
void finish_facts(nlohmann::ordered_json& facts, const Map& map, Loaded& loaded, const std::vector<NextStep>& next,
                  const AlignArguments& arguments) {
  facts["map"] = arguments.output;
  if (!arguments.report.page.empty()) facts["report"] = arguments.report.page;
  facts["inputs"] = loaded.inputs;
  arguments.report.write(facts, map, loaded.problem, next, loaded.source, loaded.targets[0], arguments.common, arguments.force,
                         loaded.progress.functor());
  loaded.progress.finish();
}

int align_procrustes(Loaded& loaded, const AlignArguments& arguments) {
  Map map = fit_paired(loaded.problem.source, loaded.problem.target);
  loaded.progress.finish();
  save(map, loaded.inputs, arguments);
  const std::vector<NextStep> next = next_steps(arguments, Verdict::kAligned);
  nlohmann::ordered_json json = {{"method", "Procrustes, paired"}, {"pairs", loaded.source.rows.rows()}};
  finish_facts(json, map, loaded, next, arguments);
  if (arguments.common.json) {
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  std::cout << "Map of " << loaded.source.rows.rows() << " known pairs, " << map.source_dim() << " -> " << map.target_dim()
            << "\n";
  if (!arguments.common.quiet) tell_files(arguments, next);
  return kSuccess;
}

/// Trains the translator from the linear map `start` (ignored with --init random) and writes the neural map.
int train(Loaded& loaded, const Map& start, Verdict verdict, double time_budget, const AlignArguments& arguments) {
  NeuralOptions options = arguments.neural.options();
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.time_budget = time_budget;
  options.progress = loaded.progress.functor();
  NeuralSummary summary = train_neural(loaded.problem, start, options);
  loaded.progress.finish();
  save(summary.map, loaded.inputs, arguments);
  const std::vector<NextStep> next = next_steps(arguments, verdict);
  auto json = parse_ordered_json(summary.to_json());
  json["verdict"] = to_string(verdict);
  finish_facts(json, summary.map, loaded, next, arguments);
  if (arguments.common.json) {
    std::cout << json_text(json, 2) << "\n";
    return exit_code(verdict);
  }
  std::cout << to_string(verdict)
            << (options.start == NeuralStart::kLinear ? "  (of the linear start)\n" : "  (a random start has no verdict)\n")
            << summary.brief();
  if (!arguments.common.quiet) tell_files(arguments, next);
  return exit_code(verdict);
}

/// The files of both sides.
struct Files {
  std::unique_ptr<RowSource> source;
  std::vector<std::unique_ptr<RowSource>> targets;
  std::vector<std::string> paths;
};

Files open_files(AlignArguments& arguments) {
  Files files;
  files.source = open_side(arguments.source, arguments.common.quiet);
  files.targets = open_targets(arguments);
  if (arguments.paired && files.source->rows() != files.targets[0]->rows()) {
    bad_input("--paired needs as many rows in both files; they have " + std::to_string(files.source->rows()) + " and " +
                  std::to_string(files.targets[0]->rows()),
              arguments.targets[0].path, "align without --paired when rows do not belong together one to one");
  }
  files.paths = {arguments.source.path};
  files.paths.insert(files.paths.end(), arguments.target_paths.begin(), arguments.target_paths.end());
  return files;
}

/// Refuses, before any work, what could not be written in the end.
void check_outputs(const AlignArguments& arguments, const std::vector<std::string>& inputs) {
  require_ending(arguments.output, kMapFile);
  require_writable(arguments.output, arguments.force, inputs);
  std::vector<std::string> taken = inputs;
  for (const std::string& path : {arguments.output, arguments.report.source_texts_path, arguments.report.target_texts_path})
    taken.push_back(path);
  arguments.report.check(arguments.force, taken);
  if (arguments.method == "neural") arguments.neural.options().validate();
  if (!arguments.neural.plot.empty()) require_ending(arguments.neural.plot, kHtmlFile);
  if (!arguments.neural.log.empty()) require_ending(arguments.neural.log, kCsvFile);
}

/// Reads all rows and closes the files, whose mapped pages would stay in memory.
void read_rows(Files files, Loaded& loaded, const AlignArguments& arguments) {
  const Side &source = arguments.source, &target = arguments.targets[0];
  const auto read = [&](RowSource& file, const std::string& name) {
    return load_rows(file, arguments.max_rows, "read " + name, loaded.progress.functor());
  };
  loaded.source = read(*files.source, source.name);
  for (std::size_t k = 0; k < files.targets.size(); ++k)
    loaded.targets.push_back(read(*files.targets[k], arguments.targets[k].name));
  loaded.inputs = {{"source", input_card(source, loaded.source)}, {"target", input_card(target, loaded.targets[0])}};
  loaded.problem = {loaded.source.rows, loaded.targets[0].rows, source.name, target.name};
  for (std::size_t k = 1; k < loaded.targets.size(); ++k) {
    loaded.inputs["more_targets"].push_back(input_card(arguments.targets[k], loaded.targets[k]));
    loaded.problem.more_targets.push_back({loaded.targets[k].rows, arguments.targets[k].name});
  }
}

AlignOptions options_of(const AlignArguments& arguments, const Progress& progress) {
  AlignOptions options;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.effort = arguments.effort;
  options.time_budget = arguments.time_budget;
  options.partial = arguments.partial;
  options.by_cosine = arguments.by_cosine;
  if (arguments.method != "neural") options.checkpoint = arguments.neural.checkpoint;
  options.progress = progress;
  return options;
}

/// Writes the linear map and its report, and says what was found.
int finish_linear(Loaded& loaded, AlignSummary summary, const AlignArguments& arguments) {
  loaded.progress.finish();
  save(summary.map, loaded.inputs, arguments);
  const std::vector<NextStep> next = next_steps(arguments, summary.verdict);
  auto json = parse_ordered_json(summary.to_json());
  finish_facts(json, summary.map, loaded, next, arguments);
  if (arguments.common.json) {
    std::cout << json_text(json, 2) << "\n";
    return exit_code(summary.verdict);
  }
  print_report(summary.brief());
  if (arguments.common.quiet) return exit_code(summary.verdict);
  tell_files(arguments, next);
  if (summary.verdict == Verdict::kNotAligned)
    std::cout << "note: do not use the map; more rows a side, another --seed, or texts of the same kind may help\n";
  return exit_code(summary.verdict);
}

int run_align(AlignArguments arguments) {
  const auto begin = Clock::now();
  Files files = open_files(arguments);
  check_outputs(arguments, files.paths);
  std::vector<RowPair> pairs = known_pairs(arguments);
  const std::vector<std::string> paths = files.paths;
  Loaded loaded(arguments.common.quiet);
  read_rows(std::move(files), loaded, arguments);
  stop_if_interrupted();
  remark_same_files(paths, "the map found is that of the rows onto themselves, and its verdict says nothing of other files",
                    arguments.common.quiet);
  arguments.report.read_texts_of(loaded.source, loaded.targets[0]);
  if (arguments.procrustes) return align_procrustes(loaded, arguments);

  loaded.problem.pairs = arguments.paired ? all_pairs(loaded.source.rows.rows()) : std::move(pairs);
  const bool neural = arguments.method == "neural";
  if (neural && (arguments.neural.init == "random" || !arguments.neural.start.empty())) {
    const Map start = arguments.neural.init == "random" ? Map{} : load_map(arguments.neural.start);
    return train(loaded, start, verdict_of(start), arguments.time_budget, arguments);
  }
  AlignSummary summary = align(loaded.problem, options_of(arguments, loaded.progress.functor()));
  if (neural && summary.verdict != Verdict::kNotAligned) {  // training cannot repair a wrong start
    const double used = seconds_since(begin);
    const double left = arguments.time_budget > 0 ? std::max(1e-3, arguments.time_budget - used) : 0;
    return train(loaded, summary.map, summary.verdict, left, arguments);
  }
  return finish_linear(loaded, std::move(summary), arguments);
}

}  // namespace

void add_align(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<AlignArguments>();
  CLI::App* command = app.add_subcommand(
      "align", "Find the map from the space of A to the space of B, without pairs, with a few, or with many");
  command->add_option("A", arguments->source.path, "Vectors of the source model, one row a text")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("B", arguments->target_paths,
                   "Vectors of the target model; other texts of the same kind. Several files: the same texts by other models "
                   "that you know, row by row; together they need far fewer rows of A")
      ->type_name("FILE")
      ->required();
  command->add_option("-o,--output", arguments->output, "Map file to write (safetensors)")->type_name("FILE")->required();
  command->add_flag("--force", arguments->force, "Overwrite the map file and the report");
  arguments->report.add_options(*command);
  add_effort_option(
      *command, arguments->effort, arguments->time_budget,
      "low, normal or high: 2 to 12, 4 to 24, 8 to 96 searches and ever more refinement; or a time, e.g. 90s, 5m, "
      "1h: high until then. Searches stop when two agree and the least number was run");
  add_time_option(*command, "--time-budget", arguments->time_budget, "Begin no new search after this time; 0 = no limit");
  command
      ->add_option("--checkpoint", arguments->neural.checkpoint,
                   "Keep the state of the search (with --method neural: of training) in this file and go on from it when it "
                   "exists: repeat the command after a crash")
      ->type_name("FILE");
  command->add_option("--max-rows", arguments->max_rows, "Use at most this many rows a side, spread evenly; 0 = all")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--name-a", arguments->source.name, "Name of the source model for the map's card; default: A's file name")
      ->type_name("NAME");
  command
      ->add_option("--name-b", arguments->target_names,
                   "Name of the target model; default: B's file name. Once for each file B, in their order")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  add_open_options(*command, arguments->source.open, "-a", "A");
  add_open_options(*command, arguments->target_open, "-b", "B");
  CLI::Option* pairs = command->add_option("--pairs", arguments->pairs,
                                           "Known pairs: a file of two columns, row of A and row of B, counted from 0; a few "
                                           "help, a wrong one does little harm");
  pairs->type_name("FILE")->excludes("--max-rows");
  CLI::Option* paired = command->add_flag("--paired", arguments->paired, "Row i of A belongs to row i of B, for all rows");
  paired->excludes(pairs);
  command
      ->add_flag(
          "--partial", arguments->partial,
          "When all rows together do not align, try parts of either side: rows of no counterpart on the other spoil the fit")
      ->excludes(pairs)
      ->excludes(paired);
  command
      ->add_flag("--procrustes", arguments->procrustes,
                 "With --paired: the plain orthogonal map, the oracle that unpaired maps are measured against")
      ->needs(paired);
  command
      ->add_flag("--by-cosine", arguments->by_cosine,
                 "With --paired: of the kinds of map that cross-validation compares, the one of the largest cosine, not of the "
                 "largest top-1")
      ->needs(paired)
      ->excludes("--procrustes");
  command
      ->add_option(
          "--method", arguments->method,
          "linear, or neural: the linear map first, then the translator of vec2vec trained from it (minutes; its options: "
          "--help-neural)")
      ->check(CLI::IsMember({"linear", "neural"}).description(""))
      ->type_name("METHOD")
      ->excludes("--procrustes")
      ->capture_default_str();
  add_neural(*command, arguments->neural);
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec align minilm.npy mpnet.npy -o map.safetensors\n"
      "  vec2vec align a.npy b.npy -o map.safetensors --max-rows 20000 --effort high --seed 1 --json\n"
      "  vec2vec align a.npy b.npy -o map.safetensors --pairs pairs.csv\n"
      "  vec2vec align a.npy b.npy -o map.safetensors --report page.html --texts-a a.txt --texts-b b.txt\n"
      "  vec2vec align unknown.npy minilm.npy mpnet.npy bge.npy -o map.safetensors    (three models of the same texts)\n"
      "  vec2vec align a.f32 b.safetensors -o map.safetensors --raw-dim-a 384 --tensor-b embeddings\n"
      "  vec2vec align a.npy b.npy -o map.safetensors --method neural --checkpoint training.safetensors --plot training.html\n"
      "\n"
      "Exit codes: 0 ALIGNED, 3 UNCERTAIN, 4 NOT_ALIGNED (a map is written in each case),\n"
      "1 internal failure, 2 bad input, 130 interrupted (nothing is written)");
  command->callback([arguments, &run] { run = [arguments] { return run_align(*arguments); }; });
}

}  // namespace vec2vec::cli
