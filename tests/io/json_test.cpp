// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>

#include "io/json/source.h"
#include "random_matrix.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

class Ndjson : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }
  Matrix rows_of(const std::string& text, const std::string& field = {}) {
    return read_all(*open_rows(write(text), {.raw_dim = 0, .tensor = {}, .field = field}));
  }
  /// The message of the error that reading the text ends with.
  std::string error_of(const std::string& text, const std::string& field = {}) {
    try {
      rows_of(text, field);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
      return error.what();
    }
    return "no error";
  }

  TempDir dir_;
  const std::string path_ = dir_.path("in.ndjson");
};

TEST_F(Ndjson, FindsTheVectorAmongOtherFields) {
  const Matrix m = rows_of(
      "\n {\"id\": \"]}\\\"{[\", \"nested\": {\"embedding\": [7]}, \"embedding\" : [ 1 , -2.5e0,3 ] , \"n\": [1,2]}\r\n"
      "{\"embedding\":[4,5,6]}\n\n");
  ASSERT_EQ(m.rows(), 2);
  ASSERT_EQ(m.cols(), 3);
  EXPECT_EQ(m(0, 1), -2.5f);
  EXPECT_EQ(m(1, 2), 6.0f);
}

TEST_F(Ndjson, GuessesTheField) {
  EXPECT_EQ(rows_of("{\"vector\": [1, 2], \"x\": [3]}").cols(), 2);
  EXPECT_EQ(rows_of("{\"values\": [1, 2], \"tags\": [\"a\"], \"none\": []}").cols(), 2);
  EXPECT_EQ(rows_of("{\"vector\": [1, 2], \"x\": [3]}", "x").cols(), 1);
  EXPECT_NE(error_of("{\"x\": [1, 2], \"y\": [3]}").find("Several fields are lists of numbers: x, y"), std::string::npos);
  const std::string ids = error_of("{\"ids\": [1, 2], \"rows\": [[0.1, 0.2], [0.3, 0.4]]}");  // ids are no vector
  EXPECT_NE(ids.find("Several fields are lists of numbers: ids, rows[0], rows[1]"), std::string::npos) << ids;
  EXPECT_NE(error_of("{\"ids\": [1], \"rows\": [[0.1, 0.2]]}").find("Several fields"), std::string::npos);
  EXPECT_NE(error_of("{\"id\": 3, \"tags\": [\"a\"]}").find("No field is a list of numbers"), std::string::npos);
}

TEST_F(Ndjson, BadLinesAreNamedByTheirRow) {
  const std::string good = "{\"v\": [1, 2]}\n";
  const std::pair<const char*, const char*> bad[] = {{"{\"v\": [1, 2}", "no valid JSON"},
                                                     {"{\"v\": [1, 2]} {\"v\": [1, 2]}", "no valid JSON"},
                                                     {"{\"v\": [1, 2], \"ok\": tru}", "no valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\": {\"b\": [1, nul]}}", "no valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\": \"\\x\"}", "no valid JSON"},
                                                     {"{\"v\": [1, 2], \"\\ud800\": 1}", "no valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\": 1.}", "no valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\"}", "no valid JSON"},
                                                     {"{\"v\": [1, 2],}", "no valid JSON"},
                                                     {"{\"v\": [1 2]}", "no valid JSON"},
                                                     {"{\"v\": [1, 2,]}", "no valid JSON"},
                                                     {"{\"v\": [1, 1e999]}", "no valid JSON"},
                                                     {"{\"v\": [1, NaN]}", "NaN or Infinity, which JSON does not have"},
                                                     {"{\"v\": [1, 02]}", "no valid JSON"},
                                                     {"{\"v\": [1, 2], \"text\": \"\xff\"}", "no valid JSON"},
                                                     {"[1, 2]", "no field 'v'"},
                                                     {"{\"w\": [1, 2]}", "no field 'v'"},
                                                     {"{\"v\": null}", "no list of numbers"},
                                                     {"{\"v\": \"[1; 2]\"}", "no number"},
                                                     {"{\"v\": [1, 2], \"v\": [1, 2]}", "'v' twice"},
                                                     {"{\"v\": [1, null]}", "null in the place of a number"},
                                                     {"{\"v\": [1, [2]]}", "no number"},
                                                     {"{\"v\": [1, \"2\"]}", "no number"},
                                                     {"{\"v\": [1, true]}", "no number"},
                                                     {"{\"v\": [1]}", "1 numbers in 'v' instead of 2"},
                                                     {"{\"v\": []}", "0 numbers in 'v' instead of 2"},
                                                     {"{\"v\": [1, 2, 3]}", "3 numbers in 'v' instead of 2"}};
  for (const auto& [line, message] : bad) {
    for (const bool last : {false, true}) {
      const std::string error = error_of(good + good + line + "\n" + (last ? "" : good));
      EXPECT_NE(error.find(message), std::string::npos) << line << " gave " << error;
      EXPECT_NE(error.find("row 2"), std::string::npos) << error;
    }
    EXPECT_NE(error_of(std::string(line) + "\n" + good, "v"), "no error") << line;
  }
}

