// SPDX-License-Identifier: Apache-2.0
#include "postgres/server/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "postgres/server/conninfo.h"
#include "postgres/server/pooler.h"

namespace vec2vec::postgres {
namespace {

std::string trimmed(const char* message) {
  std::string text = message ? message : "";
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

PGconn* connect(const std::string& url) {
  // expand_dbname (the last argument): the URL comes in the place of dbname, and overrides what stands before it.
  const char* keys[] = {"connect_timeout", "fallback_application_name", "client_encoding", "dbname", nullptr};
  const char* values[] = {"15", "vec2vec", "UTF8", url.c_str(), nullptr};
  return PQconnectdbParams(keys, values, 1);
}

std::string connect_hint(const PGconn* c) {
  return PQconnectionNeedsPassword(c) || PQconnectionUsedPassword(c)
             ? "check user and password (~/.pgpass, PGPASSWORD or a service file) with: psql URL -c 'select 1'"
             : "check host, port, database and user with: psql URL -c 'select 1'";
}

/// function: of the server's source, which names the cause where one code stands for several, and is the same in all languages.
std::string hint_of(const std::string& state, const std::string& function, const std::string& given) {
  if (state == "42501" && function == "check_enable_rls") return "a role that sees all rows: with BYPASSRLS, or a superuser";
  if (state == "53100") return "more space on the server's disk; then the same command again, it goes on where it stopped";
  if (state == "53300") return "fewer `MigrateOptions::connections`";
  if (state == "53200")
    return "more memory for the server, or a smaller `MigrateOptions::batch_rows`; then the same command again";
  if (!given.empty()) return given;
  if (state == "42501") return "a role that may, such as the owner of the table, or GRANT it";
  if (state == "25006") return "the primary server: this one takes no writes (a replica, or default_transaction_read_only)";
  return "";
}

}  // namespace

Result::Result(PGresult* result) : result_(result, PQclear) {}
Index Result::rows() const { return PQntuples(result_.get()); }
bool Result::is_null(Index row, int column) const { return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0; }
std::string Result::text(Index row, int column) const { return PQgetvalue(result_.get(), static_cast<int>(row), column); }
Index Result::number(Index row, int column) const { return std::atoll(text(row, column).c_str()); }
Index Result::affected() const { return std::atoll(PQcmdTuples(result_.get())); }

Connection::Connection(const std::string& url, KeepGoing keep_going, bool check_pooler)
    : connection_(nullptr, PQfinish), keep_going_(std::move(keep_going)), url_(url) {
  require_conninfo(url);  // libpq's own errors quote pieces of it, password included
  connection_.reset(connect(url));
  const auto text_of = [](const char* text) { return std::string(text ? text : ""); };
  where_ = text_of(PQhost(connection_.get())) + "/" + text_of(PQdb(connection_.get()));
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw SqlError(trimmed(PQerrorMessage(connection_.get())), where_, connect_hint(connection_.get()), "", true);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  backend_pid_ = static_cast<int>(run("SELECT pg_backend_pid()").number(0, 0));
  pooled_ = backend_pid_ != PQbackendPID(connection_.get());  // a pooler answers with a number of its own
  if (pooled_ && check_pooler)
    refuse_transaction_pooler(
        connection_.get(), [&] { return connect(url); }, where_);
  try {
    // Row security must not hide rows silently; time limits of the role are meant for small queries.
    run("SET row_security = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET datestyle = ISO");
    if (server_version() >= 140000) run("SET client_connection_check_interval = 1000");  // ends soon after we are killed
  } catch (...) {
    if (pooled_) give_back(connection_.get());
    throw;
  }
}

Connection::~Connection() {
  if (pooled_) give_back(connection_.get());
}

void Connection::fail(const PGresult* result) const {
  const char* code = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const char* primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  const char* hint = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_HINT) : nullptr;
  const char* function = result ? PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION) : nullptr;
  const std::string state = code ? code : "";
  const bool lost = PQstatus(connection_.get()) == CONNECTION_BAD || state.starts_with("57P") || state.starts_with("08");
  const std::string what = primary ? primary : trimmed(PQerrorMessage(connection_.get()));
  const std::string again = "when the server is back, the same command again; it goes on where it stopped";
  throw SqlError(lost ? "the connection to the server was lost: " + what : what, where_,
                 lost ? again + (pooled_ ? "; fewer `MigrateOptions::connections` if the pool has no more" : "")
                      : hint_of(state, function ? function : "", hint ? hint : ""),
                 state, lost);
}

