// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/error.h"
#include "vec2vec/matrix.h"

struct pg_conn;
struct pg_result;

namespace vec2vec::postgres {

/// What the server, or the connection to it, reported: something for the user to mend, never a fault of the program.
class SqlError : public Error {
 public:
  SqlError(const std::string& what, const std::string& where, const std::string& hint, std::string state, bool lost)
      : Error(lost || state.starts_with("53") ? ErrorKind::kUnavailable : ErrorKind::kBadInput, what, where, hint),
        state_(std::move(state)),
        lost_(lost) {}

  const std::string& state() const { return state_; }  ///< SQLSTATE, e.g. "55P03"
  bool lost() const { return lost_; }                  ///< there is no connection, or no more
  bool lock_trouble() const {
    return state_ == "55P03" || state_ == "40P01" || state_ == "40001";
  }  ///< try the transaction again

 private:
  std::string state_;
  bool lost_;
};

/// Rows of a result, as text.
class Result {
 public:
  explicit Result(pg_result* result);
  Index rows() const;
  bool is_null(Index row, int column) const;
  std::string text(Index row, int column) const;  ///< "" for NULL
  Index number(Index row, int column) const;
  bool flag(Index row, int column) const { return text(row, column) == "t"; }
  Index affected() const;  ///< rows that INSERT, UPDATE or DELETE wrote

 private:
  std::shared_ptr<pg_result> result_;
};

/// Called some times a second while the server is waited for; false cancels the statement and throws Error{kInterrupted}. What
/// it throws itself cancels the statement likewise, and reaches the caller.
using KeepGoing = std::function<bool()>;

/// One session of the server. Used by one thread at a time. A pooler gets it back as it came.
class Connection {
 public:
  /// Throws SqlError; neither it nor anything else repeats the URL, which may hold a password. Throws Error{kBadInput} before
  /// anything is set when the URL leads to a pool in transaction mode.
  Connection(const std::string& url, KeepGoing keep_going) : Connection(url, std::move(keep_going), true) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// A further session by the same URL, of which is known that it leads to no such pool.
  Connection another(KeepGoing keep_going) const { return {url_, std::move(keep_going), false}; }

  /// Runs one statement with the values of $1, $2 ...; without values, several statements may stand in it.
  Result run(const std::string& sql, const std::vector<std::string>& values = {});

  /// COPY ... TO STDOUT: all bytes, in the memory of `reused`.
  std::string copy_out(const std::string& sql, std::string reused = {});
  /// COPY ... FROM STDIN.
  void copy_in(const std::string& sql, std::string_view bytes);

  std::string name(const std::string& identifier) const;  ///< quoted identifier
  std::string literal(const std::string& value) const;    ///< quoted text
  const std::string& where() const { return where_; }     ///< host/database
  int server_version() const;                             ///< 160002 = 16.2
  int backend_pid() const { return backend_pid_; }        ///< of the server's process, behind a pooler too
  void set_keep_going(KeepGoing keep_going) { keep_going_ = std::move(keep_going); }

 private:
  Connection(const std::string& url, KeepGoing keep_going, bool check_pooler);
  [[noreturn]] void fail(const pg_result* result) const;
  void wait();
  void finish_command();

  std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection_;
  KeepGoing keep_going_;
  std::string url_, where_;
  bool pooled_ = false;
  int backend_pid_ = 0;
};

/// BEGIN ... COMMIT; ROLLBACK when an exception leaves the block.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) { connection_.run("BEGIN"); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace vec2vec::postgres
