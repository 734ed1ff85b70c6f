// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/defend.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/terminal.h"
#include "core/text/json.h"

namespace vec2vec::cli {
namespace {

struct DefendArguments {
  Common common;
  std::string input, output, steps, key, type = "float32";
  OpenOptions open;
  DefendOptions options;
};

int run_defend(const DefendArguments& arguments) {
  DefendOptions options = arguments.options;
  options.steps = parse_defence(arguments.steps);
  options.key = arguments.key.empty() ? key_of_seed(arguments.common.seed) : key_of_file(arguments.key);
  options.threads = arguments.common.threads;
  options.output.format = format_of_name(arguments.output, arguments.input, arguments.open);
  options.output.type = value_type(arguments.type);
  require_writable(arguments.output, options.output.overwrite, {arguments.input, arguments.key});
  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();
  const DefendSummary summary = defend(arguments.input, arguments.open, arguments.output, options);
  progress.finish();
  print_notes(arguments.input, summary.notes, arguments.common.quiet);
  if (arguments.common.json) {
    nlohmann::ordered_json json = {{"output", arguments.output},
                                   {"provenance", arguments.output + ".provenance.json"},
                                   {"steps", to_string(options.steps)}};
    json.update(parse_ordered_json(summary.to_json()));
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  std::cout << summary.brief() << written_to(arguments.output, arguments.common.quiet);
  if (arguments.key.empty() && !arguments.common.quiet)
    std::cout << "note: the secret came from --seed, which can be guessed; --key for anything but an experiment\n";
  return kSuccess;
}

}  // namespace

void add_defend(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<DefendArguments>();
  CLI::App* command =
      app.add_subcommand("defend", "Change the vectors of a store so that they give away less, to measure how much less");
  command->add_option("IN", arguments->input, "Vectors of your store")->type_name("FILE")->required();
  add_output_option(*command, arguments->output);
  command
      ->add_option("--steps", arguments->steps,
                   "Steps in order, split by commas: rotate, permute, project=COLUMNS, truncate=COLUMNS, noise=PART of the "
                   "norm, quantise=BITS")
      ->type_name("LIST")
      ->required();
  command->add_option("--key", arguments->key, "File of at least 16 secret bytes; without it the secret is --seed")
      ->type_name("FILE");
  add_type_option(*command, arguments->type);
  command->add_flag("--force", arguments->options.output.overwrite, "Overwrite the output file");
  add_block_rows_option(*command, arguments->options.block_rows, "Rows in memory at a time");
  add_open_options(*command, arguments->open, "", "IN");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec defend store.npy -o rotated.npy --steps rotate --key secret.bin\n"
      "  vec2vec defend store.npy -o noisy.npy --steps rotate,noise=0.3,quantise=8 --key secret.bin\n"
      "A rotation alone protects nothing: vec2vec align finds it from public text (docs/commands/texts.md).");
  command->callback([arguments, &run] { run = [arguments] { return run_defend(*arguments); }; });
}

}  // namespace vec2vec::cli
