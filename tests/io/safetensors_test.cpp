// SPDX-License-Identifier: Apache-2.0
#include "io/binary/safetensors.h"

#include "file_test.h"

namespace vec2vec {
namespace {

using Safetensors = FileTest;

std::string file(const std::string& header, std::size_t data) {
  return bytes_of<std::uint64_t>(header.size()) + header + std::string(data, '\0');
}

std::string tensor(const std::string& name, const std::string& shape, int begin, int end, const std::string& type = "F32") {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + std::to_string(begin) +
         "," + std::to_string(end) + "]}";
}

const std::string kOne = tensor("a", "[1,2]", 0, 8);

/// What the reference (the Python package safetensors 0.8.0) reads.
TEST_F(Safetensors, WhatTheReferenceReads) {
  const std::pair<std::string, std::size_t> files[] = {
      {"{" + kOne + "}", 8},
      {" {" + kOne + "}", 8},
      {"\n\t{ " + kOne + "}  \n\t\r", 8},
      {"{" + tensor("z", "[1,2]", 8, 16) + "," + kOne + "}", 16},
      {"{" + kOne + "," + kOne + "}", 8},
      {"{" + tensor("a", "[9,9]", 0, 8) + "," + kOne + "}", 8},
      {"{" + tensor("z", "[0,2]", 0, 0) + "," + kOne + "}", 8},
      {"{" + kOne + "," + tensor("z", "[0,2]", 8, 8) + "}", 8},
      {"{\"__metadata__\":null," + kOne + "}", 8},
      {"{\"__metadata__\":{\"k\":\"x\",\"k\":\"y\"}," + kOne + "}", 8},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8],\"more\":[1.5]}}", 8},
      {"{" + tensor("b", "[]", 8, 16, "F64") + "," + kOne + "}", 16},
      {"{" + tensor("b", "[4]", 8, 11, "F6_E2M3") + "," + kOne + "}", 11},
      {"{" + tensor("b", "[3,1]", 8, 11, "F8_E5M2") + "," + kOne + "}", 11},
      {"{" + kOne + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16],\"x\":" + std::string(100, '[') +
           std::string(100, ']') + "}}",
       16}};
  for (const auto& [header, data] : files) {
    const Matrix m = rows_of("a.safetensors", file(header, data), {.tensor = "a"});
    EXPECT_EQ(m.rows(), 1) << header;
    EXPECT_EQ(m.cols(), 2) << header;
  }
}

