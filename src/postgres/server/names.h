// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "postgres/server/connection.h"

namespace vec2vec::postgres {

/// An identifier as SQL needs it and no more: documents, "Mixed Case". For what people read; statements use Connection::name.
std::string quoted(Connection& connection, const std::string& identifier);

/// Throws Error{kBadInput} when the name is empty, or longer than the server keeps (63 bytes): it would cut it short in
/// silence.
void require_name(Connection& connection, const std::string& name, const std::string& option);

/// stem + suffix; the stem is cut between two characters so that the whole fits, and a number is appended when the name is
/// taken.
std::string fitting_name(Connection& connection, const std::string& stem, const std::string& suffix,
                         const std::function<bool(const std::string&)>& taken);

}  // namespace vec2vec::postgres
