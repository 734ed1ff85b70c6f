// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/text/json.h"
#include "temp_dir.h"

namespace vec2vec {

/// judge_server.py, as long as the object lives.
class JudgeServer {
 public:
  JudgeServer() {
    std::string python = "python3", script = VEC2VEC_TESTS_DIR "/language/judge_server.py", folder = folder_.path("");
    char* argv[] = {python.data(), script.data(), folder.data(), nullptr};
    if (posix_spawnp(&pid_, "python3", nullptr, nullptr, argv, environ)) throw std::runtime_error("cannot start python3");
    for (int i = 0; i < 6000 && !std::filesystem::exists(folder_.path("port")); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::ifstream(folder_.path("port")) >> port_;
    if (port_ == 0) throw std::runtime_error("the judge's server does not start");
  }
  ~JudgeServer() { stop(); }
  JudgeServer(const JudgeServer&) = delete;
  JudgeServer& operator=(const JudgeServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

  /// From now on nothing listens at url().
  void stop() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  std::vector<nlohmann::json> requests() const {
    std::vector<nlohmann::json> all;
    std::ifstream file(folder_.path("requests"));
    for (std::string line; std::getline(file, line);) all.push_back(parse_json(line));
    return all;
  }

 private:
  TempDir folder_;
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace vec2vec
