// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "vec2vec/rows.h"

namespace vec2vec::cli {

/// Exit codes; docs/cli.md lists them for users.
enum ExitCode {
  kSuccess = 0,
  kInternalFailure = 1,
  kBadInputExit = 2,
  kUncertainExit = 3,
  kNotAlignedExit = 4,
  kAlignableExit = 5,
  kGateFailedExit = 6,
  kPolicyExit = 7,
  kInterruptedExit = 130
};

/// Options that every command takes.
struct Common {
  bool json = false, quiet = false;
  std::uint64_t seed = 0;
  int threads = 0;
};
void add_common(CLI::App& command, Common& common);

/// Accepts whole numbers from smallest on; says so when it does not.
CLI::Validator at_least(Index smallest);

/// Adds --raw-dim<suffix>, --tensor<suffix> and --field<suffix> for one input; suffix is "", "-a" or "-b".
void add_open_options(CLI::App& command, OpenOptions& open, const std::string& suffix, const std::string& input);

/// Adds -o,--output, a file of vectors to write. Formats that need records to be carried along (NDJSON) only where there are
/// some.
void add_output_option(CLI::App& command, std::string& output, bool carries_records = true);

/// The line that ends a summary: the file that was written and, unless quiet, where its provenance is.
std::string written_to(const std::string& output, bool quiet);

/// Adds --type, the type of the values written, and --block-rows with its help text.
void add_type_option(CLI::App& command, std::string& type);
void add_block_rows_option(CLI::App& command, Index& block_rows, const std::string& help);
ValueType value_type(const std::string& type);

/// The command as it was typed, quoted for a shell where needed; main sets it, reports name it.
void set_command_line(int argc, char** argv);
const std::string& command_line();

/// What the chosen command does; returns the exit code. Parsing sets it, main calls it.
using Run = std::function<int()>;

/// Each adds one command to the app, which stores its work in run when it is chosen.
void add_align(CLI::App& app, Run& run);
void add_translate(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_evaluate(CLI::App& app, Run& run);
void add_measure(CLI::App& app, Run& run);
void add_inspect(CLI::App& app, Run& run);
void add_advise(CLI::App& app, Run& run);
void add_encode(CLI::App& app, Run& run);
void add_invert(CLI::App& app, Run& run);
void add_defend(CLI::App& app, Run& run);
void add_gate(CLI::App& app, Run& run);
void add_audit(CLI::App& app, Run& run);
void add_sample(CLI::App& app, Run& run);
void add_migrate(CLI::App& app, Run& run);
void add_demo(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_completion(CLI::App& app, Run& run);
void add_manual(CLI::App& app, Run& run);  ///< after all others, whose names it takes

}  // namespace vec2vec::cli
