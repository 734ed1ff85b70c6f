// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/export.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/roles.h"
#include "core/text/json.h"
#include "vec2vec/error.h"

namespace vec2vec::cli {
namespace {

struct ExportArguments {
  Common common;
  std::string map, format, output, to;
  ExportOptions options;
};

/// How to use the written files, in a line or two.
std::string usage_of(ExportFormat format, const ExportArguments& arguments) {
  switch (format) {
    case ExportFormat::kOnnx:
      return "onnxruntime.InferenceSession(\"" + arguments.output + "\").run(None, {\"vectors\": rows})[0]";
    case ExportFormat::kSentenceTransformers:
      return "for module in SentenceTransformer(\"" + arguments.output + "\"): model.append(module)";
    case ExportFormat::kSql:
      return "psql DATABASE -f " + arguments.output + "; then SELECT " + arguments.options.function + "(column) FROM table";
    case ExportFormat::kNumpy:
      return "from " + stem_of(arguments.output) + " import translate; translate(rows)";
  }
  return {};
}

int run_export(const ExportArguments& arguments) {
  const ExportFormat format = export_format(arguments.format);
  if (format == ExportFormat::kOnnx) require_ending(arguments.output, kOnnxFile);
  if (format == ExportFormat::kSql) require_ending(arguments.output, kSqlFile);
  const Map map = load_map(arguments.map, {}, arguments.to);
  const std::vector<std::string> written = export_map(map, format, arguments.output, arguments.options);
  if (arguments.common.json) {
    const nlohmann::ordered_json json = {
        {"map", arguments.map},           {"format", arguments.format},     {"written", written},
        {"source_dim", map.source_dim()}, {"target_dim", map.target_dim()}, {"neural", map.network != nullptr}};
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  for (const std::string& path : written) std::cout << path << "\n";
  if (!arguments.common.quiet)
    std::cout << map.source_dim() << " to " << map.target_dim() << " dimensions; use it so (docs/export.md):\n  "
              << usage_of(format, arguments) << "\n";
  return kSuccess;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = app.add_subcommand(
      "export", "Write a map as ONNX, as modules for sentence-transformers, as a function for Postgres or for numpy");
  command->add_option("MAP", arguments->map, "Map file written by align, linear or neural")->type_name("FILE")->required();
  command
      ->add_option("--format", arguments->format,
                   "onnx (one file), sentence-transformers (a folder of modules), sql (a function for pgvector; linear maps "
                   "only) or numpy (an .npz file and a .py file beside it)")
      ->type_name("FORMAT")
      ->required();
  command->add_option("-o,--output", arguments->output, "File to write, or folder")->type_name("FILE")->required();
  add_target_option(*command, arguments->to);
  command->add_option("--function", arguments->options.function, "Name of the function in SQL")
      ->type_name("NAME")
      ->capture_default_str();
  command->add_flag("--force", arguments->options.overwrite, "Overwrite the output");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec export map.safetensors --format onnx -o map.onnx\n"
      "  vec2vec export map.safetensors --format sentence-transformers -o minilm-to-mpnet\n"
      "  vec2vec export map.safetensors --format sql -o map.sql && psql \"$DB\" -f map.sql\n"
      "  vec2vec export map.safetensors --format numpy -o map.npz\n"
      "  vec2vec export known.safetensors --format onnx --to mpnet -o to-mpnet.onnx");
  command->callback([arguments, &run] { run = [arguments] { return run_export(*arguments); }; });
}

}  // namespace vec2vec::cli
