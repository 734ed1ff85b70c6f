#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.h"
#include "files.h"
#include "terminal.h"
#include "vec2vec/map.h"

namespace vec2vec::cli {
namespace {

struct TranslateArguments {
  Common common;
  std::string map, input, output, type = "float32";
  OpenOptions open;
  TranslateOptions options;
};

int run_translate(const TranslateArguments& arguments) {
  TranslateOptions options = arguments.options;
  options.threads = arguments.common.threads;
  options.output.format = format_of_name(arguments.output);
  options.output.type = value_type(arguments.type);
  const Map map = Map::load(arguments.map);
  require_writable(arguments.output, options.output.overwrite, {arguments.map, arguments.input});
  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();
  const TranslateSummary summary = translate(map, arguments.map, arguments.input, arguments.open, arguments.output, options);
  progress.finish();

  if (arguments.common.json) {
    const nlohmann::ordered_json json = {{"output", arguments.output},
                                         {"provenance", arguments.output + ".provenance.json"},
                                         {"rows", summary.rows},
                                         {"dim", map.target_dim()},
                                         {"zero_rows", summary.zero_rows},
                                         {"seconds", summary.seconds},
                                         {"map_sha256", summary.map_sha256},
                                         {"input_sha256", summary.input_sha256}};
    std::cout << json.dump(2) << "\n";
    return kSuccess;
  }
  std::cout << summary.rows << " rows x " << map.target_dim() << " in " << arguments.output << " ("
            << format_seconds(summary.seconds) << ")\n";
  if (summary.zero_rows > 0) {
    std::cout << "note: " << summary.zero_rows << " rows were all zero; they became the target's mean direction\n";
  }
  if (!arguments.common.quiet) std::cout << "Where they come from is in " << arguments.output << ".provenance.json\n";
  return kSuccess;
}

}  // namespace

void add_translate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<TranslateArguments>();
  CLI::App* command = app.add_subcommand("translate", "Translate a file of vectors through a map, with constant memory");
  command->add_option("MAP", arguments->map, "Map file written by align")->type_name("FILE")->required();
  command->add_option("IN", arguments->input, "Vectors of the source model")->type_name("FILE")->required();
  command
      ->add_option("OUT", arguments->output,
                   "File to write; format by its ending: .npy .safetensors .fvecs .csv .tsv .bin .raw .f32")
      ->type_name("FILE")
      ->required();
  add_type_option(*command, arguments->type);
  command->add_flag("--force", arguments->options.output.overwrite, "Overwrite OUT");
  command->add_flag("--centred", arguments->options.centred, "Write centred unit rows, without the target's mean");
  command->add_flag("--ignore-fingerprint", arguments->options.ignore_fingerprint,
                    "Translate rows that do not look like the map's source model");
  add_block_rows_option(*command, arguments->options.block_rows, "Rows in memory at a time");
  add_open_options(*command, arguments->open, "", "IN");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec translate map.safetensors queries.npy queries-in-b.npy\n"
      "  vec2vec translate map.safetensors a.fvecs b.safetensors --type float16 --force\n"
      "  vec2vec translate map.safetensors a.f32 b.npy --raw-dim 384 --centred");
  command->callback([arguments, &run] { run = [arguments] { return run_translate(*arguments); }; });
}

}  // namespace vec2vec::cli
