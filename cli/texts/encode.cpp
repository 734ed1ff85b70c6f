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

/// The first lines of a summary of either kind; inputs: texts or pictures, of which an interrupted run had made `resumed`.
template <class Summary>
void print_rows(const EncodeArguments& arguments, const Summary& summary, Index inputs, Index resumed, const char* kind,
                const char* kept) {
  const Index encoded = inputs - resumed;
  const double seconds = summary.seconds - summary.load_seconds;
  std::cout << summary.rows << " rows x " << summary.dim << " in " << arguments.output << " ("
            << format_seconds(summary.seconds);
  if (encoded > 0 && seconds > 0.5)
    std::cout << ", " << fixed(static_cast<double>(encoded) / seconds, 0) << " " << kind << "/s";
  std::cout << ")\n";
  if (resumed > 0) std::cout << resumed << " " << kept << " of an interrupted run were kept\n";
}

void print_summary(const EncodeArguments& arguments, const EncodeSummary& summary) {
  print_rows(arguments, summary, summary.rows, summary.resumed_rows, "texts", "rows");
  if (summary.empty_texts > 0) std::cout << "note: " << summary.empty_texts << " texts are empty\n";
  if (summary.counts.cut_texts > 0)
    std::cout << "note: " << summary.counts.cut_texts
              << " texts were longer than the model's limit and were cut (--max-tokens)\n";
  if (!arguments.common.quiet) std::cout << "How they were made is in " << arguments.output << ".provenance.json\n";
}

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

void print_pictures_summary(const EncodeArguments& arguments, const EncodePicturesSummary& summary) {
  print_rows(arguments, summary, summary.pictures, summary.resumed, "pictures", "pictures");
  constexpr std::size_t kNamed = 20;
  for (std::size_t i = 0; i < std::min(kNamed, summary.damaged.size()); ++i)
    std::cout << "note: left out: " << summary.damaged[i].path << ": " << summary.damaged[i].problem << "\n";
  if (summary.damaged.size() > kNamed)
    std::cout << "note: " << summary.damaged.size() << " pictures were left out; the provenance names all of them\n";
  if (!arguments.common.quiet)
    std::cout << "Which row is which picture is in " << summary.names << ", how they were made in " << arguments.output
              << ".provenance.json\n";
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
  if (!arguments.common.json) {
    print_pictures_summary(arguments, summary);
    return kSuccess;
  }
  nlohmann::ordered_json damaged = nlohmann::ordered_json::array();
  for (const DamagedPicture& picture : summary.damaged)
    damaged.push_back({{"path", picture.path}, {"problem", picture.problem}});
  const nlohmann::ordered_json json = {{"output", arguments.output},
                                       {"names", summary.names},
                                       {"provenance", arguments.output + ".provenance.json"},
                                       {"rows", summary.rows},
                                       {"dim", summary.dim},
                                       {"pictures", summary.pictures},
                                       {"resumed_pictures", summary.resumed},
                                       {"damaged", damaged},
                                       {"load_seconds", summary.load_seconds},
                                       {"seconds", summary.seconds},
                                       {"model", parse_ordered_json(summary.card)}};
  std::cout << json_text(json, 2) << "\n";
  return kSuccess;
}

/// Whether the input is pictures: a folder or a picture, or a list of them as --pictures or the model says.
bool means_pictures(const EncodeArguments& arguments) {
  if (arguments.pictures || holds_pictures(arguments.input)) return true;
  return takes_pictures(arguments.model) && !takes_texts(arguments.model);
}

void refuse_options_of_the_other_kind(const EncodeArguments& arguments, bool pictures) {
  const EncodeOptions& texts = arguments.options;
  if (pictures &&
      (texts.column > 0 || !texts.encoder.prefix.empty() || texts.encoder.max_tokens > 0 || arguments.pooling != "model"))
    bad_input("--column, --prefix, --max-tokens and --pooling are for texts, but the input is pictures", arguments.input,
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
  if (!arguments.common.json) {
    print_summary(arguments, summary);
    return kSuccess;
  }
  const nlohmann::ordered_json json = {{"output", arguments.output},
                                       {"provenance", arguments.output + ".provenance.json"},
                                       {"rows", summary.rows},
                                       {"dim", summary.dim},
                                       {"resumed_rows", summary.resumed_rows},
                                       {"empty_texts", summary.empty_texts},
                                       {"cut_texts", summary.counts.cut_texts},
                                       {"tokens", summary.counts.tokens},
                                       {"load_seconds", summary.load_seconds},
                                       {"seconds", summary.seconds},
                                       {"texts_sha256", summary.texts_sha256},
                                       {"model", parse_ordered_json(summary.card)}};
  std::cout << json_text(json, 2) << "\n";
  return kSuccess;
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
  command
      ->add_option("-o,--output", arguments->output,
                   "File to write; format by its ending: .npy .safetensors .fvecs .csv .tsv .ndjson .jsonl .bin .raw .f32")
      ->type_name("FILE")
      ->required();
  command->add_option("--column", options.column, "Encode this tab-separated column of each line; 0 = whole lines")
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
      "  vec2vec encode build/models/multilingual-e5-small notes.tsv --column 2 --prefix \"query: \" -o notes.npy --type "
      "float16\n"
      "  vec2vec encode build/models/efficientnet-lite0 photos/ -o photos.npy --skip-damaged\n"
      "An interrupted run goes on from its last block when the same command is given again.");
  command->callback([arguments, &run] { run = [arguments] { return run_encode(*arguments); }; });
}

}  // namespace vec2vec::cli
