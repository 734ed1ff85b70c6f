// SPDX-License-Identifier: Apache-2.0
#include "io/binary/npy.h"

#include "file_test.h"

namespace vec2vec {
namespace {

using Npy = FileTest;

std::string npy(const std::string& type, const std::string& shape, const std::string& data) {
  std::string header = "{'descr': " + type + ", 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(117, ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + '\n' + data;
}

TEST_F(Npy, Bfloat16) {
  const Matrix m = rows_of("a.npy", npy("'<V2'", "(1, 2)", bytes_of_all<std::uint16_t>({0x3F80, 0xC020})));
  EXPECT_EQ(m(0, 0), 1.0f);
  EXPECT_EQ(m(0, 1), -2.5f);
  EXPECT_EQ(open_rows(dir_.path("a.npy"))->dtype(), "bfloat16");
}

TEST_F(Npy, IntegersOf8BitsAreVectors) {
  EXPECT_EQ(rows_of("a.npy", npy("'|i1'", "(1, 2)", "\xFF\x7F"))(0, 0), -1.0f);
  EXPECT_EQ(rows_of("a.npy", npy("'|u1'", "(1, 2)", "\xFF\x7F"))(0, 0), 255.0f);
}

TEST_F(Npy, LongerIntegersAreReadWhereTheyAreAskedFor) {
  const std::string files[] = {npy("'<i8'", "(1, 2)", bytes_of_all<std::int64_t>({5, -7})),
                               npy("'<i4'", "(1, 2)", bytes_of_all<std::int32_t>({5, -7})),
                               npy("'<i2'", "(1, 2)", bytes_of_all<std::int16_t>({5, -7}))};
  for (const std::string& file : files) {
    expect_error("a.npy", file, "row numbers or labels, not vectors");
    const Matrix m = rows_of("a.npy", file, {.integers = true});
    EXPECT_EQ(m(0, 0), 5.0f);
    EXPECT_EQ(m(0, 1), -7.0f);
  }
  for (const auto& [type, data] : {std::pair{"'<u8'", bytes_of_all<std::uint64_t>({5, 1ull << 40})},
                                   std::pair{"'<u4'", bytes_of_all<std::uint32_t>({5, 4'000'000'000u})},
                                   std::pair{"'<u2'", bytes_of_all<std::uint16_t>({5, 65535})}})
    EXPECT_GT(rows_of("a.npy", npy(type, "(1, 2)", data), {.integers = true})(0, 1), 5.0f) << type;
}

TEST_F(Npy, NoVectors) {
  for (const char* shape : {"(0, 384)", "(50, 0)", "(0, 0)"})
    expect_error("a.npy", npy("'<f4'", shape, ""), "The file holds no vectors");
}

TEST_F(Npy, OtherTypesAreNamedInFull) {
  const std::string path = dir_.path("a.npy"), out = dir_.path("a.converted.npy");
  expect_error("a.npy", npy("'|O'", "(2,)", "pickle"), "Python objects (|O)");
  expect_error("a.npy", npy("'|O'", "(2,)", "pickle"),
               "`python3 -c \"import numpy, sys; path = sys.argv[1]; numpy.save(sys.argv[2], numpy.stack(numpy.load(path, "
               "allow_pickle=True)).astype('<f4'))\" " +
                   path + " " + out + "`");
  expect_error("a.npy", npy("'<f16'", "(1, 1)", std::string(16, 'x')), "type <f16, which are not read");
  expect_error("a.npy", npy("'>f4'", "(1, 1)", "xxxx"), "numpy.load(path).astype('<f4')");
  expect_error("a.npy", npy("'<U12'", "(1,)", std::string(48, 'x')), "type <U12,");
  expect_error("a.npy", npy("'|b1'", "(1, 1)", "x"), "type |b1,");
  expect_error("a.npy", npy("'<V1'", "(1, 1)", "x"), "ml_dtypes.float8_e4m3fn");
  expect_error("a.npy", npy("'<c8'", "(1, 1)", "xxxxxxxx"), "type <c8,");
  expect_error("a.npy", npy("[('id', '<i8'), ('v', '<f4', (2,))]", "(1,)", std::string(16, 'x')), "an array of records");
}

TEST_F(Npy, OtherShapes) {
  expect_error("a.npy", npy("'<f4'", "(2,)", std::string(8, 'x')), "has 1 dimension, not 2");
  expect_error("a.npy", npy("'<f4'", "()", "xxxx"), "has 0 dimensions, not 2");
  expect_error("a.npy", npy("'<f4'", "(2, 1, 1)", std::string(8, 'x')), "numpy.load(path).reshape(2, -1)");
}

TEST_F(Npy, WhatFollowsTheArrayIsNotLost) {
  const std::string one = npy("'<f4'", "(1, 2)", bytes_of(1.0f, 2.0f));
  expect_error("a.npy", one + one + one, "holds 3 arrays, one after another");
  expect_error("a.npy", one + one + one, "for _ in range(3)])");
  expect_error("a.npy", one + "x", "1 bytes follow the array");
  expect_error("a.npy", one + one.substr(0, one.size() - 1), " bytes follow the array");
  expect_error("a.npy", one.substr(0, one.size() - 1), "truncated");
}

}  // namespace
}  // namespace vec2vec
