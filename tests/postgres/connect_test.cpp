// SPDX-License-Identifier: Apache-2.0
#include "on_server.h"
#include "postgres/server/conninfo.h"

namespace vec2vec::postgres {
namespace {

std::string refusal(const std::string& text) {
  try {
    require_conninfo(text);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    return error.message() + "; " + error.hint();
  }
}

TEST(Conninfo, NamesUnknownParameters) {
  EXPECT_EQ(
      refusal("postgresql://me@host/app?schema=kb"),
      "Unknown parameter 'schema' in the URL.; remove it; the schema belongs to the table: `PostgresColumn::table = kb.TABLE`");
  EXPECT_EQ(
      refusal("postgres://me@host:6543/app?sslmode=require&pgbouncer=true&connection_limit=1"),
      "Unknown parameters 'pgbouncer', 'connection_limit' in the URL.; remove them; and connect to the server itself, or to a "
      "pool in session mode");
  EXPECT_EQ(refusal("host=localhost  dbname = 'my app' pool_timeout=3"),
            "Unknown parameter 'pool_timeout' in the connection string.; remove it");
}

TEST(Conninfo, TakesWhatLibpqTakes) {
  for (const char* text :
       {"postgres://me@host/app", "postgres://me:1?schema=2@host/app", "postgresql:///app?host=/var/run/postgresql",
        "postgres://h1:1,h2:2/app?target_session_attrs=any",
        "postgres://me:p%40ss@host/app?options=-csearch_path%3Dpublic,extensions&application_name=x",
        "postgres://host/app?ssl=true", "host=localhost dbname=app user=me",
        "host = localhost  port=5432 dbname='my app' password='it\\'s a \\\\'", "service=mine", "postgres://"})
    EXPECT_EQ(refusal(text), "") << text;
}

TEST(Conninfo, NeverRepeatsWhatMayBeAPassword) {
  for (const char* text :
       {"postgres://me:s3cret@host:port/app", "postgres://me:s3cret/9@host/app", "postgres://me:x@s3cret@host/app",
        "postgres://host/app?s3cret=2@host/app", "postgres://host/app?password=a&s3cret=b", "postgres://me:%s3cret@host/app",
        "host=localhost password=my s3cret=1 dbname=app", "host=localhost password=my s3cret dbname=app",
        "host=localhost password='s3cret", "s3cret", "mysql://me:s3cret@host/app?x=y",
        "postgresql+psycopg2://me:s3cret@host/app"}) {
    const std::string told = refusal(text);
    EXPECT_NE(told, "") << text;
    EXPECT_EQ(told.find("s3cret"), std::string::npos) << told;
  }
}

using PostgresConnect = OnServer<6>;

TEST_F(PostgresConnect, WorksByStringAndTellsWhatIsWrong) {
  fill(100, "vector(384)");
  const std::string host = world().server.url().substr(world().server.url().find("?host=") + 6);
  const auto sample = [&](const std::string& db) {
    return run_cli({"sample", db, "--table", "Docs", "--column", "the v", "-o", world().folder.path("s.npy"), "--force"});
  };
  EXPECT_EQ(sample("host=" + host + " dbname=postgres user=postgres").code, 0);
  db().run("DROP ROLE IF EXISTS locked; CREATE ROLE locked PASSWORD 's3cret'");  // no LOGIN
  const struct {
    std::string db, what;
  } cases[] = {{"host=" + host + " dbname=postgres user=locked password=s3cret", "not permitted to log in"},
               {"host=" + host + " dbname=nowhere user=postgres", "database \"nowhere\" does not exist"},
               {"host=" + host + " dbname=postgres user=nobody", "role \"nobody\" does not exist"},
               {"postgres://me@localhost:1/app", "refused"}};
  for (const auto& c : cases) {
    const CliResult result = sample(c.db);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_NE(result.err.find(c.what), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("try: check host, port, database and user"), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("s3cret"), std::string::npos) << result.err;
  }
  db().run("DROP ROLE locked");
}

TEST_F(PostgresConnect, AWrongPasswordIsBadInput) {
  fill(10, "vector(384)");
  db().run("DROP ROLE IF EXISTS guarded; CREATE ROLE guarded LOGIN PASSWORD 'the right one'");
  db().run("COPY (VALUES ('local all guarded scram-sha-256'), ('local all all trust')) TO '" +
           db().run("SHOW hba_file").text(0, 0) + "'");
  db().run("SELECT pg_reload_conf()");
  const std::string url = world().server.url();
  const auto sample = [&](const std::string& who) {
    const std::string db = "postgresql://" + who + url.substr(url.find("@/"));
    return run_cli({"sample", db, "--table", "Docs", "--column", "the v", "-o", world().folder.path("s.npy"), "--force"});
  };
  for (int tries = 0; tries < 100 && sample("guarded").err.find("password") == std::string::npos; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const CliResult none = sample("guarded"), wrong = sample("guarded:s3cret");
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(none.err.find("no password supplied"), std::string::npos) << none.err;
  EXPECT_NE(wrong.err.find("password authentication failed"), std::string::npos) << wrong.err;
  for (const CliResult& result : {none, wrong})
    EXPECT_NE(result.err.find("try: check user and password (~/.pgpass, PGPASSWORD"), std::string::npos) << result.err;
  EXPECT_EQ(wrong.err.find("s3cret"), std::string::npos) << wrong.err;
  db().run("DROP ROLE guarded");
}

}  // namespace
}  // namespace vec2vec::postgres
