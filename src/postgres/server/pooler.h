// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

struct pg_conn;

namespace vec2vec::postgres {

/// For a connection that a pooler answers. Throws Error{kBadInput} when it lends another session of the server to each
/// transaction: settings, temporary tables and locks would then stay in sessions that belong to others. `connect` makes a
/// second connection like the first one. Only asks; sets nothing.
void refuse_transaction_pooler(pg_conn* connection, const std::function<pg_conn*()>& connect, const std::string& where);

/// Gives the session back to a pooler as it came: without settings, temporary tables and locks. Waits a few seconds at most.
void give_back(pg_conn* connection) noexcept;

}  // namespace vec2vec::postgres
