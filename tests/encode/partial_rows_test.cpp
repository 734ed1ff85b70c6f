// SPDX-License-Identifier: Apache-2.0
#include "encode/partial_rows.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

Matrix block(Index rows, float first) {
  Matrix m(rows, 3);
  for (Index i = 0; i < rows * 3; ++i) m.data()[i] = first + static_cast<float>(i);
  return m;
}

/// The rows kept in the file, as they would be written out.
Matrix kept(PartialRows& partial, const TempDir& dir) {
  CreateOptions options;
  options.overwrite = true;
  const auto sink = create_rows(dir.path("out.npy"), partial.rows(), 3, options);
  partial.each([&](MatrixView block) { sink->write(block); });
  sink->commit();
  return read_all(*open_rows(dir.path("out.npy")));
}

TEST(PartialRows, KeepsBlocksBetweenRuns) {
  TempDir dir;
  const std::string path = dir.path("p");
  {
    PartialRows partial(path, "job", 3, false);
    EXPECT_EQ(partial.rows(), 0);
    partial.append(block(4, 0));
    partial.append(block(2, 100));
  }
  PartialRows partial(path, "job", 3, false);
  ASSERT_EQ(partial.rows(), 6);
  partial.append(block(1, 200));
  const Matrix rows = kept(partial, dir);
  ASSERT_EQ(rows.rows(), 7);
  EXPECT_EQ(rows(3, 2), 11);
  EXPECT_EQ(rows(5, 0), 103);
  EXPECT_EQ(rows(6, 1), 201);
  partial.remove();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PartialRows, DropsARecordCutAtAnyByte) {
  TempDir dir;
  const std::string path = dir.path("p");
  {
    PartialRows partial(path, "job", 3, false);
    partial.append(block(4, 0));
    partial.append(block(2, 100));
  }
  const std::uintmax_t whole = std::filesystem::file_size(path), second = 8 + 2 * 3 * 4 + 8;
  const std::string copy = dir.path("copy");
  for (std::uintmax_t size = 0; size < whole; ++size) {
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(copy, size);
    PartialRows partial(copy, "job", 3, false);
    EXPECT_EQ(partial.rows(), size >= whole - second ? 4 : 0) << size;
    partial.append(block(2, 300));
    if (partial.rows() == 6) {
      EXPECT_EQ(kept(partial, dir)(5, 2), 305);
    }
  }
}

TEST(PartialRows, DropsARecordWhoseBytesChanged) {
  TempDir dir;
  const std::string path = dir.path("p");
  {
    PartialRows partial(path, "job", 3, false);
    partial.append(block(4, 0));
  }
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-12, std::ios::end);
    file.put('x');
  }
  EXPECT_EQ(PartialRows(path, "job", 3, false).rows(), 0);
}

TEST(PartialRows, RefusesAnotherJobUnlessToldToRestart) {
  TempDir dir;
  const std::string path = dir.path("p");
  {
    PartialRows partial(path, "job", 3, false);
    partial.append(block(4, 0));
    EXPECT_THROW(PartialRows(path, "job", 3, false), Error) << "two writers at once";
  }
  EXPECT_THROW(PartialRows(path, "other job", 3, false), Error);
  EXPECT_EQ(PartialRows(path, "job", 3, false).rows(), 4) << "the refusal must not harm the rows";
  EXPECT_EQ(PartialRows(path, "other job", 3, true).rows(), 0);
}

}  // namespace
}  // namespace vec2vec
