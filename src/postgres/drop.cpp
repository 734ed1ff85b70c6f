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

/// Throws Error{kBadInput} unless the caller has agreed to lose just as many vectors as the column alone holds.
void refuse_loss(Session& s, const std::string& column, const std::string& condition, const std::string& why) {
  Connection& c = s.control;
  const CountedRows lost = count_rows(c, s.table, condition);
  if (lost.count == s.options.accept_loss) return;
  const std::string where = c.where() + ", table " + s.table.shown + ", column " + quoted(c, column);
  const std::string number = std::to_string(lost.count), given = std::to_string(s.options.accept_loss);
  if (lost.count == 0)
    bad_input("`MigrateOptions::accept_loss = " + given + "` was given, but no vector would be lost", where,
              "the same command without it");
  bad_input("would lose " + shown_rows(lost, "vector") + " " + why +
                (s.options.accept_loss > 0 ? "; `MigrateOptions::accept_loss` says " + given : ""),
            where, "copy them elsewhere first; then `MigrateOptions::accept_loss = " + number + "` drops them");
}

/// Drops a column and all that was made for the migration but its line in vec2vec_migrations.
void drop_column(Session& s, MigrateSummary& summary, const std::string& column, const std::string& state,
                 const std::string& condition, const std::string& why) {
  Connection& c = s.control;
  Migration ended = *s.migration;
  const bool there = has_column(c, s.table, column);
  if (there) refuse_loss(s, column, condition, why);
  if (state == "dropped") s.restore_not_null(summary, "");  // which a roll-back could not, if rows prevented it
  s.stage.set("drop column " + column);
  with_short_locks(c, [&] {
    if (there) {
      c.run("LOCK TABLE " + s.table.sql(c) + " IN SHARE ROW EXCLUSIVE MODE");
      refuse_loss(s, column, condition, why);
    }
    postgres::drop_native_log(c, s.table, ended);
    if (there) c.run("ALTER TABLE " + s.table.sql(c) + " DROP COLUMN " + c.name(column));
    set_state(c, s.table, ended, state);
    drop_ranges(c, s.table, ended);
  });
  s.migration = ended;
}

}  // namespace

MigrateSummary drop_new_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& session, MigrateSummary& summary) {
    session.require_made_by(map_sha256);
    const Migration& m = *session.migration;
    if (m.state == "switched" || m.state == "finished")
      bad_input("the new vectors have the name " + m.source + " by now",
                session.control.where() + ", table " + session.table.shown,
                m.state == "switched" ? "`roll_back_postgres()` first" : "");
    if (m.state != "dropped")
      drop_column(session, summary, m.target, "dropped",
                  has_column(session.control, session.table, m.target)
                      ? native_conditions(session.control, session.table, m).native
                      : "false",
                  "of the new model that others wrote and no translation makes again");
    summary.state = "dropped";
  });
}

MigrateSummary drop_old_postgres(const std::string& map_sha256, const PostgresColumn& column, const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& session, MigrateSummary& summary) {
    session.require_made_by(map_sha256);
    const Migration& m = *session.migration;
    Connection& c = session.control;
    if (m.state != "switched" && m.state != "finished")
      bad_input("the old vectors are in use: column " + m.source + " holds them", c.where() + ", table " + session.table.shown,
                "`switch_postgres()` first, or `drop_new_postgres()` to end the migration without it");
    if (m.state == "switched")
      drop_column(session, summary, m.old_name, "finished",
                  "t." + c.name(m.old_name) + " IS NOT NULL AND t." + c.name(m.source) + " IS NULL",
                  "of the old model without a counterpart in column " + quoted(c, m.source));
    session.count(summary);
    summary.state = "finished";
  });
}

MigrateSummary forget_postgres(const PostgresColumn& column, const MigrateOptions& options) {
  return postgres::resuming(column, options, [&](Session& session, MigrateSummary& summary) {
    Connection& c = session.control;
    for (const Migration& open : postgres::live_migrations(c, session.table))
      bad_input("a migration still needs the book-keeping: table " + open.table + ", column " + open.source + " into " +
                    open.target + " (" + open.state + ")",
                c.where(),
                open.state == "switched"
                    ? "`drop_old_postgres()` of that one first, or `roll_back_postgres()` and `drop_new_postgres()`"
                    : "`drop_new_postgres()` of that one first");
    with_short_locks(c, [&] { postgres::drop_tables(c, session.table); });
    summary.state = "forgotten";
  });
}

}  // namespace vec2vec
