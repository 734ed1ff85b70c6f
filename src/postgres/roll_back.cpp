// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/native.h"
#include "postgres/run/session.h"
#include "postgres/server/names.h"
#include "vec2vec/postgres.h"

namespace vec2vec {
namespace {

using postgres::Connection;
using postgres::CountedRows;
using postgres::Migration;
using postgres::Session;

/// Throws Error{kBadInput} when more rows would get a stale vector than the caller has agreed to.
void refuse_stale(Session& s, Connection& c) {
  const Migration& m = *s.migration;
  const CountedRows stale = count_rows(c, s.table, native_conditions(c, s.table, m).stale);
  if (stale.count <= s.options.accept_stale) return;
  const std::string old = quoted(c, m.old_name), count = std::to_string(stale.count);
  const std::string since =
      has_native_log(c, s.table, m)
          ? "others wrote to the new column since the switch"
          : "who wrote to the new column since the switch is not known, for the table that noted it is gone";
  bad_input("would give " + shown_rows(stale) + " the vector of what may be an older text: " + since,
            c.where() + ", table " + s.table.shown + ", column " + old,
            "write their vectors of the old model into " + old +
                ", or NULL; or, if the old vectors will do, `MigrateOptions::accept_stale = " + count + "`");
}

/// Renames the columns back and keeps both; the triggers watch for the old names again.
void swap_back(Session& s) {
  Connection& c = s.control;
  const Migration m = *s.migration;
  Migration back = m;
  refuse_stale(s, c);
  s.stage.set("roll back");
  with_short_locks(c, [&] {
    c.run("LOCK TABLE " + s.table.sql(c) + " IN SHARE ROW EXCLUSIVE MODE");
    refuse_stale(s, c);
    rename_column(c, s.table, m.source, m.target);
    rename_column(c, s.table, m.old_name, m.source);
    if (m.not_null) c.run("ALTER TABLE " + s.table.sql(c) + " ALTER COLUMN " + c.name(m.target) + " DROP NOT NULL");
    set_state(c, s.table, back, "translated");
    postgres::forget_emptied(c, s.table, back);
    postgres::make_triggers(c, s.table, back);
  });
  s.migration = back;
}

}  // namespace

MigrateSummary roll_back_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& session, MigrateSummary& summary) {
    session.require_made_by(map_sha256);
    const Migration& m = *session.migration;
    if (m.state == "dropped")
      bad_input("the new column was dropped: there is nothing to roll back",
                session.control.where() + ", table " + session.table.shown, "migrate begins again");
    if (m.state == "finished")
      bad_input("there is no column " + m.old_name + " any more: without the old vectors nothing can be rolled back",
                session.control.where() + ", table " + session.table.shown);
    if (m.state == "switched") {
      swap_back(session);
    } else {
      summary.notes.push_back("column " + m.source + " holds the old vectors already: nothing to roll back");
    }
    session.restore_not_null(summary, "this command again, or ");
    session.count(summary);
    summary.state = m.state;
  });
}

}  // namespace vec2vec
