// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/postgres.h"

namespace vec2vec {

bool is_postgres_url(const std::string& text) { return text.starts_with("postgres://") || text.starts_with("postgresql://"); }

}  // namespace vec2vec
