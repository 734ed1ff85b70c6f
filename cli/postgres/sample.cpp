// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/terminal.h"
#include "cli/postgres/postgres_arguments.h"
#include "core/text/json.h"

namespace vec2vec::cli {
namespace {

struct SampleArguments {
  Common common;
  PostgresColumn column;
  std::string output, type = "float32";
  Index rows = 20000;
  bool force = false;
};

int run_sample(const SampleArguments& arguments) {
  const FileFormat format = format_of_name(arguments.output);
  require_writable(arguments.output, arguments.force, {});
  ProgressLine progress(arguments.common.quiet);
  const Matrix rows = sample_postgres(arguments.column, arguments.rows, arguments.common.seed, progress.functor());
  const auto sink =
      create_rows(arguments.output, rows.rows(), rows.cols(), {format, value_type(arguments.type), arguments.force});
  sink->write(rows);
  progress.finish();
  stop_if_interrupted();
  sink->commit();
  if (arguments.common.json) {
    const nlohmann::ordered_json json = {{"output", arguments.output},
                                         {"rows", rows.rows()},
                                         {"dim", rows.cols()},
                                         {"table", arguments.column.table},
                                         {"column", arguments.column.column},
                                         {"seed", arguments.common.seed}};
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  std::cout << rows.rows() << " rows x " << rows.cols() << " in " << arguments.output << "\n";
  if (!arguments.common.quiet)
    print_next(
        {"NEW.npy holds vectors of the new model.", "vec2vec align " + arguments.output + " NEW.npy -o map.safetensors"});
  return kSuccess;
}

}  // namespace

void add_postgres_column(CLI::App& command, PostgresColumn& column) {
  command
      .add_option("DB", column.url,
                  "postgres://user@host:port/database; better no password in it: ~/.pgpass, PGPASSWORD or a service file")
      ->type_name("URL")
      ->required();
  command.add_option("--table", column.table, "Table, as in SQL: documents, public.documents")->type_name("NAME")->required();
  command.add_option("--column", column.column, "Its column of vectors (pgvector: vector or halfvec)")
      ->type_name("NAME")
      ->required();
}

void add_sample(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<SampleArguments>();
  CLI::App* command = app.add_subcommand("sample", "Write vectors drawn at random from a Postgres table to a file, for align");
  add_postgres_column(*command, arguments->column);
  add_output_option(*command, arguments->output, false);
  command->add_option("--max-rows", arguments->rows, "At most this many; NULLs are left out")
      ->check(at_least(1))
      ->type_name("N")
      ->capture_default_str();
  add_type_option(*command, arguments->type);
  command->add_flag("--force", arguments->force, "Overwrite the file");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec sample postgres://me@localhost/app --table documents --column embedding -o old.npy\n"
      "  vec2vec sample postgres:///app --table public.documents --column embedding -o old.npy --max-rows 50000 --seed 1");
  command->callback([arguments, &run] { run = [arguments] { return run_sample(*arguments); }; });
}

}  // namespace vec2vec::cli
