#pragma once
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "postgres/connection.h"
#include "temp_dir.h"

namespace vec2vec::postgres {

/// A server of its own in a temporary folder, by scripts/postgres_server.py.
class Server {
 public:
  static bool installed() { return std::filesystem::exists(VEC2VEC_SOURCE_DIR "/build/postgres/0.8/installed.txt"); }

  explicit Server(std::string pgvector) : pgvector_(std::move(pgvector)) {
    chmod(folder_.path("").c_str(), 0755);  // root starts the server as another user
    start();
  }
  ~Server() { call("kill"); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start() {
    url_ = call("start", " fsync=off");
    while (!url_.empty() && url_.back() == '\n') url_.pop_back();
    if (url_.empty()) throw std::runtime_error("the server does not start");
  }
  void kill() { call("kill"); }
  const std::string& url() const { return url_; }

 private:
  std::string call(const std::string& action, const std::string& more = "") const {
    const std::string command = "python3 " VEC2VEC_SOURCE_DIR "/scripts/postgres_server.py " + action + " " +
                                folder_.path("s") + " --pgvector " + pgvector_ + more;
    std::FILE* pipe = popen(command.c_str(), "r");
    std::string out;
    std::array<char, 256> part;
    while (pipe && std::fgets(part.data(), part.size(), pipe)) out += part.data();
    if (pipe) pclose(pipe);
    return out;
  }

  TempDir folder_;
  std::string pgvector_, url_;
};

}  // namespace vec2vec::postgres
