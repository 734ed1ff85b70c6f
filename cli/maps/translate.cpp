// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "core/text/json.h"
#include "vec2vec/error.h"
#include "vec2vec/map.h"

namespace vec2vec::cli {
namespace {

struct TranslateArguments {
  Common common;
  std::string map, to, input, output, type = "float32";
  OpenOptions open;
  TranslateOptions options;
};

int run_translate(const TranslateArguments& arguments) {
  TranslateOptions options = arguments.options;
  options.threads = arguments.common.threads;
  refuse_database(arguments.input);
  const Map map = load_map(arguments.map, arguments.input, arguments.to);
  options.output.format = format_of_name(arguments.output, arguments.input, arguments.open);
  options.output.type = value_type(arguments.type);
  std::vector<std::string> inputs = {arguments.map, arguments.input};
  if (!options.store_path.empty()) inputs.push_back(options.store_path);
  require_writable(arguments.output, options.output.overwrite, inputs);
  if (!options.confidence_path.empty()) {
    if (options.confidence_path == arguments.output)
      bad_input("is also the name of the output", options.confidence_path, "another name");
    require_writable(options.confidence_path, options.output.overwrite, inputs);
    format_of_name(options.confidence_path);
  }
  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();
  const TranslateSummary summary = translate(map, arguments.map, arguments.input, arguments.open, arguments.output, options);
  progress.finish();
  print_notes(arguments.input, summary.notes, arguments.common.quiet);

  if (arguments.common.json) {
    nlohmann::ordered_json json = {{"output", arguments.output}, {"provenance", arguments.output + ".provenance.json"}};
    json.update(parse_ordered_json(summary.to_json()));
    if (!options.confidence_path.empty()) {
      const bool searched = !options.store_path.empty();
      nlohmann::ordered_json confidence = {{"file", options.confidence_path}, {"columns", {"support"}}};
      if (searched) confidence["columns"] = {"match", "margin", "support"};
      if (searched) confidence["store"] = options.store_path;
      confidence.update(json["confidence"]);
      json["confidence"] = confidence;
    }
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  std::string text = summary.brief();
  if (!options.confidence_path.empty())
    text += "Confidence of each row: " + options.confidence_path + ", columns " +
            (options.store_path.empty() ? "support" : "match, margin, support") + "\n";
  text += written_to(arguments.output, arguments.common.quiet);
  print_report(text);
  return kSuccess;
}

}  // namespace

void add_translate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<TranslateArguments>();
  CLI::App* command = app.add_subcommand("translate", "Translate a file of vectors through a map, with constant memory");
  command->add_option("MAP", arguments->map, "Map file written by align")->type_name("FILE")->required();
  command->add_option("IN", arguments->input, "Vectors of the source model")->type_name("FILE")->required();
  add_output_option(*command, arguments->output);
  add_target_option(*command, arguments->to);
  add_type_option(*command, arguments->type);
  command->add_flag("--force", arguments->options.output.overwrite, "Overwrite the output file");
  command->add_flag("--centred", arguments->options.centred, "Write centred unit rows, without the target's mean");
  command->add_flag("--ignore-fingerprint", arguments->options.ignore_fingerprint,
                    "Translate rows that do not look like the map's source model");
  CLI::Option* confidence = command->add_option(
      "--confidence", arguments->options.confidence_path,
      "Also write how far each row can be trusted: column support (0 = unlike the rows of the fit); format by ending");
  confidence->type_name("FILE");
  command
      ->add_option("--store", arguments->options.store_path,
                   "Target rows the translations will be searched in; adds columns match (probability that the nearest is "
                   "right) and margin to --confidence")
      ->type_name("FILE")
      ->needs(confidence);
  add_block_rows_option(*command, arguments->options.block_rows, "Rows in memory at a time");
  add_open_options(*command, arguments->open, "", "IN");
  add_open_options(*command, arguments->options.store_open, "-store", "the store");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec translate map.safetensors queries.npy -o queries-in-b.npy\n"
      "  vec2vec translate map.safetensors queries.npy -o queries-in-mpnet.npy --to mpnet\n"
      "  vec2vec translate map.safetensors a.fvecs -o b.safetensors --type float16 --force\n"
      "  vec2vec translate map.safetensors a.f32 -o b.npy --raw-dim 384 --centred\n"
      "  vec2vec translate map.safetensors queries.npy -o q.npy --confidence confidence.csv --store documents-in-b.npy");
  command->callback([arguments, &run] { run = [arguments] { return run_translate(*arguments); }; });
}

}  // namespace vec2vec::cli
