// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/common/command.h"
#include "cli/common/terminal.h"
#include "cli/help/usage.h"
#include "core/boundary.h"
#include "core/cpu/level.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace vec2vec::cli {
namespace {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kBadInput:
    case ErrorKind::kUnavailable:
      return kBadInputExit;
    case ErrorKind::kInterrupted:
      return kInterruptedExit;
    case ErrorKind::kInternal:
      break;
  }
  return kInternalFailure;
}

/// Parses the command line into run. Returns -1 to go on, else the exit code (help was printed, or usage was wrong).
int parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return -1;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    const UsageError usage = explain(error, app, std::vector<std::string>(argv + 1, argv + argc));
    print_error(usage.what, "command line", usage.hint);
    return kBadInputExit;
  }
}

/// Does the work and reports what it throws. Returns the exit code.
int run_guarded(const Run& run) {
  try {
    try {
      const int code = run();
      std::cout.flush();
      if (!std::cout)
        throw Error(ErrorKind::kUnavailable, "standard output cannot be written to", {}, "free some space, or write elsewhere");
      return code;
    } catch (...) {
      rethrow_as_error();
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal)
      print_error("internal failure: " + error.message(), error.where(),
                  error.hint().empty() ? "report it with the command you ran" : error.hint());
    else
      print_error(error.message(), error.where(), error.hint());
    return exit_code(error.kind());
  }
}

/// "v3: AVX2, FMA", and how it came to be chosen.
std::string cpu_in_words() {
  const CpuLevel level = cpu_level();
  const std::string name(name_of(level));
  if (level == CpuLevel::kNative) return "the CPU that this program was built for";
  const bool lower = level != possible_levels().back();
  return name + " (" + std::string(parts_of(level)) + (lower ? "), a lower one than this CPU has: VEC2VEC_CPU=" + name : ")");
}

/// Keeps freed memory for later use. Otherwise the system clears the pages of each matrix anew, a tenth of a fit's time.
void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kLargest = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, kLargest);
#endif
}

int main(int argc, char** argv) {
  keep_freed_memory();
  watch_steps();
  CLI::App app{"Aligns embedding spaces without paired data, translates vectors between them, and measures how well."};
  app.name("vec2vec");
  app.set_version_flag(
      "--version", [] { return std::string("vec2vec ") + version() + "\nkernels for " + cpu_in_words(); },
      "Print the version and whose kernels this CPU runs, and exit");
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);
  app.footer(
      "Examples:\n"
      "  vec2vec demo\n"
      "  vec2vec inspect a.npy\n"
      "  vec2vec align a.npy b.npy -o map.safetensors\n"
      "  vec2vec translate map.safetensors a.npy -o a-in-b.npy\n"
      "\n"
      "Exit codes: 0 success (align: ALIGNED), 1 internal failure, 2 bad input or usage,\n"
      "3 UNCERTAIN or inconclusive, 4 NOT_ALIGNED, 5 ALIGNABLE (inspect --fingerprint), 6 gate: not\n"
      "passed, 7 audit: policy broken, 130 interrupted. The one table of them is in docs/cli.md");
  Run run;
  add_align(app, run);
  add_translate(app, run);
  add_export(app, run);
  add_evaluate(app, run);
  add_measure(app, run);
  add_inspect(app, run);
  add_advise(app, run);
  add_encode(app, run);
  add_invert(app, run);
  add_defend(app, run);
  add_gate(app, run);
  add_audit(app, run);
  add_sample(app, run);
  add_migrate(app, run);
  add_demo(app, run);
  add_doctor(app, run);
  add_completion(app, run);
  add_manual(app, run);
  set_command_line(argc, argv);
  return run_guarded([&] {
    const int parsed = parse(app, argc, argv);
    if (parsed >= 0) return parsed;
    catch_interrupts();
    cpu_level();  // reports a wrong VEC2VEC_CPU at once
    return run();
  });
}

}  // namespace
}  // namespace vec2vec::cli

int main(int argc, char** argv) { return vec2vec::cli::main(argc, argv); }