TEST_F(Ndjson, ForeignJsonIsRefused) {
  for (const char* text : {"{", "{}", "{\n  \"embedding\": [1, 2]\n}\n", "{\"embedding\": []}", "{\"embedding\": 3}"})
    EXPECT_NE(error_of(text), "no error") << text;
  EXPECT_NE(error_of("{\"embedding\": [1, 2], \"deep\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
            "no error");
  EXPECT_NE(error_of(std::string("{\"embedding\": [1, 2]\0}", 22)), "no error");
}

TEST_F(Ndjson, ACutFileIsRefusedAtEveryLength) {
  const std::string whole = "{\"v\": [1, 2], \"id\": \"a\"}\n{\"v\": [3, 4], \"id\": \"b\"}";
  const std::size_t first_line = whole.find('\n');
  for (std::size_t length = 1; length < whole.size(); ++length)
    if (length != first_line && length != first_line + 1) {  // those are whole files of one row
      EXPECT_NE(error_of(whole.substr(0, length)), "no error") << length;
    }
}

TEST_F(Ndjson, NumbersAreReadToTheNearestFloat) {
  const Matrix m = rows_of("{\"v\": [0.1, 16777217, 1e-45, 3.4028235e38, 1e39, -1e39, 1.000000178813934316171875]}");
  EXPECT_EQ(m(0, 0), 0.1f);
  EXPECT_EQ(m(0, 1), 16777216.0f);
  EXPECT_EQ(m(0, 2), 0x1.0p-149f);
  EXPECT_EQ(m(0, 3), std::numeric_limits<float>::max());
  EXPECT_TRUE(std::isinf(m(0, 4)) && std::isinf(m(0, 5)));
  // just below the middle of two floats: by way of a double it would be the upper one
  EXPECT_EQ(m(0, 6), 0x1.000002p0f);
}

TEST_F(Ndjson, OtherFieldsAreCarriedOverByteForByte) {
  std::string text;
  for (int i = 0; i < 600; ++i)
    text += "{\"id\":" + std::string(i % 7 == 0 ? "12345678901234567890123" : "\"\\u00e9 ]\"") +
            ", \"v\" : [1, 2.50 ] , \"pi\":3.10, \"sub\":{\"v\":[0]}}" + (i % 3 ? "\r\n" : "\n\n");
  const auto source = open_rows(write(text));
  const Matrix m = random_matrix(600, 3, 4);
  const auto sink =
      create_rows(dir_.path("out.jsonl"), 600, 3, {FileFormat::kNdjson, ValueType::kFloat32, false, {}, source.get()});
  sink->write(m.view().middle_rows(0, 257));
  sink->write(m.view().middle_rows(257, 343));
  sink->commit();
  const auto back = open_rows(dir_.path("out.jsonl"));
  ASSERT_EQ(back->rows(), 600);
  EXPECT_EQ(0, std::memcmp(read_all(*back).data(), m.data(), sizeof(float) * 1800));
  std::ifstream out(dir_.path("out.jsonl")), in(path_);
  for (std::string before, after; std::getline(out, after);) {
    do std::getline(in, before);
    while (before.empty());
    const std::size_t list = after.find("\"v\" : [") + 6, end = after.find(']', list);
    EXPECT_EQ(after.substr(0, list) + "[1, 2.50 ]" + after.substr(end + 1), before);
  }
}

TEST_F(Ndjson, RowsOfOtherFormatsGetTheirNumberAsId) {
  const Matrix m = random_matrix(2, 2, 4);
  const auto sink = create_rows(path_, 2, 2, {FileFormat::kNdjson, ValueType::kFloat32, false});
  sink->write(m);
  sink->commit();
  std::ifstream in(path_);
  std::string line;
  std::getline(in, line);
  EXPECT_TRUE(line.starts_with("{\"id\":0,\"embedding\":["));
  Matrix bad(1, 2);
  bad(0, 1) = std::nanf("");
  EXPECT_THROW(create_rows(dir_.path("nan.ndjson"), 1, 2, {FileFormat::kNdjson})->write(bad), Error);
}

TEST_F(Ndjson, NestedFields) {
  const std::string batch =
      "{\"id\":\"b\",\"response\":{\"code\":200,\"body\":{\"data\":[{\"index\":0,\"embedding\":[0.5,2]}]}},\"error\":null}\n";
  for (const char* field :
       {"", "response.body.data[0].embedding", "response.body.data.0.embedding", ".response.body.data[0].embedding"}) {
    const Matrix m = rows_of(batch + batch, field);
    ASSERT_EQ(m.rows(), 2) << field;
    EXPECT_EQ(m(1, 0), 0.5f);
  }
  EXPECT_EQ(rows_of("{\"_source\": {\"embedding\": [1, 2, 3]}}").cols(), 3);
  const std::string named = "{\"vector\": {\"dense\": [1, 2], \"sparse\": {\"indices\": [7], \"values\": [0.5]}}}\n";
  EXPECT_EQ(rows_of(named, "vector.dense").cols(), 2);
  EXPECT_NE(error_of(named).find("vector.dense, vector.sparse.indices, vector.sparse.values"), std::string::npos);
  EXPECT_NE(error_of(named, "vector").find("here: vector.dense, "), std::string::npos);
  // a key may look like a path
  EXPECT_EQ(rows_of("{\"a.b\": [1], \"a\": {\"c\": [1, 2]}, \"x[0]\": [1, 2, 3]}", "a.b").cols(), 1);
  EXPECT_EQ(rows_of("{\"a.b\": [1], \"a\": {\"c\": [1, 2]}, \"x[0]\": [1, 2, 3]}", "a.c").cols(), 2);
  EXPECT_EQ(rows_of("{\"a.b\": [1], \"a\": {\"c\": [1, 2]}, \"x[0]\": [1, 2, 3]}", "x[0]").cols(), 3);
  EXPECT_NE(error_of("{\"a.b\": [1], \"a\": {\"b\": [2]}}", "a.b").find("'a.b' twice"), std::string::npos);
  for (const char* field : {"a", "a[1]", "a[0", "a[-1]", "a[0]x", "a[00000000000000000000]", "a.", "a[0][0]", "a.b.c", "["})
    EXPECT_NE(error_of("{\"a\": [{\"b\": [1]}]}", field), "no error") << field;
}

TEST_F(Ndjson, VectorsBesideTheOneThatWasFoundAreNotLost) {
  const std::string one = "{\"data\":[{\"embedding\":[1,2]}]}\n",
                    two = "{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[3,4]}]}\n";
  EXPECT_NE(error_of(two).find("data[0].embedding, data[1].embedding"), std::string::npos);
  EXPECT_NE(error_of(two).find("`jq -c '.data[]' " + path_ + " > " + path_ + ".ndjson`"), std::string::npos);
  EXPECT_NE(error_of(one + two + one).find("row 1: The lists on the way to 'data[0].embedding' have 2 elements"),
            std::string::npos);
  EXPECT_EQ(rows_of(one + two + one, "data[0].embedding").rows(), 3);
}

TEST_F(Ndjson, StringsThatHoldAVector) {
  // struct.pack('<3f', 1, -2.5, 3e-5) in base64; and what row_to_json makes of a pgvector column
  for (const char* text : {"{\"embedding\": \"AACAPwAAIMCCqPs3\"}", "{\"data\": [{\"embedding\": \"AACAPwAAIMCCqPs3\"}]}",
                           "{\"embedding\": \"[1,-2.5, 3e-5]\"}", "{\"embedding\": [1,-2.5,3e-5]}"}) {
    const Matrix m = rows_of(std::string(text) + "\n" + text + "\n");
    ASSERT_EQ(m.rows(), 2) << text;
    ASSERT_EQ(m.cols(), 3) << text;
    EXPECT_EQ(m(1, 0), 1.0f);
    EXPECT_EQ(m(1, 1), -2.5f);
    EXPECT_EQ(m(1, 2), 3e-5f);
  }
  EXPECT_EQ(rows_of("{\"embedding\": \"\\/\\/\\/\\/PgAAgD8=\"}")(0, 1), 1.0f);  // slashes as PHP writes them
  EXPECT_TRUE(std::isnan(rows_of("{\"v\": \"AADAfw==\"}", "v")(0, 0)));
  for (const char* bad :
       {"AACAPwA=", "AACAPw=", "AACAPw===", "A", "AACAP w==", "", "[1", "[1 2]", "[1,]", "[inf]", "[NaN]", "[", "[[1]]"})
    EXPECT_NE(error_of("{\"v\": \"" + std::string(bad) + "\"}", "v"), "no error") << bad;
  // struct.pack('<8d', ...) of sines
  EXPECT_NE(
      error_of("{\"embedding\": \"7gwJj1Ttuj9GtNHq9hi9P1vVtm04EJI/rh7c3bk3uL8zmeD1ga++v8CisIrx4aG/CAptwggGtT97zyig0qi/Pw==\"}",
               "embedding")
          .find("float64 in base64"),
      std::string::npos);
  // a name that happens to be base64 is no vector, unless it is asked for
  EXPECT_NE(error_of("{\"embedding\": \"9f86d081884c7d659a2feaa0c55ad015\"}").find("No field is a list of numbers"),
            std::string::npos);
  EXPECT_NE(error_of("{\"v\": \"AACAPwAAIMA=\"}\n{\"v\": \"AACAPw==\"}\n", "v").find("1 numbers in 'v' instead of 2"),
            std::string::npos);
}

TEST_F(Ndjson, AByteOrderMarkIsNoPartOfTheText) {
  EXPECT_EQ(rows_of("\xEF\xBB\xBF{\"id\":1,\"embedding\":[0.1,0.2]}\r\n{\"id\":2,\"embedding\":[0.3,0.4]}\r\n").rows(), 2);
  EXPECT_EQ(rows_of("\xEF\xBB\xBF[[1,2],[3,4],[5,6]]").rows(), 3);
  EXPECT_EQ(rows_of("\xEF\xBB\xBF[1,2]\n").rows(), 1);
}

// psql's COPY writes NULL as an empty line: to pass over it would move all rows behind it.
TEST_F(Ndjson, AnEmptyLineBetweenListsIsAMissingVector) {
  EXPECT_NE(error_of("\n[1,2]\n\n[3,4]").find("row 1: There is an empty line before the row"), std::string::npos);
}

TEST_F(Ndjson, Lists) {
  for (const char* text :
       {"[{\"id\":1,\"embedding\":[1,2]},{\"id\":2,\"embedding\":[3,4]}]", "[[1,2],[3,4]]\n", "[1, 2]\r\n[3, 4]\n",
        "\n[1,2]\n[3,4]\n\n",
        " [\n  {\n    \"t\": \"]}\\\"[\",\n    \"embedding\": [\n      1,\n      2\n    ]\n  },\n  {\"embedding\": [3, "
        "4]}\n]\n",
        "[\n[1, 2]\n,\n[3, 4]\n]", "[\"[1, 2]\"]\n[\"[3, 4]\"]\n",
        "[{\"model\":\"m\"},{\"data\":[{\"embedding\":[1,2]}]}]\n[{\"model\":\"m\"},{\"data\":[{\"embedding\":[3,4]}]}]\n"}) {
    const std::string field = text[1] == '"' ? "[0]" : "";
    const Matrix m = rows_of(text, field);
    ASSERT_EQ(m.rows(), 2) << text;
    ASSERT_EQ(m.cols(), 2) << text;
    EXPECT_EQ(m(0, 0), 1.0f);
    EXPECT_EQ(m(1, 1), 4.0f);
  }
  std::string many = "[";
  for (int i = 0; i < 1000; ++i) many += (i ? ",\n" : "") + std::string("{\"v\": [") + std::to_string(i) + ", 1]}";
  const auto source = open_rows(write(many + "]"));
  EXPECT_EQ(source->format(), "json");
  ASSERT_EQ(source->rows(), 1000);
  Matrix part(3, 2);
  source->read(700, part.span());
  EXPECT_EQ(part(2, 0), 702.0f);
}

TEST_F(Ndjson, DamagedListsAreRefused) {
  for (const std::string whole : {"[{\"v\":[1,2]},{\"v\":[3,4]}]", "[[1,2],[3,4]]"})
    for (std::size_t length = 1; length < whole.size(); ++length)
      EXPECT_NE(error_of(whole.substr(0, length)), "no error") << whole.substr(0, length);
  for (const char* text :
       {"[]", "[[1,2],]", "[[1,2] [3,4]]", "[[1,2],,[3,4]]", "[[1,2],[3,4]]]", "[[1,2],[3,4]] x", "[[1,2],[3]]",
        "[[1,2],[3,null]]", "[[1,2],[3,NaN]]", "[[1,2],[3,tru]]", "[[1,2],[3,4}]", "[[1,2],3]", "[[1,2],{\"v\":[3,4]}]",
        "[\"a\",\"b\"]", "[null]", "[[[1,2]],[[3,4],[5,6]]]", "[1,2]\n\\N\n[3,4]\n", "[[]]", "[{}]"})
    EXPECT_NE(error_of(text), "no error") << text;
  EXPECT_NE(error_of("[[1,2],[3,NaN]]").find("row 1: There is NaN or Infinity"), std::string::npos);
  EXPECT_NE(error_of("[1,2]\n\\N\n[3,4]\n").find("row 1"), std::string::npos);
}

TEST_F(Ndjson, OtherTextInBracketsIsNotJson) {
  for (const char* text :
       {"[0.1 0.2]\n", "[[0.1 0.2]\n [0.3 0.4]]\n", "{0.1,0.2}\n", "[0.1,0.2],red\n", "[1,\n2]\n", "{", "["}) {
    write(text);
    EXPECT_FALSE(looks_like_json(MappedFile(path_))) << text;
  }
}

TEST_F(Ndjson, OneObjectOverSeveralLinesIsTakenApartByJq) {
  const std::pair<const char*, const char*> objects[] = {
      {"{\n \"data\": [\n  {\"embedding\": [1, 2]},\n  {\"embedding\": [3, 4]}\n ]\n}\n", "jq -c '.data[]' "},
      {"{\n \"ids\": [\"a\", \"b\"],\n \"embeddings\": [[1, 2], [3, 4]]\n}\n", "jq -c '.embeddings[]' "},
      {"{\n \"embedding\": {\"0\": [1, 2], \"1\": [3, 4]}\n}\n", "jq -c '.embedding[]' "},
      {"{\n \"cat\": [1, 2],\n \"dog\": [3, 4]\n}\n", "jq -c '.[]' "},
      {"{\n \"a b\": {\"x\": [[1], [2]]}\n}\n", "jq -c '.[\"a b\"].x[]' "},
      {"{\n \"embedding\": [1, 2]\n}\n{\n \"embedding\": [3, 4]\n}\n", "jq -c . "}};
  for (const auto& [text, command] : objects)
    EXPECT_NE(error_of(text).find(std::string(command) + path_ + " > "), std::string::npos) << error_of(text);
  EXPECT_NE(error_of("[{\"e\": [[1, 2], [3, 4]]}]").find("jq -c '.[].e[]' "), std::string::npos);
  EXPECT_NE(error_of("[[[1, 2], [3, 4]]]").find("jq -c '.[][]' "), std::string::npos);
}

TEST_F(Ndjson, RecordsOfListsAndNestedVectorsAreCarriedOver) {
  const Matrix m = [] {
    Matrix values(2, 2);
    for (Index i = 0; i < 4; ++i) values.data()[i] = static_cast<float>(i) + 0.5f;
    return values;
  }();
  const std::pair<const char*, const char*> texts[] = {{"[\n {\n  \"id\": 1,\n  \"v\": [1,2]},\n {\"id\": 2, \"v\": [3,4]}]",
                                                        "{   \"id\": 1,   \"v\": [0.5,1.5]}\n{\"id\": 2, \"v\": [2.5,3.5]}\n"},
                                                       {"{\"a\":{\"v\":[1,2]},\"b\":3}\n{\"a\":{\"v\":[1,2]}}",
                                                        "{\"a\":{\"v\":[0.5,1.5]},\"b\":3}\n{\"a\":{\"v\":[2.5,3.5]}}\n"},
                                                       {"{\"embedding\":\"AACAPwAAIMA=\" }\n{\"embedding\":\"[1,2]\"}",
                                                        "{\"embedding\":[0.5,1.5] }\n{\"embedding\":[2.5,3.5]}\n"},
                                                       {"[1,2]\n[3,4]\n", "[0.5,1.5]\n[2.5,3.5]\n"}};
  for (const auto& [text, expected] : texts) {
    const auto source = open_rows(write(text));
    const auto sink =
        create_rows(dir_.path("out.jsonl"), 2, 2, {FileFormat::kNdjson, ValueType::kFloat32, true, {}, source.get()});
    sink->write(m);
    sink->commit();
    std::ifstream out(dir_.path("out.jsonl"), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(out), {}), expected);
  }
}

}  // namespace
}  // namespace vec2vec
