// SPDX-License-Identifier: Apache-2.0
#include "postgres/server/copy_format.h"

#include <gtest/gtest.h>

#include <limits>

#include "vec2vec/error.h"

namespace vec2vec::postgres {
namespace {

using namespace std::string_literals;

const std::string kHeader = "PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0"s;

TEST(CopyFormat, WritesTheDocumentedBytes) {
  const float values[] = {1.0f, -2.0f};
  CopyWriter writer;
  writer.begin_row(2);
  writer.field("\x01\x02"s);
  writer.vector_field(values, 2, ValueType::kFloat32);
  writer.begin_row(1);
  writer.vector_field(values, 2, ValueType::kFloat16);
  EXPECT_EQ(writer.finish(), kHeader + "\0\2\0\0\0\2\1\2\0\0\0\x0c\0\2\0\0\x3f\x80\0\0\xc0\0\0\0"s +
                                 "\0\1\0\0\0\x08\0\2\0\0\x3c\0\xc0\0"s + "\xff\xff"s);
}

TEST(CopyFormat, ReadsBackWhatItWrote) {
  for (const ValueType type : {ValueType::kFloat32, ValueType::kFloat16}) {
    const float values[] = {0.5f, -0.25f, std::numeric_limits<float>::infinity()};
    CopyWriter writer;
    for (int row = 0; row < 3; ++row) {
      writer.begin_row(2);
      writer.field("key " + std::to_string(row));
      writer.vector_field(values, 3, type);
    }
    const std::string bytes = writer.finish();
    CopyReader reader(bytes);
    std::vector<std::optional<std::string_view>> fields;
    for (int row = 0; row < 3; ++row) {
      ASSERT_TRUE(reader.next(2, fields));
      EXPECT_EQ(*fields[0], "key " + std::to_string(row));
      ASSERT_EQ(vector_dim(*fields[1]), 3);
      float back[3];
      read_vector(*fields[1], type, back);
      for (int j = 0; j < 3; ++j) EXPECT_EQ(back[j], values[j]);
    }
    EXPECT_FALSE(reader.next(2, fields));
  }
}

TEST(CopyFormat, NullFields) {
  const std::string bytes = kHeader + "\0\1\xff\xff\xff\xff\xff\xff"s;
  CopyReader reader(bytes);
  std::vector<std::optional<std::string_view>> fields;
  ASSERT_TRUE(reader.next(1, fields));
  EXPECT_FALSE(fields[0].has_value());
  EXPECT_FALSE(reader.next(1, fields));
}

TEST(CopyFormat, EveryTruncationIsAnError) {
  const float values[] = {1, 2, 3};
  CopyWriter writer;
  writer.begin_row(2);
  writer.field("key");
  writer.vector_field(values, 3, ValueType::kFloat32);
  const std::string whole = writer.finish();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    const auto read = [&] {
      CopyReader reader(part);
      std::vector<std::optional<std::string_view>> fields;
      while (reader.next(2, fields)) {
      }
    };
    EXPECT_THROW(read(), Error) << size;
  }
}

TEST(CopyFormat, ForeignFieldsAreErrors) {
  std::vector<std::optional<std::string_view>> fields;
  const std::string bytes = kHeader + "\0\1\0\0\0\0"s;
  CopyReader reader(bytes);
  EXPECT_THROW(reader.next(2, fields), Error);  // another number of columns
  float back[2];
  EXPECT_THROW(vector_dim("abc"), Error);
  EXPECT_THROW(read_vector("\0\2\0\0\0\0\0\0"s, ValueType::kFloat32, back), Error);  // says 2 values, holds one
}

}  // namespace
}  // namespace vec2vec::postgres
