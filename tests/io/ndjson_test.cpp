#include "io/ndjson.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>

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
  EXPECT_NE(error_of("{\"x\": [1, 2], \"y\": [3]}").find("several fields are lists of numbers: x, y"), std::string::npos);
  EXPECT_NE(error_of("{\"id\": 3, \"tags\": [\"a\"]}").find("no field is a list of numbers"), std::string::npos);
}

TEST_F(Ndjson, BadLinesAreNamedByTheirRow) {
  const std::string good = "{\"v\": [1, 2]}\n";
  const std::pair<const char*, const char*> bad[] = {{"{\"v\": [1, 2}", "not valid JSON"},
                                                     {"{\"v\": [1, 2]} {\"v\": [1, 2]}", "not valid JSON"},
                                                     {"{\"v\": [1, 2], \"ok\": tru}", "not valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\": {\"b\": [1, nul]}}", "not valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\": \"\\x\"}", "not valid JSON"},
                                                     {"{\"v\": [1, 2], \"\\ud800\": 1}", "not valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\": 1.}", "not valid JSON"},
                                                     {"{\"v\": [1, 2], \"a\"}", "not valid JSON"},
                                                     {"{\"v\": [1, 2],}", "not valid JSON"},
                                                     {"{\"v\": [1 2]}", "not valid JSON"},
                                                     {"{\"v\": [1, 2,]}", "not valid JSON"},
                                                     {"{\"v\": [1, 1e999]}", "not valid JSON"},
                                                     {"{\"v\": [1, NaN]}", "not valid JSON"},
                                                     {"{\"v\": [1, 02]}", "not valid JSON"},
                                                     {"{\"v\": [1, 2], \"text\": \"\xff\"}", "not valid JSON"},
                                                     {"[1, 2]", "not a JSON object"},
                                                     {"{\"w\": [1, 2]}", "no field 'v'"},
                                                     {"{\"v\": null}", "no list of numbers"},
                                                     {"{\"v\": \"[1, 2]\"}", "no list of numbers"},
                                                     {"{\"v\": [1, 2], \"v\": [1, 2]}", "'v' twice"},
                                                     {"{\"v\": [1, null]}", "no number"},
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
  EXPECT_NE(error_of("[{\"embedding\": [1, 2]}]"), "no error");
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
      create_rows(dir_.path("out.jsonl"), 600, 3, {FileFormat::kNdjson, ValueType::kFloat32, false, source.get()});
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

TEST_F(Ndjson, ParquetAndFaissFilesAreSentToThePythonPackage) {
  for (const char* magic : {"PAR1", "ARROW1", "IxF2", "IHNf", "IwFl"}) {
    write(magic + std::string(100, '\0'));
    try {
      open_rows(path_);
      ADD_FAILURE() << magic;
    } catch (const Error& error) {
      EXPECT_NE(error.hint().find("Python package"), std::string::npos) << magic;
    }
  }
}

}  // namespace
}  // namespace vec2vec
