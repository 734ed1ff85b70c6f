// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/session.h"
#include "vec2vec/postgres.h"

namespace vec2vec {

using postgres::Session;

MigrateSummary translate_postgres(const Map& map, const std::string& map_sha256, const PostgresColumn& column,
                                  const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& session, MigrateSummary& summary) {
    session.note(summary);
    if (session.switched_by(map_sha256)) {
      session.count(summary);
      summary.state = session.migration->state;
      return;
    }
    session.open(map, map_sha256);
    session.translate_all(map, summary);
    session.verify(map, summary);
  });
}

}  // namespace vec2vec