void Connection::wait() {
  const int socket = PQsocket(connection_.get());
  pollfd waiting{socket, POLLIN, 0};
  if (poll(&waiting, 1, 200) > 0 && !PQconsumeInput(connection_.get())) fail(nullptr);
  std::exception_ptr thrown;  // the caller's own exception: it gets it back once the session is in order again
  try {
    if (!keep_going_ || keep_going_()) return;
  } catch (...) {
    thrown = std::current_exception();
  }
  char message[256];
  if (PGcancel* cancel = PQgetCancel(connection_.get())) {
    PQcancel(cancel, message, sizeof message);
    PQfreeCancel(cancel);
  }
  keep_going_ = {};  // what follows only tidies up
  finish_command();
  if (thrown) std::rethrow_exception(thrown);
  throw Error(ErrorKind::kInterrupted, "the work was interrupted", where_, "the same command goes on where it stopped");
}

/// Throws away what the server still sends for the last statement.
void Connection::finish_command() {
  while (PGresult* result = PQgetResult(connection_.get())) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    char* row = nullptr;
    if (status == PGRES_COPY_OUT)
      while (PQgetCopyData(connection_.get(), &row, 0) > 0) PQfreemem(row);
    if (status == PGRES_COPY_IN) PQputCopyEnd(connection_.get(), "interrupted");
    if (PQstatus(connection_.get()) == CONNECTION_BAD) break;
  }
}

Result Connection::run(const std::string& sql, const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  for (const std::string& value : values) pointers.push_back(value.c_str());
  PGconn* c = connection_.get();
  const int sent = values.empty() ? PQsendQuery(c, sql.c_str())
                                  : PQsendQueryParams(c, sql.c_str(), static_cast<int>(values.size()), nullptr, pointers.data(),
                                                      nullptr, nullptr, 0);
  if (!sent) fail(nullptr);
  PGresult* last = nullptr;
  for (;;) {
    while (PQisBusy(c)) {
      try {
        wait();
      } catch (...) {
        PQclear(last);
        throw;
      }
    }
    PGresult* next = PQgetResult(c);
    if (!next) break;
    const bool failed = last && PQresultStatus(last) == PGRES_FATAL_ERROR;
    PQclear(failed ? next : std::exchange(last, next));
  }
  const Result result(last);
  const ExecStatusType status = PQresultStatus(last);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail(last);
  return result;
}

std::string Connection::copy_out(const std::string& sql, std::string reused) {
  PGconn* c = connection_.get();
  if (!PQsendQuery(c, sql.c_str())) fail(nullptr);
  while (PQisBusy(c)) wait();
  std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQgetResult(c), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COPY_OUT) {
    finish_command();
    fail(result.get());
  }
  std::string bytes = std::move(reused);
  bytes.clear();
  for (;;) {
    char* row = nullptr;
    const int count = PQgetCopyData(c, &row, 1);
    if (count == 0) {
      wait();
      continue;
    }
    if (count < 0) break;
    bytes.append(row, static_cast<std::size_t>(count));
    PQfreemem(row);
  }
  while (PQisBusy(c)) wait();
  result.reset(PQgetResult(c));
  const bool good = PQresultStatus(result.get()) == PGRES_COMMAND_OK;
  finish_command();
  if (!good) fail(result.get());
  return bytes;
}

void Connection::copy_in(const std::string& sql, std::string_view bytes) {
  PGconn* c = connection_.get();
  if (!PQsendQuery(c, sql.c_str())) fail(nullptr);
  while (PQisBusy(c)) wait();
  std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQgetResult(c), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) {
    finish_command();
    fail(result.get());
  }
  constexpr std::size_t kChunk = 1 << 20;
  for (std::size_t begin = 0; begin < bytes.size(); begin += kChunk) {
    const auto count = static_cast<int>(std::min(kChunk, bytes.size() - begin));
    if (PQputCopyData(c, bytes.data() + begin, count) != 1) fail(nullptr);
  }
  if (PQputCopyEnd(c, nullptr) != 1) fail(nullptr);
  while (PQisBusy(c)) wait();
  result.reset(PQgetResult(c));
  const bool good = PQresultStatus(result.get()) == PGRES_COMMAND_OK;
  finish_command();
  if (!good) fail(result.get());
}

std::string Connection::name(const std::string& identifier) const {
  std::unique_ptr<char, void (*)(void*)> quoted(PQescapeIdentifier(connection_.get(), identifier.data(), identifier.size()),
                                                PQfreemem);
  if (!quoted) bad_input("is no name that the server understands", identifier);
  return quoted.get();
}

std::string Connection::literal(const std::string& value) const {
  std::unique_ptr<char, void (*)(void*)> quoted(PQescapeLiteral(connection_.get(), value.data(), value.size()), PQfreemem);
  if (!quoted) bad_input("is no text that the server understands", where_);
  return quoted.get();
}

int Connection::server_version() const { return PQserverVersion(connection_.get()); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const Error&) {  // the server rolls back what it has lost sight of
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

}  // namespace vec2vec::postgres
