// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "postgres/server/connection.h"
#include "temp_dir.h"

namespace vec2vec::postgres {

/// What a shell command prints, without the last line end.
inline std::string output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  std::array<char, 256> part;
  while (pipe && std::fgets(part.data(), part.size(), pipe)) out += part.data();
  if (pipe) pclose(pipe);
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

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
    if (url_.empty()) throw std::runtime_error("the server does not start");
  }
  void kill() { call("kill"); }
  const std::string& url() const { return url_; }
  std::string folder() const { return folder_.path("s"); }

 private:
  std::string call(const std::string& action, const std::string& more = "") const {
    return output_of("python3 " VEC2VEC_SOURCE_DIR "/scripts/postgres_server.py " + action + " " + folder() + " --pgvector " +
                     pgvector_ + more);
  }

  TempDir folder_;
  std::string pgvector_, url_;
};

/// pgbouncer in front of a server, by scripts/postgres_pool.py.
class Pool {
 public:
  static bool installed() { return std::filesystem::exists("/usr/sbin/pgbouncer"); }

  /// options: as of the script, "--mode session --size 3 SETTING=VALUE".
  Pool(const Server& server, const std::string& options) : folder_(server.folder()), url_(call("start", options)) {
    if (url_.empty()) throw std::runtime_error("the pool does not start");
  }
  ~Pool() { call("stop", ""); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  const std::string& url() const { return url_; }
  /// The first value of a query through the pool, as an application asks it.
  std::string ask(const std::string& sql) const {
    return output_of(VEC2VEC_SOURCE_DIR "/build/postgres/0.6/pgserver/pginstall/bin/psql -At '" + url_ + "' -c \"" + sql +
                     "\"");
  }

 private:
  std::string call(const std::string& action, const std::string& options) const {
    return output_of("python3 " VEC2VEC_SOURCE_DIR "/scripts/postgres_pool.py " + action + " " + folder_ + " " + options);
  }

  std::string folder_, url_;
};

}  // namespace vec2vec::postgres
