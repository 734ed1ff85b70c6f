// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/common/command.h"
#include "cli/common/terminal.h"
#include "cli/help/demo_data.h"
#include "core/text/json.h"
#include "core/time.h"
#include "vec2vec/error.h"

extern char** environ;

namespace vec2vec::cli {

namespace fs = std::filesystem;

std::string own_path() {
  std::error_code none;
  return fs::read_symlink("/proc/self/exe", none).string();
}

std::string demo_data() {
  const fs::path folder = fs::path(own_path()).parent_path();
  for (const fs::path& place : {folder.parent_path() / "share/vec2vec/demo", folder / "../../../examples/data"}) {
    std::error_code none;
    if (fs::exists(place / "minilm.a.npy", none)) return fs::weakly_canonical(place, none).string();
  }
  return "";
}

namespace {

struct DemoArguments {
  Common common;
  std::string folder = "vec2vec-demo";
  bool force = false;
};

/// Runs this program with the arguments, after it has shown them. Throws when it fails; returns its exit code.
int run_self(std::vector<std::string> arguments, const Common& common) {
  std::string shown = "vec2vec";
  for (const std::string& argument : arguments) shown += " " + argument;
  if (!common.quiet && !common.json) std::cout << "\n" << coloured("$ " + shown, Colour::kCommand) << "\n" << std::flush;
  for (const std::string& more :
       {std::string("--seed"), std::to_string(common.seed), std::string("--threads"), std::to_string(common.threads)})
    arguments.push_back(more);
  if (common.quiet || common.json) arguments.push_back("--quiet");
  arguments.insert(arguments.begin(), "vec2vec");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (common.json) posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawn(&child, own_path().c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    throw Error(ErrorKind::kUnavailable, "another process cannot be started", own_path(), "run the commands one by one");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  stop_if_interrupted();
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : kInternalFailure;
  if (code != kSuccess && code != kUncertainExit && code != kNotAlignedExit)
    throw Error(code == kBadInputExit ? ErrorKind::kBadInput : ErrorKind::kInternal, "a command of the demo failed", shown);
  return code;
}

int run_demo(const DemoArguments& arguments) {
  const std::string data = demo_data();
  if (data.empty())
    bad_input("this installation has no demo data", own_path(),
              "install the whole package (cmake --install), or run the demo of a clone: scripts/demo.sh");
  const fs::path folder = arguments.folder;
  const std::string map = (folder / "map.safetensors").string(), page = (folder / "report.html").string(),
                    translated = (folder / "minilm-in-mpnet.npy").string();
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) bad_input("cannot be made: " + failed.message(), arguments.folder, "another folder, with -o");
  const auto begin = Clock::now();
  const bool talk = !arguments.common.quiet && !arguments.common.json;
  if (talk)
    std::cout << "Two files of vectors: MiniLM read 6,000 texts (384 numbers each), MPNet read 6,000\n"
                 "other texts (768 numbers each). No text is in both, and no pair is known.\n";
  const auto with_force = [&](std::vector<std::string> command) {
    if (arguments.force) command.push_back("--force");
    return command;
  };
  const int verdict = run_self(
      with_force({"align", data + "/minilm.a.npy", data + "/mpnet.b.npy", "-o", map, "--report", page}), arguments.common);
  run_self(with_force({"translate", map, data + "/minilm.eval.npy", "-o", translated}), arguments.common);
  if (talk)
    std::cout << "\n1,000 texts that neither side had were read by both models. Is each translation the\n"
                 "nearest to the vector that MPNet gave to the same text (top-1)?\n";
  run_self({"evaluate", "--map", map, data + "/minilm.eval.npy", data + "/mpnet.eval.npy"}, arguments.common);
  if (arguments.common.json) {
    const nlohmann::ordered_json json = {{"data", data},
                                         {"map", map},
                                         {"report", page},
                                         {"translated", translated},
                                         {"align_exit_code", verdict},
                                         {"seconds", seconds_since(begin)}};
    std::cout << json_text(json, 2) << "\n";
  } else if (talk) {
    print_next(
        {"What was found and whether to believe it, with pictures; it took " + format_seconds(seconds_since(begin)) + ".",
         "look at " + page});
  }
  return verdict;
}

}  // namespace

void add_demo(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<DemoArguments>();
  CLI::App* command =
      app.add_subcommand("demo", "Align the demo's vectors, which come with the program, and score the map; seconds, offline");
  command->add_option("-o,--output", arguments->folder, "Folder for map, report and translated rows")
      ->type_name("FOLDER")
      ->capture_default_str();
  command->add_flag("--force", arguments->force, "Overwrite what an earlier demo wrote");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec demo\n"
      "  vec2vec demo -o /tmp/demo --force --seed 1\n"
      "It runs align, translate and evaluate, and shows each command. Exit codes as of align.");
  command->callback([arguments, &run] { run = [arguments] { return run_demo(*arguments); }; });
}

}  // namespace vec2vec::cli
