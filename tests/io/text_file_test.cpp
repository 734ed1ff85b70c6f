// SPDX-License-Identifier: Apache-2.0
#include "io/text/text_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "io/text/utf8.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/texts.h"

namespace vec2vec {
namespace {

std::string write(const TempDir& dir, const std::string& bytes) {
  std::ofstream(dir.path("texts"), std::ios::binary) << bytes;
  return dir.path("texts");
}

using Texts = std::vector<std::string_view>;

TEST(TextFile, LinesAreTexts) {
  TempDir dir;
  const TextFile file(write(dir, "\xEF\xBB\xBFone\r\n\ntwo words\nlast"), 0);
  EXPECT_EQ(file.rows(), 4);
  EXPECT_EQ(file.empty_rows(), 1);
  EXPECT_EQ(file.read(0, 4), (Texts{"one", "", "two words", "last"}));
  EXPECT_EQ(file.read(2, 1), (Texts{"two words"}));
  EXPECT_TRUE(file.read(4, 0).empty());
  EXPECT_THROW(file.read(3, 2), Error);
}

TEST(TextFile, ANewlineAtTheEndEndsTheLastLine) {
  TempDir dir;
  EXPECT_EQ(TextFile(write(dir, "a\nb\n"), 0).rows(), 2);
}

TEST(TextFile, CarriageReturnsAloneEndLinesToo) {
  TempDir dir;
  EXPECT_EQ(TextFile(write(dir, "one\rtwo\r\rlast\r"), 0).read(0, 4), (Texts{"one", "two", "", "last"}));
  // In a file with newlines they are part of the text.
  EXPECT_EQ(TextFile(write(dir, "on\re\ntwo\n"), 0).read(0, 2), (Texts{"on\re", "two"}));
}

TEST(TextFile, Utf16IsNamed) {
  TempDir dir;
  for (const std::string& bytes : {std::string("\xFF\xFEo\0n\0e\0\n\0", 10), std::string("\xFE\xFF\0o\0n\0e\0\n", 10)}) {
    try {
      TextFile(write(dir, bytes), 0);
      FAIL() << "UTF-16 went through";
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("is UTF-16 text, which is not read."), std::string::npos);
    }
  }
}

TEST(TextFile, ReadTextsReadsAllOfThem) {
  TempDir dir;
  EXPECT_EQ(read_texts(write(dir, "\xEF\xBB\xBFsports\r\nnews\r\n")), (std::vector<std::string>{"sports", "news"}));
}

TEST(TextFile, AnyBlockIsTheSameAsTheWhole) {
  TempDir dir;
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += std::to_string(i) + "\n";
  const TextFile file(write(dir, bytes), 0);
  for (const Index first : {0, 1, 255, 256, 257, 1023, 1500}) {
    const Texts block = file.read(first, 400);
    for (Index i = 0; i < 400; ++i) ASSERT_EQ(block[static_cast<std::size_t>(i)], std::to_string(first + i));
  }
}

TEST(TextFile, ColumnsAreCutAtTabs) {
  TempDir dir;
  const std::string path = write(dir, "label\ta text\tmore\nx\t\r\n");
  EXPECT_EQ(TextFile(path, 1).read(0, 2), (Texts{"label", "x"}));
  EXPECT_EQ(TextFile(path, 2).read(0, 2), (Texts{"a text", ""}));
  try {
    TextFile(path, 3);
    FAIL() << "line 2 has no third column";
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), path + ", line 2");
  }
}

TEST(TextFile, BytesThatAreNotUtf8AreRefusedWithTheirLine) {
  TempDir dir;
  const std::string path = write(dir, "fine\nalso f\xC3\xADne\nna\xEFve\n");
  try {
    TextFile(path, 0);
    FAIL() << "Latin-1 went through";
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), path + ", line 3");
    EXPECT_NE(error.hint().find("iconv"), std::string::npos);
  }
  EXPECT_THROW(TextFile(write(dir, ""), 0), Error);
  EXPECT_THROW(TextFile(dir.path("none"), 0), Error);
}

TEST(ValidUtf8, FollowsTheStandardsTable) {
  for (const char* good : {"", "plain ascii that is longer than eight bytes", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
                           "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "12345678\xC3\xA9"})
    EXPECT_TRUE(valid_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "12345678\xE9", "\xC3\x28"})
    EXPECT_FALSE(valid_utf8(bad)) << bad;
}

}  // namespace
}  // namespace vec2vec
