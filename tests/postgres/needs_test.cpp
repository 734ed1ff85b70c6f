// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"
#include "core/text/json.h"
#include "on_server.h"

namespace vec2vec::postgres {
namespace {

/// What a migration needs, and is told of by the dry run and before anything is written.
template <int kVersion>
class Needs : public OnServer<kVersion> {
 protected:
  /// Dry run, migrate and switch all exit with 2 and say so; then nothing was written.
  void expect_refused(const std::vector<std::string>& more, const std::string& what, const std::string& hint,
                      const std::string& url = {}) const {
    for (const std::vector<std::string>& step : {std::vector<std::string>{"--dry-run"}, {}, {"--switch"}}) {
      std::vector<std::string> all = this->arguments(more);
      if (!url.empty()) all[2] = url;
      all.insert(all.end(), step.begin(), step.end());
      const CliResult result = run_cli(all);
      EXPECT_EQ(result.code, 2) << what;
      EXPECT_NE(result.err.find(what), std::string::npos) << what << " is not in: " << result.err;
      EXPECT_NE(result.err.find("try: "), std::string::npos) << result.err;
      EXPECT_NE(result.err.find(hint), std::string::npos) << hint << " is not in: " << result.err;
    }
    EXPECT_EQ(this->number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%'"), 0);
    EXPECT_EQ(this->number("SELECT count(*) FROM pg_attribute WHERE attname = 'v new' AND NOT attisdropped"), 0);
  }
  std::string url_of(const std::string& role) const {
    std::string url = this->world().server.url();
    return url.replace(url.find("postgres@"), 8, role);
  }
  /// A map of the table's vectors into so many dimensions.
  std::string map_into(Index dim) const {
    Random random(1);
    const Matrix x = read_all(*open_rows(VEC2VEC_DEMO_DATA "/minilm.pairs.npy"));
    Matrix y(x.rows(), dim);
    for (Index i = 0; i < x.rows(); ++i)
      for (Index j = 0; j < dim; ++j)
        y(i, j) = x(i, j % x.cols()) * static_cast<float>(1 + j % 7) + 0.01F * x(i, (j * 31) % x.cols());
    std::string path = this->world().folder.path("into" + std::to_string(dim) + ".safetensors");
    fit_paired(x, y).save(path);
    return path;
  }
};

using PostgresNeeds = Needs<6>;
using PostgresNeedsLater = Needs<8>;

TEST_F(PostgresNeeds, RightsOfTheRole) {
  fill(100, "vector(384)");
  db().run(
      "DROP ROLE IF EXISTS app; CREATE ROLE app LOGIN; DROP ROLE IF EXISTS owning; CREATE ROLE owning LOGIN;"
      "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const CliResult unreadable =
      run_cli({"sample", url_of("app"), "--table", "Docs", "--column", "the v", "-o", world().folder.path("r.npy"), "--force"});
  EXPECT_EQ(unreadable.code, 2);
  EXPECT_NE(unreadable.err.find("The role app may not read the column the v"), std::string::npos) << unreadable.err;
  EXPECT_NE(unreadable.err.find("try: GRANT SELECT ON public.\"Docs\" TO app"), std::string::npos) << unreadable.err;
  db().run("GRANT SELECT ON public.\"Docs\" TO app");
  EXPECT_EQ(
      run_cli({"sample", url_of("app"), "--table", "Docs", "--column", "the v", "-o", world().folder.path("r.npy"), "--force"})
          .code,
      0);
  expect_refused({}, "The role app does not own the table", "GRANT postgres TO app", url_of("app"));
  db().run("ALTER TABLE \"Docs\" OWNER TO owning");
  expect_refused({}, "The role owning may not create tables and functions in the schema public",
                 "GRANT CREATE ON SCHEMA public TO owning", url_of("owning"));
  db().run("GRANT CREATE ON SCHEMA public TO owning; REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC");
  expect_refused({}, "The role owning may not create temporary tables", "GRANT TEMPORARY ON DATABASE postgres TO owning",
                 url_of("owning"));
  db().run("GRANT TEMPORARY ON DATABASE postgres TO PUBLIC");
  expect_refused({"--skip-triggers"}, "The role owning may not keep triggers from firing", "without --skip-triggers",
                 url_of("owning"));
  db().run("ALTER ROLE owning SET default_transaction_read_only = on");
  expect_refused({}, "The server only reads", "the primary server", url_of("owning"));
  db().run("ALTER ROLE owning RESET default_transaction_read_only");
  const auto as_owner = [&](std::vector<std::string> more) {
    std::vector<std::string> all = arguments(std::move(more));
    all[2] = url_of("owning");
    return run_cli(all);
  };
  EXPECT_EQ(as_owner({"--dry-run"}).code, 0);
  EXPECT_EQ(as_owner({"--switch"}).code, 0) << as_owner({"--switch"}).err;
  db().run(
      "DROP TABLE \"Docs\"; DROP OWNED BY owning; REVOKE ALL ON SCHEMA public FROM owning; DROP ROLE app; DROP ROLE owning");
}

TEST_F(PostgresNeeds, TheStateThatAnotherRoleKeeps) {
  fill(100, "vector(384)");
  db().run("DROP ROLE IF EXISTS app; CREATE ROLE app LOGIN; GRANT SELECT ON public.\"Docs\" TO app");
  migrate();
  for (const std::string step : {"--dry-run", "--switch", "--roll-back"}) {
    std::vector<std::string> all = arguments({step});
    all[2] = url_of("app");
    const CliResult result = run_cli(all);
    EXPECT_EQ(result.code, 2);
    EXPECT_NE(result.err.find("holds the state of migrations, and the role app may not read it"), std::string::npos)
        << result.err;
    EXPECT_NE(result.err.find("GRANT SELECT, INSERT, UPDATE, DELETE ON public.vec2vec_migrations TO app"), std::string::npos)
        << result.err;
  }
  db().run("DROP TABLE \"Docs\"; DROP ROLE app");
}

TEST_F(PostgresNeeds, NoRuleThatRewritesUpdates) {
  fill(100, "vector(384)");
  db().run("CREATE RULE \"a rule\" AS ON UPDATE TO \"Docs\" DO INSTEAD NOTHING");
  expect_refused({}, "The rule \"a rule\" rewrites each UPDATE of the table",
                 "ALTER TABLE public.\"Docs\" DISABLE RULE \"a rule\"");
  EXPECT_EQ(migrate({"--skip-triggers"})["translated"], 100);
  db().run("ALTER TABLE \"Docs\" DISABLE RULE \"a rule\"");
  EXPECT_EQ(migrate({"--switch"})["state"], "switched");
}

TEST_F(PostgresNeeds, AllThatIsMissingAtOnce) {
  fill(100, "vector(384)");
  db().run(
      "DROP ROLE IF EXISTS app; CREATE ROLE app LOGIN; GRANT SELECT ON public.\"Docs\" TO app; REVOKE CREATE ON SCHEMA public "
      "FROM PUBLIC;"
      "CREATE TABLE heir () INHERITS (\"Docs\")");
  std::vector<std::string> all = arguments({"--dry-run"});
  all[2] = url_of("app");
  const CliResult plan = run_cli(all);
  EXPECT_EQ(plan.code, 2);
  EXPECT_EQ(parse_json(plan.out)["problems"].size(), 3u) << plan.out;
  all.pop_back();
  EXPECT_NE(run_cli(all).err.find("(2 more: --dry-run lists them)"), std::string::npos);
  db().run("DROP TABLE \"Docs\" CASCADE; DROP ROLE app");
}

TEST_F(PostgresNeeds, RowSecurityIsToldApart) {
  fill(100, "vector(384)");
  db().run(
      "DROP ROLE IF EXISTS app; CREATE ROLE app LOGIN; GRANT SELECT ON \"Docs\" TO app; ALTER TABLE \"Docs\" ENABLE ROW LEVEL "
      "SECURITY;"
      "CREATE POLICY half ON \"Docs\" USING (id < 500)");
  const auto sample = [&](const std::string& role) {
    return run_cli(
        {"sample", url_of(role), "--table", "Docs", "--column", "the v", "-o", world().folder.path("rls.npy"), "--force"});
  };
  const CliResult hidden = sample("app");
  EXPECT_EQ(hidden.code, 2);
  EXPECT_NE(hidden.err.find("row-level security hides rows from the role app"), std::string::npos) << hidden.err;
  EXPECT_NE(hidden.err.find("try: a role with BYPASSRLS (a superuser: ALTER ROLE app BYPASSRLS), or a superuser"),
            std::string::npos)
      << hidden.err;
  EXPECT_EQ(hidden.err.find("owner"), std::string::npos) << hidden.err;
  expect_refused({}, "row-level security hides rows", "BYPASSRLS", url_of("app"));
  db().run("ALTER TABLE \"Docs\" OWNER TO app");
  EXPECT_EQ(sample("app").code, 0);
  db().run("ALTER TABLE \"Docs\" FORCE ROW LEVEL SECURITY");
  EXPECT_NE(sample("app").err.find("as its owner also: ALTER TABLE public.\"Docs\" NO FORCE ROW LEVEL SECURITY"),
            std::string::npos);
  db().run("ALTER ROLE app BYPASSRLS");
  EXPECT_EQ(sample("app").code, 0);
  db().run("DROP TABLE \"Docs\"; DROP ROLE app");
}

TEST_F(PostgresNeeds, NoInheritance) {
  fill(100, "vector(384)");
  db().run("CREATE TABLE heir (PRIMARY KEY (id)) INHERITS (\"Docs\"); INSERT INTO heir SELECT * FROM ONLY \"Docs\"");
  expect_refused({}, "The table public.heir inherits from it", "ALTER TABLE public.heir NO INHERIT public.\"Docs\"");
  table_ = "heir";
  expect_refused({}, "The column the v is inherited from the table public.\"Docs\"",
                 "ALTER TABLE public.heir NO INHERIT public.\"Docs\"");
  // The way out works.
  table_ = "Docs";
  db().run("ALTER TABLE public.heir NO INHERIT public.\"Docs\"");
  EXPECT_EQ(migrate({"--switch"})["translated"], 100);
  table_ = "heir";
  EXPECT_EQ(migrate({"--switch"})["translated"], 100);
  db().run("ALTER TABLE public.heir INHERIT public.\"Docs\"");
  // Each id is there twice in the parent, which shows the heir's rows too, and once in the heir.
  EXPECT_EQ(number("SELECT count(*) FROM \"Docs\" a, heir b WHERE a.id = b.id AND a.\"the v\" = b.\"the v\""), 200);
  db().run("DROP TABLE \"Docs\" CASCADE");
}

TEST_F(PostgresNeeds, NoSinglePartition) {
  db().run(
      "CREATE TABLE \"Docs\" (id bigint PRIMARY KEY, \"the v\" vector(384)) PARTITION BY RANGE (id);"
      "CREATE TABLE p0 PARTITION OF \"Docs\" FOR VALUES FROM (0) TO (500); CREATE TABLE p1 PARTITION OF \"Docs\" DEFAULT");
  insert(0, 100);
  table_ = "p0";
  expect_refused({}, "The column the v is inherited from the table public.\"Docs\"", "--table public.\"Docs\"");
  table_ = "Docs";
  const nlohmann::json plan = migrate({"--dry-run"});
  EXPECT_EQ(plan["rows"], 100);
  EXPECT_GT(plan["table_bytes"], 100 * 384 * 4);
  EXPECT_EQ(migrate({"--switch"})["translated"], 100);
}

TEST_F(PostgresNeeds, DimensionsThatAnIndexCannotHold) {
  fill(60, "vector(384)");
  std::vector<std::string> all = arguments({"--no-indexes", "--switch"});
  const std::string wide = map_into(2001);
  all[1] = wide;
  db().run("CREATE INDEX wide ON \"Docs\" USING ivfflat (\"the v\" vector_l2_ops) WITH (lists = 2)");
  for (const std::vector<std::string>& step : {std::vector<std::string>{"--dry-run"}, {}, {"--switch"}}) {
    std::vector<std::string> refused = arguments(step);
    refused[1] = wide;
    const CliResult result = run_cli(refused);
    EXPECT_EQ(result.code, 2);
    EXPECT_NE(result.err.find("takes at most 2000 dimensions, and the map translates into 2001"), std::string::npos)
        << result.err;
    EXPECT_NE(result.err.find("--type halfvec"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("--no-indexes"), std::string::npos) << result.err;
  }
  EXPECT_EQ(number("SELECT count(*) FROM pg_class WHERE relname LIKE 'vec2vec%'"), 0);
  const CliResult result = run_cli(all);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(number("SELECT vector_dims(\"the v\") FROM \"Docs\" LIMIT 1"), 2001);
}

TEST_F(PostgresNeedsLater, HalfvecIsTheWayOutTo4000) {
  fill(60, "vector(384)");
  db().run("CREATE INDEX wide ON \"Docs\" USING hnsw (\"the v\" vector_cosine_ops) WITH (m = 4, ef_construction = 20)");
  std::vector<std::string> all = arguments({"--dry-run"});
  all[1] = map_into(2001);
  EXPECT_EQ(run_cli(all).code, 2);
  for (const char* step : {"--dry-run", "--switch"}) {
    all.back() = step;
    std::vector<std::string> half = all;
    half.insert(half.end(), {"--type", "halfvec"});
    const CliResult result = run_cli(half);
    EXPECT_EQ(result.code, 0) << result.err;
  }
  EXPECT_EQ(number("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%halfvec_cosine_ops%'"), 1);
}

}  // namespace
}  // namespace vec2vec::postgres
