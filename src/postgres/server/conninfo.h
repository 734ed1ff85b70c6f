// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace vec2vec::postgres {

/// Throws Error{kBadInput} unless libpq understands the URL or "host=... dbname=..." string. Names the parameters that libpq
/// does not know (Prisma's schema, pgbouncer ...). Repeats nothing that may be a piece of a password.
void require_conninfo(const std::string& text);

}  // namespace vec2vec::postgres
