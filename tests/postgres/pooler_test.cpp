// SPDX-License-Identifier: Apache-2.0
// Behind pgbouncer: sessions that belong to somebody else stay as they were.
#include <gtest/gtest.h>

#include "on_server.h"

namespace vec2vec::postgres {
namespace {

class PoolerTests : public OnServer<6> {
 protected:
  void SetUp() override {
    OnServer<6>::SetUp();
    if (!IsSkipped() && !Pool::installed()) GTEST_SKIP() << "no pgbouncer: scripts/setup.sh --postgres";
  }

  std::vector<std::string> through(const Pool& pool, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = arguments(more);
    all[2] = pool.url();
    return all;
  }

  /// Whether the pool's session has the server's own settings, and nothing of ours in it.
  static void expect_clean(const Pool& pool) {
    EXPECT_EQ(
        pool.ask(
            "SELECT string_agg(name || '=' || setting, ' ') FROM pg_settings WHERE source = 'session' "
            "AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')"),
        "");
    EXPECT_EQ(pool.ask("SELECT current_setting('row_security') || current_setting('statement_timeout')"), "on0");
    EXPECT_EQ(pool.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0");
    EXPECT_EQ(pool.ask("SELECT count(*) FROM pg_class WHERE relname = 'vec2vec_batch'"), "0");
  }
};

using PostgresPooler = PoolerTests;

TEST_F(PostgresPooler, InTransactionModeIsRefusedBeforeAnythingIsSet) {
  fill(200);
  for (const std::string size : {"1", "3"}) {
    const Pool pool(world().server, "--size " + size);
    EXPECT_EQ(pool.ask("SELECT 1"), "1");
    const TempDir dir;
    const std::string out = dir.path("x.npy");
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"sample", pool.url(), "--table", "Docs", "--column", "the v", "-o", out}, through(pool),
          through(pool, {"--dry-run"}), through(pool, {"--switch"}), through(pool, {"--roll-back"})}) {
      const CliResult result = run_cli(command);
      EXPECT_EQ(result.code, 2) << result.err;
      EXPECT_NE(result.err.find("pool in transaction mode"), std::string::npos) << result.err;
      EXPECT_NE(result.err.find("try: the address of the server itself, or of a pool in session mode"), std::string::npos);
      expect_clean(pool);
    }
    EXPECT_FALSE(std::filesystem::exists(out));
    EXPECT_EQ(number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%'"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"Docs\"'::regclass AND attnum > 0"), 3);
  }
}

TEST_F(PostgresPooler, InSessionModeGetsItsSessionsBackAsTheyWere) {
  fill(300);
  const Pool pool(world().server, "--mode session --size 4 server_reset_query=");  // so that only we can clean up
  const CliResult wrong = run_cli(through(pool, {"--connections", "1", "--type", "halfvec"}));
  EXPECT_EQ(wrong.code, 2) << wrong.err;
  expect_clean(pool);
  const CliResult switched = run_cli(through(pool, {"--switch", "--connections", "2"}));
  ASSERT_EQ(switched.code, 0) << switched.err;
  EXPECT_EQ(right_rows("the v"), 300);
  for (int i = 0; i < 4; ++i) expect_clean(pool);
}

TEST_F(PostgresPooler, ThatGivesNoSecondConnectionIsRefused) {
  fill(20);
  const Pool pool(world().server, "--mode session --size 1");
  const CliResult result = run_cli(through(pool));
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("The pool gives no second connection"), std::string::npos) << result.err;
  expect_clean(pool);
}

}  // namespace
}  // namespace vec2vec::postgres
