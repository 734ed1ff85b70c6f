#include "vec2vec/encode.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.h"
#include "core/text/json.h"
#include "core/text/number.h"
#include "files.h"
#include "terminal.h"

namespace vec2vec::cli {
namespace {

struct EncodeArguments {
  Common common;
  std::string model, input, output, type = "float32", pooling = "model", precision = "float32";
  EncodeOptions options;
};

void print_summary(const EncodeArguments& arguments, const EncodeSummary& summary) {
  const Index encoded = summary.rows - summary.resumed_rows;
  const double seconds = summary.seconds - summary.load_seconds;
  std::cout << summary.rows << " rows x " << summary.dim << " in " << arguments.output << " ("
            << format_seconds(summary.seconds);
  if (encoded > 0 && seconds > 0.5) std::cout << ", " << fixed(static_cast<double>(encoded) / seconds, 0) << " texts/s";
  std::cout << ")\n";
  if (summary.resumed_rows > 0) std::cout << summary.resumed_rows << " rows of an interrupted run were kept\n";
  if (summary.empty_texts > 0) std::cout << "note: " << summary.empty_texts << " texts are empty\n";
  if (summary.counts.cut_texts > 0)
    std::cout << "note: " << summary.counts.cut_texts
              << " texts were longer than the model's limit and were cut (--max-tokens)\n";
  if (!arguments.common.quiet) std::cout << "How they were made is in " << arguments.output << ".provenance.json\n";
}

int run_encode(const EncodeArguments& arguments) {
  EncodeOptions options = arguments.options;
  options.encoder.threads = arguments.common.threads;
  options.encoder.pooling = arguments.pooling == "mean"  ? Pooling::kMean
                            : arguments.pooling == "cls" ? Pooling::kCls
                                                         : Pooling::kModel;
  options.encoder.precision = arguments.precision == "bfloat16" ? Precision::kBfloat16 : Precision::kFloat32;
  options.output.format = format_of_name(arguments.output);
  options.output.type = value_type(arguments.type);
  require_writable(arguments.output, options.output.overwrite, {arguments.input});
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
  CLI::App* command = app.add_subcommand("encode", "Encode texts into vectors with a text encoder of your own");
  EncodeOptions& options = arguments->options;
  command->add_option("MODEL", arguments->model, "Model folder in Hugging Face layout (scripts/models.sh unpacks some)")
      ->type_name("FOLDER")
      ->required();
  command->add_option("TEXTS", arguments->input, "UTF-8 text file; line i becomes row i")->type_name("FILE")->required();
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
  add_block_rows_option(*command, options.block_rows, "Rows encoded, and kept for resuming, at a time");
  command->add_flag("--force", options.output.overwrite, "Overwrite the output file");
  command->add_flag("--restart", options.restart, "Drop the rows of an interrupted run instead of going on from them");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec encode build/models/all-MiniLM-L6-v2 texts.txt -o texts.npy\n"
      "  vec2vec encode build/models/multilingual-e5-small notes.tsv --column 2 --prefix \"query: \" -o notes.npy --type "
      "float16\n"
      "An interrupted run goes on from its last block when the same command is given again.");
  command->callback([arguments, &run] { run = [arguments] { return run_encode(*arguments); }; });
}

}  // namespace vec2vec::cli
