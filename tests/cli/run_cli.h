// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "temp_dir.h"

namespace vec2vec {

inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct CliResult {
  int code = -1;  ///< exit code, or 128 + signal
  std::string out, err;
};

/// The program started with arguments; its output goes to files, so it never blocks on a full pipe.
class CliProcess {
 public:
  /// signal_at: see VEC2VEC_SIGNAL_AT (cli/common/terminal.h); empty = none.
  explicit CliProcess(std::vector<std::string> arguments, const std::string& signal_at = {}) {
    arguments.insert(arguments.begin(), VEC2VEC_CLI);
    std::vector<char*> argv;
    for (std::string& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    std::string variable = "VEC2VEC_SIGNAL_AT=" + signal_at;
    std::vector<char*> variables = {variable.data()};
    for (char** known = environ; *known; ++known) variables.push_back(*known);
    variables.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string out = dir_.path("out"), err = dir_.path("err");
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_CREAT | O_WRONLY, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_CREAT | O_WRONLY, 0600);
    const int failed = posix_spawn(&pid_, VEC2VEC_CLI, &actions, nullptr, argv.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed) throw std::runtime_error("cannot start " VEC2VEC_CLI);
  }

  void signal(int number) const { kill(pid_, number); }

  CliResult wait() const {
    int status = 0;
    waitpid(pid_, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, file_bytes(dir_.path("out")), file_bytes(dir_.path("err"))};
  }

 private:
  TempDir dir_;
  pid_t pid_ = -1;
};

/// Runs the program to its end.
inline CliResult run_cli(const std::vector<std::string>& arguments, const std::string& signal_at = {}) {
  return CliProcess(arguments, signal_at).wait();
}

}  // namespace vec2vec
