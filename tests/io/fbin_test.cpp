// SPDX-License-Identifier: Apache-2.0
#include "file_test.h"

namespace vec2vec {
namespace {

using Fbin = FileTest;

std::string header(std::uint32_t rows, std::uint32_t dim) { return bytes_of(rows, dim); }

TEST_F(Fbin, EveryMemberOfTheFamily) {
  const std::string floats = header(2, 3) + bytes_of(0.5f, 1.0f, 2.0f, 3.0f, 4.0f, -5.0f);
  const std::string halves = header(2, 3) + bytes_of_all<std::uint16_t>({0x3800, 0, 0, 0, 0, 0xC500});
  const std::string bytes = header(2, 3) + std::string("\x01\x02\x03\x04\x05\xFB", 6);
  const std::tuple<const char*, std::string, float, float> files[] = {
      {"a.fbin", floats, 0.5f, -5.0f}, {"a.bin", floats, 0.5f, -5.0f},   {"a.f16bin", halves, 0.5f, -5.0f},
      {"a.bin", halves, 0.5f, -5.0f},  {"a.u8bin", bytes, 1.0f, 251.0f}, {"a.i8bin", bytes, 1.0f, -5.0f}};
  for (const auto& [name, content, first, last] : files) {
    const Matrix m = rows_of(name, content);
    ASSERT_EQ(m.rows(), 2) << name;
    ASSERT_EQ(m.cols(), 3) << name;
    EXPECT_EQ(m(0, 0), first) << name;
    EXPECT_EQ(m(1, 2), last) << name;
  }
  EXPECT_EQ(open_rows(write("a.bin", floats))->format(), "fbin");
  expect_error("a.bin", bytes, "let the name end in .u8bin");
}

TEST_F(Fbin, DamagedFiles) {
  const std::string whole = header(2, 3) + std::string(24, '\x3F');
  expect_error("a.fbin", whole + "x", "promises 2 x 3 float32 values, 32 bytes in all, but it has 33");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(error_of("a.fbin", whole.substr(0, length)), "no error") << length;
  expect_error("a.u8bin", whole, "promises 2 x 3 uint8 values");
  expect_error("a.fbin", header(0xFFFFFFFF, 0xFFFFFFFF) + "xxxx", "promises 4294967295 x 4294967295");
  expect_error("a.fbin", header(0, 384), "The file holds no vectors");
  EXPECT_NE(error_of("a.bin", header(0, 384)), "no error");
}

TEST_F(Fbin, NumbersOfRowsAreNoVectors) {
  const std::string record = bytes_of_all<std::int32_t>({3, 7, 0, 4'000'000}), lists = record + record;
  expect_error("truth.ivecs", lists, "is an ivecs file: lists of neighbours");
  expect_error("truth.fvecs", lists, "is an ivecs file: lists of neighbours");
  const std::string far = bytes_of_all<std::int32_t>({2, 1'000'000'000, 999'999'999});  // looks like 0.0047
  expect_error("truth.ivecs", far + far, "is an ivecs file");
  EXPECT_EQ(rows_of("a.fvecs", far + far).cols(), 2);
  expect_error("truth.ibin", header(1, 3) + bytes_of_all<std::int32_t>({7, 0, 9}), "is an ibin file");
  expect_error("truth.bin", header(1, 3) + bytes_of_all<std::int32_t>({7, 0, 9}), "is an ibin file");
  EXPECT_EQ(rows_of("zeros.fvecs", bytes_of_all<std::int32_t>({3, 0, 0, 0, 3, 0, 0, 0})).rows(), 2);
}

}  // namespace
}  // namespace vec2vec
