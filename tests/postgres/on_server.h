// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/run_cli.h"
#include "core/text/json.h"
#include "io/binary/half.h"
#include "postgres/server/copy_format.h"
#include "server.h"
#include "vec2vec/align.h"
#include "vec2vec/postgres.h"

namespace vec2vec::postgres {

constexpr Index kRows = 6000;

/// Real vectors of MiniLM in a table, and a map from them to e5.
struct World {
  explicit World(const std::string& pgvector) : server(pgvector) {
    const auto demo = [](const std::string& name) { return read_all(*open_rows(VEC2VEC_DEMO_DATA "/" + name)); };
    rows = demo("minilm.a.npy");
    fit_paired(demo("minilm.pairs.npy"), demo("e5.pairs.npy")).save(map_path());
    fit_paired(demo("e5.pairs.npy"), demo("minilm.pairs.npy")).save(folder.path("other.safetensors"));
    map = Map::load(map_path());
    translated = Matrix(rows.rows(), map.target_dim());
    translate(map, rows, translated.span());
    Connection(server.url(), {}).run("CREATE EXTENSION vector");
  }
  std::string map_path() const { return folder.path("map.safetensors"); }

  Server server;
  TempDir folder;
  Matrix rows, translated;
  Map map;
};

/// Tests on one server, started for each suite. A file's suites are named with: using PostgresXyz = OnServer<6>; or <8>, the
/// version of pgvector 0.6 (Postgres 16) or 0.8 (Postgres 18).
template <int kVersion>
class OnServer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Server::installed()) world_ = std::make_unique<World>("0." + std::to_string(kVersion));
  }
  static void TearDownTestSuite() { world_.reset(); }
  void SetUp() override {
    if (!world_) GTEST_SKIP() << "no server: scripts/setup.sh --postgres";
    db_ = std::make_unique<Connection>(world_->server.url(), KeepGoing{});
    db_->run("DROP TABLE IF EXISTS \"Docs\"; DROP TABLE IF EXISTS vec2vec_migrations; DROP TABLE IF EXISTS vec2vec_ranges");
    db_->run(
        "DO $$DECLARE name text; BEGIN "
        "FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'vec2vec%' LOOP EXECUTE 'DROP FUNCTION ' || name "
        "|| ' CASCADE'; END LOOP; "
        "FOR name IN SELECT oid::regclass FROM pg_class WHERE relname LIKE 'vec2vec_native%' AND relkind = 'r' LOOP EXECUTE "
        "'DROP TABLE ' || name; END LOOP; "
        "END$$");
  }

  World& world() const { return *world_; }
  Connection& db() const { return *db_; }
  Index number(const std::string& sql) const { return db().run(sql).number(0, 0); }

  /// Table "Docs" of n rows: id = 10 * row, v. Names need quotes, on purpose.
  void fill(Index n = kRows, const std::string& type = "vector", const std::string& more = "") {
    db().run("CREATE TABLE \"Docs\" (id bigint PRIMARY KEY, \"my text\" text DEFAULT 'x', \"the v\" " + type + more + ")");
    insert(0, n, type == "halfvec" ? ValueType::kFloat16 : ValueType::kFloat32);
  }

  void insert(Index first, Index n, ValueType type = ValueType::kFloat32) {
    CopyWriter writer;
    for (Index i = first; i < first + n; ++i) {
      writer.begin_row(2);
      std::string key(8, '\0');
      for (int b = 0; b < 8; ++b) key[static_cast<std::size_t>(7 - b)] = static_cast<char>(10 * i >> (8 * b));
      writer.field(key);
      writer.vector_field(world().rows.row(i % kRows), world().rows.cols(), type);
    }
    db().copy_in("COPY \"Docs\" (id, \"the v\") FROM STDIN (FORMAT binary)", writer.finish());
  }

  std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {
        "migrate", world().map_path(), world().server.url(), "--table", table_, "--column", "the v", "--into", "v new",
        "--json",  "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  nlohmann::json migrate(const std::vector<std::string>& more = {}) const {
    const CliResult result = run_cli(arguments(more));
    EXPECT_EQ(result.code, 0) << result.err;
    return result.code == 0 ? parse_json(result.out) : nlohmann::json{};
  }

  /// How many rows of column hold the translation of row id / 10, to the bit (float16: rounded); all others are failures.
  Index right_rows(const std::string& column, ValueType type = ValueType::kFloat32) const {
    const std::string bytes = db().copy_out("COPY (SELECT id::text, " + db().name(column) + " FROM \"Docs\" WHERE " +
                                            db().name(column) + " IS NOT NULL) TO STDOUT (FORMAT binary)");
    std::vector<std::optional<std::string_view>> fields;
    std::vector<float> found(static_cast<std::size_t>(world().translated.cols()));
    Index right = 0;
    for (CopyReader reader(bytes); reader.next(2, fields); ++right) {
      const Index row = std::stoll(std::string(*fields[0])) / 10 % kRows;
      read_vector(*fields[1], type, found.data());
      for (Index j = 0; j < world().translated.cols(); ++j) {
        const float value = world().translated(row, j);
        const float expected = type == ValueType::kFloat16 ? half_to_float(float_to_half(value)) : value;
        if (found[static_cast<std::size_t>(j)] != expected) {
          ADD_FAILURE() << "row " << row << " is not its translation";
          return -1;
        }
      }
    }
    return right;
  }

  inline static std::unique_ptr<World> world_;
  std::unique_ptr<Connection> db_;
  std::string table_ = "Docs";  ///< that arguments() name
};

}  // namespace vec2vec::postgres