/// What it does not read.
TEST_F(Safetensors, WhatTheReferenceRefuses) {
  const std::tuple<std::string, std::size_t, const char*> files[] = {
      {"{" + kOne + "," + tensor("b", "[1,2]", 0, 8) + "}", 8, "overlaps"},
      {"{" + kOne + "," + tensor("b", "[1,2]", 4, 12) + "}", 12, "tensor 'b' overlaps"},
      {"{" + kOne + "," + tensor("z", "[0,2]", 4, 4) + "}", 8, "overlaps"},
      {"{" + tensor("a", "[1,2]", 4, 12) + "}", 12, "a hole of 4 bytes before tensor 'a'"},
      {"{" + kOne + "," + tensor("b", "[1,2]", 9, 17) + "}", 17, "a hole of 1 bytes before tensor 'b'"},
      {"{" + kOne + "," + tensor("a", "[1,2]", 8, 16) + "}", 16, "a hole of 8 bytes"},
      {"{" + kOne + "}", 9, "1 bytes behind the last tensor"},
      {"{}", 1, "1 bytes behind the last tensor"},
      {"{" + kOne + "}", 7, "truncated"},
      {"{" + kOne + "}" + std::string(3, '\0'), 8, "zeros"},
      {"{" + tensor("a", "[1.0,2]", 0, 8) + "}", 8, "1.0 in the place of a whole number"},
      {"{" + tensor("a", "[1e0,2]", 0, 8) + "}", 8, "in the place of a whole number"},
      {"{" + tensor("a", "[true,2]", 0, 8) + "}", 8, "true in the place of a whole number"},
      {"{" + tensor("a", "[-1,-2]", 0, 8) + "}", 8, "-1 in the place of a whole number"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[-0,8]}}", 8, "in the place of a whole number"},
      {"{" + tensor("a", "[0,18446744073709551616]", 0, 0) + "}", 0, "in the place of a whole number"},
      {"{" + tensor("a", "[1,3]", 0, 8) + "}", 8, "does not match its bytes"},
      {"{" + tensor("a", "[9223372036854775807,4]", 0, 8) + "}", 8, "impossible shape"},
      {"{" + tensor("a", "[9223372036854775807,4,0]", 0, 0) + "}", 0, "impossible shape"},
      {"{" + kOne + "," + tensor("b", "[3]", 8, 10, "F4") + "}", 10, "does not match its bytes"},
      {"{" + tensor("a", "[0,2]", 8, 0) + "}", 8, "reaches past its end"},
      {"{" + tensor("a", "[1,2]", 0, 8, "Q32") + "}", 8, "the unknown type Q32"},
      {"{" + tensor("a", "[1,2]", 0, 8, "f32") + "}", 8, "the unknown type f32"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8,9]}}", 8, "two offsets"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0]}}", 8, "two offsets"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":{\"0\":1,\"1\":2},\"data_offsets\":[0,8]}}", 8, "a list as its shape"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"shape\":[1,2],\"data_offsets\":[0,8]}}", 8, "'shape' stands twice"},
      {"{\"a\":{\"dtype\":\"F64\",\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}", 8, "'dtype' stands twice"},
      {"{\"__metadata__\":{},\"__metadata__\":{}," + kOne + "}", 8, "__metadata__ stands there twice"},
      {"{\"__metadata__\":{\"k\":1}," + kOne + "}", 8, "malformed"},
      {"{\"__metadata__\":[]," + kOne + "}", 8, "malformed"},
      {"{\"a\":null}", 8, "malformed"},
      {"{\"a\":{}," + kOne + "}", 8, "malformed"},
      {"{" + tensor("a", "[1,2]", 0, 8, "8") + "," + kOne + "}", 8, "the unknown type 8"},
      {"{\"a\":{\"shape\":[1,2],\"data_offsets\":[0,8]}}", 8, "malformed"},
      {"{" + kOne + ",}", 8, "malformed"},
      {"{" + kOne + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16],\"x\":" + std::string(200, '[') +
           std::string(200, ']') + "}}",
       16, "too deeply nested"},
      {"{\"a\xff\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}", 8, "malformed"},
      {"{\"a\\ud800\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}", 8, "malformed"},
      {"\xEF\xBB\xBF{" + kOne + "}", 8, "no known vector format"},
      {"[]", 0, "no known vector format"}};
  for (const auto& [header, data, message] : files) expect_error("a.safetensors", file(header, data), message);
}

TEST_F(Safetensors, IntegersOf8BitsAreVectorsOthersRowNumbers) {
  EXPECT_EQ(rows_of("a.safetensors", file("{" + tensor("a", "[2,2]", 0, 4, "I8") + "}", 4)).rows(), 2);
  const std::string pairs = file("{" + tensor("a", "[1,2]", 0, 16, "I64") + "}", 16);
  expect_error("a.safetensors", pairs, "row numbers or labels");
  EXPECT_EQ(rows_of("a.safetensors", pairs, {.integers = true}).cols(), 2);
  expect_error("a.safetensors", file("{" + tensor("a", "[2,2]", 0, 4, "F8_E4M3") + "}", 4), "has type F8_E4M3");
}

TEST_F(Safetensors, VecsThatBeginWithZerosAreNotTakenForOne) {
  // A dimension, four zeros, and a brace or a space as the next value.
  for (const char value : {'{', ' '}) {
    const std::string record = bytes_of<std::int32_t>(8) + std::string(4, '\0') + value + std::string("{\x01\x02", 3);
    EXPECT_EQ(rows_of("a.bvecs", record + record).cols(), 8);
  }
}

}  // namespace
}  // namespace vec2vec
