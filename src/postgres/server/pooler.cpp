// SPDX-License-Identifier: Apache-2.0
#include "postgres/server/pooler.h"

#include <libpq-fe.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>

#include "core/time.h"
#include "vec2vec/error.h"

namespace vec2vec::postgres {
namespace {

constexpr const char* kHint =
    "the address of the server itself, or of a pool in session mode; often just another port or host name";

/// The first value that a statement returns, or nothing when it fails or takes longer than `limit`.
std::optional<std::string> ask(PGconn* c, const char* sql, std::chrono::seconds limit) {
  if (!PQsendQuery(c, sql)) return {};
  const auto deadline = Clock::now() + limit;
  while (PQisBusy(c)) {
    if (Clock::now() > deadline) return {};
    pollfd waiting{PQsocket(c), POLLIN, 0};
    if (poll(&waiting, 1, 200) > 0 && !PQconsumeInput(c)) return {};
  }
  std::optional<std::string> answer;
  while (PGresult* result = PQgetResult(c)) {
    if (PQntuples(result) > 0) answer = PQgetvalue(result, 0, 0);
    if (PQresultStatus(result) == PGRES_COMMAND_OK) answer = "";
    PQclear(result);
  }
  return answer;
}

/// Which session of the server answers: its process and, lest another server have a process of that number, when it began.
std::optional<std::string> session_of(PGconn* c) {
  return ask(c,
             "SELECT pg_backend_pid() || ' ' || (SELECT extract(epoch FROM backend_start) FROM pg_stat_activity "
             "WHERE pid = pg_backend_pid())",
             std::chrono::seconds(5));
}

}  // namespace

void refuse_transaction_pooler(PGconn* a, const std::function<PGconn*()>& connect, const std::string& where) {
  const auto refuse = [&] {
    bad_input("this is a pool in transaction mode, which lends another session of the server to each transaction", where,
              kHint);
  };
  const auto first = session_of(a);
  const std::unique_ptr<PGconn, void (*)(PGconn*)> b(connect(), PQfinish);
  const auto second = PQstatus(b.get()) == CONNECTION_OK ? session_of(b.get()) : std::nullopt;
  if (!first) return;  // the next statement says why
  if (!second)
    bad_input("the pool gives no second connection", where, "a pool of more connections, or the address of the server itself");
  if (first == second) refuse();
  // A busy pool may have given the first one's session to somebody else meanwhile.
  for (int round = 0; round < 4; ++round)
    if (session_of(a) != first || session_of(b.get()) != second) refuse();
}

void give_back(PGconn* c) noexcept {
  if (!c || PQstatus(c) != CONNECTION_OK) return;
  const PGTransactionStatusType state = PQtransactionStatus(c);
  if (state == PQTRANS_ACTIVE || state == PQTRANS_UNKNOWN) return;  // the pooler ends a session that is left at work
  try {
    if (state != PQTRANS_IDLE) ask(c, "ROLLBACK", std::chrono::seconds(2));
    ask(c, "DISCARD ALL", std::chrono::seconds(2));
  } catch (...) {  // no memory: the pooler's own reset remains
  }
}

}  // namespace vec2vec::postgres
