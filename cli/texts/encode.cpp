// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/encode.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/terminal.h"
#include "core/text/json.h"
#include "core/text/number.h"
#include "vec2vec/encode_pictures.h"
#include "vec2vec/error.h"

namespace vec2vec::cli {
namespace {

struct EncodeArguments {
  Common common;
  std::string model, input, output, type = "float32", pooling = "model", precision = "float32", layer;
  Index block_rows = 0;
  bool pictures = false, skip_damaged = false;
  EncodeOptions options;
};

/// What is common to texts and pictures.
CreateOptions output_of(const EncodeArguments& arguments) {
  CreateOptions output = arguments.options.output;
  output.format = format_of_name(arguments.output);
  output.type = value_type(arguments.type);
  require_writable(arguments.output, output.overwrite, {arguments.input});
  return output;
}
Precision precision_of(const EncodeArguments& arguments) {
  return arguments.precision == "bfloat16" ? Precision::kBfloat16 : Precision::kFloat32;
}

/// Prints the summary of either kind.
template <class Summary>
int print_summary(const EncodeArguments& arguments, const Summary& summary) {
  if (!arguments.common.json) {
    print_report(summary.brief() + written_to(arguments.output, arguments.common.quiet));
    return kSuccess;
  }
  nlohmann::ordered_json json = {{"output", arguments.output}, {"provenance", arguments.output + ".provenance.json"}};
  json.update(parse_ordered_json(summary.to_json()));
  std::cout << json_text(json, 2) << "\n";
  return kSuccess;
}

int run_pictures(const EncodeArguments& arguments) {
  EncodePicturesOptions options;
  options.encoder = {arguments.layer, precision_of(arguments), arguments.common.threads};
  options.skip_damaged = arguments.skip_damaged;
  options.restart = arguments.options.restart;
  if (arguments.block_rows > 0) options.block_rows = arguments.block_rows;
  options.output = output_of(arguments);
  require_writable(arguments.output + ".names.txt", options.output.overwrite, {arguments.input});
  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();
  const EncodePicturesSummary summary = encode_pictures(arguments.model, arguments.input, arguments.output, options);
  progress.finish();
  return print_summary(arguments, summary);
}

/// Whether the input is pictures: a folder or a picture, or a list of them as --pictures or the model says.
bool means_pictures(const EncodeArguments& arguments) {
  if (arguments.pictures || holds_pictures(arguments.input)) return true;
  return takes_pictures(arguments.model) && !takes_texts(arguments.model);
}

void refuse_options_of_the_other_kind(const EncodeArguments& arguments, bool pictures) {
  const EncodeOptions& texts = arguments.options;
  if (pictures &&
      (texts.text_column > 0 || !texts.encoder.prefix.empty() || texts.encoder.max_tokens > 0 || arguments.pooling != "model"))
    bad_input("--text-column, --prefix, --max-tokens and --pooling are for texts, but the input is pictures", arguments.input,
              "the command without them");
  if (!pictures && (arguments.skip_damaged || !arguments.layer.empty()))
    bad_input("--skip-damaged and --layer are for pictures, but the input is texts", arguments.input,
              "--pictures, when the file is a list of pictures");
}

int run_encode(const EncodeArguments& arguments) {
  const bool pictures = means_pictures(arguments);
  refuse_options_of_the_other_kind(arguments, pictures);
  if (pictures) return run_pictures(arguments);
  EncodeOptions options = arguments.options;
  if (arguments.block_rows > 0) options.block_rows = arguments.block_rows;
  options.encoder.threads = arguments.common.threads;
  options.encoder.pooling = arguments.pooling == "mean"  ? Pooling::kMean
                            : arguments.pooling == "cls" ? Pooling::kCls
                                                         : Pooling::kModel;
  options.encoder.precision = precision_of(arguments);
  options.output = output_of(arguments);
  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();
  const EncodeSummary summary = encode(arguments.model, arguments.input, arguments.output, options);
  progress.finish();
  return print_summary(arguments, summary);
}

}  // namespace

void add_encode(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<EncodeArguments>();
  CLI::App* command = app.add_subcommand("encode", "Encode texts or pictures into vectors with an encoder of your own");
  EncodeOptions& options = arguments->options;
  command->add_option("MODEL", arguments->model, "Model folder in Hugging Face layout (scripts/models.sh unpacks some)")
      ->type_name("FOLDER")
      ->required();
  command
      ->add_option("INPUT", arguments->input,
                   "UTF-8 text file, whose line i becomes row i; or a folder of pictures (JPEG, PNG, WebP), or a picture")
      ->type_name("FILE|FOLDER")
      ->required();
  add_output_option(*command, arguments->output);
  command->add_option("--text-column", options.text_column, "Encode this tab-separated column of each line; 0 = whole lines")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--prefix", options.encoder.prefix, "Put before every text, such as \"query: \" for E5 models")
      ->type_name("TEXT");
  command->add_option("--max-tokens", options.encoder.max_tokens, "Cut longer texts; 0 = the model's own limit")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--pooling", arguments->pooling, "How token vectors become one: model (as its folder says), mean or cls")
      ->check(CLI::IsMember({"model", "mean", "cls"}).description(""))
      ->type_name("HOW")
      ->capture_default_str();
  command
      ->add_option("--precision", arguments->precision, "Arithmetic: float32, or bfloat16 (faster on newer CPUs, less exact)")
      ->check(CLI::IsMember({"float32", "bfloat16"}).description(""))
      ->type_name("TYPE")
      ->capture_default_str();
  add_type_option(*command, arguments->type);
  command
      ->add_option("--block-rows", arguments->block_rows,
                   "Rows encoded, and kept for resuming, at a time; 0 = 2048 texts or 256 pictures")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("--pictures", arguments->pictures, "INPUT is a list of pictures, a path a line, not texts");
  command->add_flag("--skip-damaged", arguments->skip_damaged, "Leave out pictures that cannot be read, and name them");
  command
      ->add_option("--layer", arguments->layer, "Pictures: output or inner tensor of the model to take instead of its vectors")
      ->type_name("NAME");
  command->add_flag("--force", options.output.overwrite, "Overwrite the output file");
  command->add_flag("--restart", options.restart, "Drop the rows of an interrupted run instead of going on from them");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec encode build/models/all-MiniLM-L6-v2 texts.txt -o texts.npy\n"
      "  vec2vec encode build/models/multilingual-e5-small notes.tsv --text-column 2 --prefix \"query: \" -o notes.npy --type "
      "float16\n"
      "  vec2vec encode build/models/efficientnet-lite0 photos/ -o photos.npy --skip-damaged\n"
      "An interrupted run goes on from its last block when the same command is given again.");
  command->callback([arguments, &run] { run = [arguments] { return run_encode(*arguments); }; });
}

}  // namespace vec2vec::cli
