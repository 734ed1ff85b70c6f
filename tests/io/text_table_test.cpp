// SPDX-License-Identifier: Apache-2.0
// Tables of text as other programs write them: every value right, or an error that says what is wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "comma_locale.h"
#include "contains.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Rows = std::vector<std::vector<float>>;

struct Table {
  Rows rows;
  std::string notes;  // one after another
};

Table read(const std::string& bytes, const std::string& column = {}) {
  const TempDir dir;
  std::ofstream(dir.path("t"), std::ios::binary) << bytes;
  const auto source = open_rows(dir.path("t"), {.raw_dim = 0, .tensor = {}, .field = column});
  const Matrix m = read_all(*source);
  Table table;
  for (Index i = 0; i < m.rows(); ++i) table.rows.emplace_back(m.row(i), m.row(i) + m.cols());
  for (const std::string& note : source->notes()) table.notes += note + "\n";
  return table;
}

/// What is wrong with a table, and where, without its path.
std::string fault(const std::string& bytes) {
  const TempDir dir;
  std::ofstream(dir.path("t"), std::ios::binary) << bytes;
  try {
    read_all(*open_rows(dir.path("t")));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_FALSE(error.hint().empty()) << error.what();
    const std::string text = error.what();
    return text.substr(dir.path("t").size(), text.find("\n  try") - dir.path("t").size());
  }
  return "read";
}

#define EXPECT_FAULT(bytes, part) EXPECT_TRUE(contains(fault(bytes), part)) << fault(bytes)

const Rows kTwoByThree = {{0.1f, 0.2f, 0.3f}, {0.4f, 0.5f, 0.6f}};

TEST(TextTable, AByteOrderMarkIsNoHeader) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "0.1,0.2,0.3\n0.4,0.5,0.6\n")
                .rows,
            kTwoByThree);
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b,c\r\n0.1,0.2,0.3\r\n0.4,0.5,0.6\r\n")
                .rows,
            kTwoByThree);
  EXPECT_FAULT(std::string("\xFF\xFE"
                           "0\0.\0"
                           "1\0,\0"
                           "2\0\n\0",
                           14),
               "UTF-16");
  EXPECT_FAULT(std::string("\xFE\xFF"
                           "\0"
                           "0\0.\0"
                           "1\0,\0"
                           "2\0\n",
                           14),
               "UTF-16");
}

TEST(TextTable, LinesEndAsOnUnixWindowsAndOldMacs) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string e = end;
    EXPECT_EQ(read("0.1,0.2,0.3" + e + "0.4,0.5,0.6" + e).rows, kTwoByThree);
    EXPECT_EQ(read("a,b,c" + e + "0.1,0.2,0.3" + e + e + "0.4,0.5,0.6").rows, kTwoByThree);
  }
  EXPECT_FAULT("0.1,0.2\r0.3,0.4\n0.5,0.6\n", "lines end in two ways");
}

TEST(TextTable, AHeaderIsALineWithoutANumber) {
  EXPECT_EQ(read("a,b,c\n0.1,0.2,0.3\n0.4,0.5,0.6\n").rows, kTwoByThree);
  EXPECT_EQ(read("\"a\",\"b, or so\",c\n0.1,0.2,0.3\n0.4,0.5,0.6\n").rows, kTwoByThree);
  EXPECT_EQ(read("# x y z\n0.1 0.2 0.3\n0.4 0.5 0.6\n").rows, kTwoByThree);
  EXPECT_EQ(read("# 2 rows\n# of 3\n0.1 0.2 0.3\n0.4 0.5 0.6\n").rows, kTwoByThree);
  EXPECT_FAULT("id,2020,2021\n1,0.1,0.2\n", ", row 0 (line 1): Column 0 holds 'id', no number");
  EXPECT_FAULT("a,b\nc,d\n1,2\n3,4\n", ", row 0 (line 2): Column 0 ('a') holds 'c', no number");
  EXPECT_FAULT("a,b,c\n", "no row of numbers below it");
  EXPECT_TRUE(contains(read("a,b,c,d\n0.1,0.2\n").notes, "4 names"));
}

TEST(TextTable, ALineThatCountsFromZeroIsAHeaderOfPandas) {
  const Table table = read("0,1,2\n0.1,0.2,0.3\n0.4,0.5,0.6\n");
  EXPECT_EQ(table.rows, kTwoByThree);
  EXPECT_TRUE(contains(table.notes, "taken for column names")) << table.notes;
  EXPECT_EQ(read("\"0\",\"1\"\n5,7\n9,9\n").rows, (Rows{{5, 7}, {9, 9}}));
  EXPECT_EQ(read("0,1\n5,7\n9,9\n").rows, (Rows{{5, 7}, {9, 9}}));
  EXPECT_EQ(read("a,b\n0,1\n5,7\n").rows, (Rows{{0, 1}, {5, 7}}));  // the way out
  EXPECT_EQ(read("0,1,2,label\n0.1,0.2,0.3,cat\n0.4,0.5,0.6,dog\n").rows, kTwoByThree);
  EXPECT_EQ(read("0.0,1.0\n5,7\n").rows, (Rows{{0, 1}, {5, 7}}));  // pandas writes no such names
  EXPECT_FAULT("0,1\n", "no row of numbers below it");
  for (const char* counted : {"1,2,3", "0.0,1.0,2.0", "384,385,386"}) {
    const Table kept = read(counted + std::string("\n0.1,0.2,0.3\n"));
    EXPECT_EQ(kept.rows.size(), 2u) << counted;
    EXPECT_TRUE(contains(kept.notes, "column names? If so, remove the line")) << counted;
  }
  EXPECT_FALSE(contains(read("1,2,4\n0.1,0.2,0.3\n").notes, "column names"));
}

TEST(TextTable, AnIndexWithoutANameIsLeftOut) {
  for (const char* header : {",0,1,2\n", ",a,b,c\n", "Unnamed: 0,0,1,2\n", "\"\",\"V1\",\"V2\",\"V3\"\n", "V1,V2,V3\n"}) {
    const Table table = read(header + std::string("5,0.1,0.2,0.3\n17,0.4,0.5,0.6\n"));
    EXPECT_EQ(table.rows, kTwoByThree) << header;
    EXPECT_TRUE(contains(table.notes, "column 0 has no name and is left out")) << header;
  }
  EXPECT_EQ(read("two numbers\n0.1 0.2 0.3\n0.4 0.5 0.6\n").rows, kTwoByThree);  // a title, not names
  EXPECT_EQ(read("pairs\n5,7\n9,9\n").rows, (Rows{{5, 7}, {9, 9}}));
  EXPECT_EQ(read("\"V1\" \"V2\"\n\"1\" 0.1 0.2\n\"2\" 0.3 0.4\n").rows, (Rows{{0.1f, 0.2f}, {0.3f, 0.4f}}));  // write.table
}

TEST(TextTable, AMissingValueIsAFaultInTheFirstRowAsInAnyOther) {
  const std::string more = "0.4,0.5,0.6\n0.7,0.8,0.9\n";
  for (const char* missing : {"NULL", "NA", "N/A", "None", "null", "\\N", "-", "<NA>", "#N/A", "#DIV/0!", "NaT", "?"}) {
    const std::string cell = missing;
    EXPECT_FAULT("0.1," + cell + ",0.3\n" + more, ", row 0 (line 1): Column 1 holds '" + cell + "'");
    EXPECT_FAULT(cell + ",0.2,0.3\n" + more, ", row 0 (line 1): Column 0 holds");
    EXPECT_FAULT("a,b,c\n0.1,0.2," + cell + "\n" + more, ", row 0 (line 2): Column 2 ('c') holds");
    EXPECT_FAULT(more + "0.1," + cell + ",0.3\n" + more, ", row 2 (line 3): Column 1 holds");
    EXPECT_FAULT(cell + "," + cell + "," + cell + "\n" + more, ", row 0 (line 1): Column 0 holds");
  }
  for (const char* word : {"absent", "error", "true"})  // names of columns differ
    EXPECT_FAULT(std::string(word) + "," + word + "," + word + "\n" + more, ", row 0 (line 1): Column 0 holds");
  EXPECT_FAULT("0.1,,0.3\n" + more, ", row 0 (line 1): Column 1 is empty");
  EXPECT_FAULT(",0.2,0.3\n" + more, ", row 0 (line 1): Column 0 is empty");
  EXPECT_FAULT("0.1,0.2,\n" + more, ", row 0 (line 1): Column 2 is empty");
  EXPECT_FAULT("0.1\t\t0.3\n0.4\t\t0.6\n", ", row 0 (line 1): Column 1 is empty");
  EXPECT_FAULT(more + ",,\n", ", row 2 (line 3): Column 0 is empty");
  EXPECT_FAULT("id1,NULL,NULL\nid2,0.1,0.2\nid3,0.1,0.2\n", ", row 0 (line 1): Column 1 holds 'NULL'");
  EXPECT_FAULT("id,v\n1,\n2,\"[0.1, 0.2]\"\n", ", row 0 (line 2): Column 1 ('v') is empty");
  EXPECT_FAULT("one,\ntwo,\"[0.1, 0.2]\"\n", ", row 0 (line 1): Column 1 is empty");
  EXPECT_TRUE(std::isnan(read("nan,0.2\n0.3,0.4\n").rows[0][0]));  // a value of floating point, which inspect counts
}

TEST(TextTable, RowsOfAnotherLengthAreNamed) {
  EXPECT_FAULT("1,2,3\n4,5,6\n7,8\n9,9,9\n", ", row 2 (line 3): There are 2 columns instead of 3");
  EXPECT_FAULT("1,2\n4,5,6\n7,8,9\n", ", row 0 (line 1): There are 2 columns instead of 3");
  EXPECT_FAULT("id|v\n1|[0.1,0.2]\n2|[0.3,0.4]\n(2 rows)\n", "(line 4): There is 1 column instead of 2: '(2 rows)'");
  // A separator behind the last number of every row is none more.
  EXPECT_EQ(read("0.1,0.2,0.3,\n0.4,0.5,0.6,\n").rows, kTwoByThree);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "1,2,\n";
  EXPECT_FAULT(many + "1,2,3\n4,5,\n", ", row 100 (line 101): The last column holds a value here");
}

TEST(TextTable, DecimalCommasAreReadBesideOtherSeparators) {
  const Table table = read("0,942;-1,397;-0,68\n-1,016;2;0,179\n");
  EXPECT_EQ(table.rows, (Rows{{0.942f, -1.397f, -0.68f}, {-1.016f, 2, 0.179f}}));
  EXPECT_TRUE(contains(table.notes, "decimal commas"));
  EXPECT_EQ(read("a\tb\n0,5\t1,5e-3\n").rows, (Rows{{0.5f, 1.5e-3f}}));
  EXPECT_EQ(read("\"0,5\",\"1,25\"\n\"2,5\",\"-3\"\n").rows, (Rows{{0.5f, 1.25f}, {2.5f, -3}}));
  EXPECT_FAULT("1.000,5;2\n3,5;4\n", ", row 0 (line 1): Column 0 holds '1.000,5'");
  for (const char* mixed : {"0.1;0.2,0.3;0.4\n", "0,942 -1,397 -0,68\n", "0.1, 0.2 0.3\n", "0.1 0.2;0.3\n"})
    EXPECT_FAULT(std::string(mixed) + mixed, "numbers are separated in two ways");
  EXPECT_FAULT("0,5, 1,5\n0,4, 1,6\n", "numbers are separated in two ways");
  EXPECT_EQ(read("0.5, 1.5, 2.5, 3.5\n").rows, (Rows{{0.5f, 1.5f, 2.5f, 3.5f}}));
  EXPECT_FAULT("a,\"1,234.56\"\nb,\"-2,345\"\nc,\"1,234,567.5\"\n", "numbers are separated in two ways");
  EXPECT_FAULT("\"1,000\",\"2,500\"\n5,7\n", "The comma in '1,000' may set off thousands, or decimals");
  EXPECT_EQ(read("1,000;2,500\n0,250;1,5\n").rows, (Rows{{1, 2.5f}, {0.25f, 1.5f}}));
  EXPECT_FAULT("1;2\n0.5;1,5\n0.5;2\n0.25;3\n", ": numbers are separated in two ways");  // a comma and a point
}

TEST(TextTable, SeparatorsMayHaveSpacesAroundThem) {
  for (const char* separator : {",", ", ", " ; ", "\t", " \t", " ", "   ", "|", " | "}) {
    const std::string s = separator;
    EXPECT_EQ(read("0.1" + s + "0.2" + s + "0.3\n 0.4" + s + "+5e-1" + s + "0.6 \n").rows, kTwoByThree) << s;
  }
  EXPECT_FAULT("1,2\n3,+-4\n", "no number");
}

TEST(TextTable, TextBesideTheNumbersIsLeftOutAndNamed) {
  for (const char* table : {"id,e0,e1,e2\ndoc-a,0.1,0.2,0.3\ndoc-b,0.4,0.5,0.6\n", "a,b,0.1,0.2,0.3\nc,d,0.4,0.5,0.6\n",
                            "\"a, b\",0.1,0.2,0.3\n\"c\nd\",0.4,0.5,0.6\n", "0.1,0.2,0.3,cat\n0.4,0.5,0.6,dog\n",
                            "7f,0.1,0.2,0.3\n1234,0.4,0.5,0.6\nff,0.7,0.8,0.9\n"}) {
    Table found = read(table);
    found.rows.resize(2);
    EXPECT_EQ(found.rows, kTwoByThree) << table;
    EXPECT_TRUE(contains(found.notes, "left out")) << table;
  }
  EXPECT_FAULT("0.1,x,0.3\n0.4,y,0.6\n", ": There is text among the numbers, in column 1");
  EXPECT_FAULT("x,1\ny,2\n", ": There is only one column of numbers beside text");
  EXPECT_FAULT("0.1,0.2\n0.3,0.4\n0.5,oops\n0.6,0.7\n", ", row 2 (line 3): Column 1 holds 'oops', no number");
  EXPECT_FAULT("In the year 2020 we had two cats.\nThey were nice to us.\n", ": No line of numbers");
}

TEST(TextTable, AVectorInOneCellIsRead) {
  const Rows vectors = {{0.1f, 0.2f}, {0.3f, 0.4f}};
  for (const char* table :
       {"text,embedding\nhello,\"[0.1, 0.2]\"\nworld,\"[0.3, 0.4]\"\n",            // OpenAI's cookbook
        "id,embedding\n1,\"[0.1,0.2]\"\n2,\"[0.3,0.4]\"\n",                        // psql \copy ... csv header
        "1,\"[0.1,0.2]\"\n2,\"[0.3,0.4]\"\n",                                      // without
        "1\t[0.1,0.2]\n2\t[0.3,0.4]\n",                                            // COPY in text format
        "1|[0.1,0.2]\n2|[0.3,0.4]\n",                                              // psql -At
        " id | embedding \n----+-----------\n  1 | [0.1,0.2]\n  2 | [0.3,0.4]\n",  // psql
        "1\t{0.1,0.2}\n2\t{0.3,0.4}\n",                                            // real[]
        "[0.1,0.2]\n[0.3,0.4]\n", "[0.1 0.2]\n[ 0.3  0.4 ]\n", "v\n\"[0.1, 0.2]\"\n\"[0.3, 0.4]\"\n",
        "text,v\nhello,[0.1 0.2]\n\"a, b\",[0.3 0.4]\n",               // pandas of numpy rows
        "text,v\nhello,\"[ 0.1\n  0.2]\"\nworld,\"[0.3\n  0.4 ]\"\n",  // over several lines
        "id,n,v\na,2.5,\"[0.1, 0.2]\"\nb,3.5,\"[0.3, 0.4]\"\n",
        "text,v\n\"one\ntwo \"\"three\"\"\",\"0.1, 0.2\"\nfour,\"0.3, 0.4\"\n", "text;v\nhello;[0.1, 0.2]\nworld;[0.3, 0.4]\n"})
    EXPECT_EQ(read(table).rows, vectors) << table;
  EXPECT_EQ(read("a\t0.1,0.2,0.3\nb\t0.4,0.5,0.6\n").rows, kTwoByThree);
  EXPECT_EQ(read("a,0.1 0.2 0.3\nb,0.4 0.5 0.6\n").rows, kTwoByThree);
  EXPECT_TRUE(contains(read("id,v\n1,\"[0.1,0.2]\"\n").notes, "the vectors are in column 1 ('v')"));
}

TEST(TextTable, FaultsOfVectorsInCellsAreNamed) {
  const std::string head = "text,v\n", row = "a,\"[0.1, 0.2]\"\n";
  EXPECT_FAULT(head + "a,\"[0.1 0.2 ... 0.4]\"\n", "shortened to '...'");
  EXPECT_FAULT(head + "a,\"[np.float32(0.1), np.float32(0.2)]\"\n", "no list of numbers");
  EXPECT_FAULT(head + row + "b,\"[0.1, 0.2, 0.3]\"\n" + row + row, ", row 1 (line 3): There are 3 numbers instead of 2");
  EXPECT_FAULT(head + row + "b,NULL\n" + row, ", row 1 (line 3): Column 1 ('v') holds 'NULL', no vector");
  EXPECT_FAULT(head + row + "b,\"[0.1, null]\"\n" + row, ", row 1 (line 3): Column 1 ('v') holds '[0.1, null]'");
  EXPECT_FAULT(head + row + "b,\"[0.1,, 0.2]\"\n" + row, ", row 1 (line 3)");
  EXPECT_FAULT("[0.1,0.2]\n\n[0.3,0.4]\n", ", row 1: There is an empty line before the row");
  EXPECT_FAULT("[0.1 0.2]\n\n[0.3 0.4]\n", ", line 2: There is an empty line among the rows");
  EXPECT_EQ(read("[0.1 0.2]\n\n\n").rows.size(), 1u);
  EXPECT_EQ(read("[0.1,0.2]\n\n\n").rows.size(), 1u);
}

TEST(TextTable, SeveralColumnsOfVectorsNeedAName) {
  const std::string table = "id,tokens,v\n1,\"[101, 102]\",\"[0.1, 0.2, 0.3]\"\n2,\"[7]\",\"[0.4, 0.5, 0.6]\"\n";
  EXPECT_FAULT(table, ": Several columns hold vectors: column 1 ('tokens'), column 2 ('v')");
  EXPECT_EQ(read(table, "v").rows, kTwoByThree);
  EXPECT_THROW(read(table, "id"), Error);
  EXPECT_THROW(read(table, "none"), Error);
  EXPECT_THROW(read("a,b\n1,2\n", "a"), Error);
  EXPECT_EQ(read("id,tokens,embedding\n1,\"[101, 102]\",\"[0.1, 0.2, 0.3]\"\n").rows[0].size(), 3u);
}

TEST(TextTable, WordVectorsAreRead) {
  for (const char* table : {"2 3\nking 0.1 0.2 0.3\nqueen 0.4 0.5 0.6\n",    // word2vec
                            "2 3\nking 0.1 0.2 0.3 \nqueen 0.4 0.5 0.6 \n",  // fastText
                            "2 3\n, 0.1 0.2 0.3\n\" 0.4 0.5 0.6\n", "2 3\n2020 0.1 0.2 0.3\n2021 0.4 0.5 0.6\n",
                            "2 3\n. . . 0.1 0.2 0.3\nat 5 0.4 0.5 0.6\n",  // words with spaces, as in GloVe 840B
                            "king 0.1 0.2 0.3\nqueen 0.4 0.5 0.6\n",       // GloVe
                            ", 0.1 0.2 0.3\n. 0.4 0.5 0.6\n", "# 0.1 0.2 0.3\nqueen 0.4 0.5 0.6\n",
                            "2 3\n0.1 0.2 0.3\n0.4 0.5 0.6\n", "2\t3\nking\t0.1\t0.2\t0.3\nqueen\t0.4\t0.5\t0.6\n"})
    EXPECT_EQ(read(table).rows, kTwoByThree) << table;
  EXPECT_EQ(read("2 1\nking 5\nqueen 7\n").rows, (Rows{{5}, {7}}));
  EXPECT_FAULT("3 3\nking 0.1 0.2 0.3\nqueen 0.4 0.5 0.6\n", "promises 3 rows, 2 follow");
  EXPECT_FAULT("2 3\nking 0.1 0.2 0.3\nqueen 0.4 0.5\n", ", row 1 (line 3)");
  std::string rare;
  for (int i = 0; i < 80; ++i) rare += "word 0.1 0.2 0.3\n";
  EXPECT_EQ(read(rare + "2020 0.1 0.2 0.3\nNew York 1 0.1 0.2 0.3\n").rows.size(), 82u);
  EXPECT_FAULT(rare + "word 0.1 x 0.3\n", ", row 80 (line 81): Column 2 holds 'x', no number");
}

TEST(TextTable, AQuoteThatIsNotClosedHidesNoRows) {
  EXPECT_FAULT("text\tv\n\"hello\t[0.1, 0.2]\nfoo\t[0.5,0.6]\n5\" disk\t[0.3, 0.4]\n", "a row itself");
  std::string many = "text,v\n";
  for (int i = 0; i < 100; ++i) many += "\"a\",\"[1, 2]\"\n";
  EXPECT_FAULT(many + "\"b,\"[1, 2]\"\n\"c,[1 2]\n", "line 103");
  EXPECT_EQ(read("a,b\n1,2\n\"3\",4\n").rows, (Rows{{1, 2}, {3, 4}}));
}

TEST(TextTable, AnyBlockIsTheSameAsTheWhole) {
  const TempDir dir;
  std::string plain, quoted = "text,v\n";
  for (int i = 0; i < 2000; ++i) {
    const std::string a = std::to_string(i), b = std::to_string(2 * i);
    plain += a + "," + b + (i % 7 ? "\n" : "\n\n");
    quoted += "\"text\nof " + a + "\",\"[" + a + ", " + b + "]\"\n";
  }
  for (const std::string& bytes : {plain, quoted}) {
    std::ofstream(dir.path("t"), std::ios::binary) << bytes;
    const auto source = open_rows(dir.path("t"));
    ASSERT_EQ(source->rows(), 2000);
    for (const Index first : {0, 1, 255, 256, 257, 1023, 1900}) {
      Matrix block(100, 2);
      source->read(first, block.span());
      for (Index i = 0; i < 100; ++i) {
        ASSERT_EQ(block(i, 0), static_cast<float>(first + i));
        ASSERT_EQ(block(i, 1), static_cast<float>(2 * (first + i)));
      }
    }
  }
}

TEST(TextTable, AColumnThatCountsIsRemarked) {
  const TempDir dir;
  const auto notes = [&](const std::string& bytes) {
    std::ofstream(dir.path("t"), std::ios::binary) << bytes;
    std::string all;
    for (const std::string& note : notes_on(*open_rows(dir.path("t")))) all += note + "\n";
    return all;
  };
  EXPECT_TRUE(
      contains(notes("id,e0,e1\n1000,0.1,0.2\n1001,0.4,0.1\n1002,0.3,0.3\n"), "column 0 counts 1000, 1001, 1002, ...: an id?"));
  EXPECT_TRUE(contains(notes("0,0.1,0.2\n1,0.4,0.1\n2,0.3,0.3\n"), "column 0 counts 0, 1, 2, ...: an id?"));
  EXPECT_TRUE(contains(notes("3,0.1,0.2\n17,0.4,0.1\n90,0.3,0.3\n"), "column 0 counts 3, 17, 90, ...: an id?"));
  EXPECT_TRUE(contains(notes("0.1,0.2,0\n0.4,0.1,1\n0.3,0.3,2\n"), "column 2 counts 0, 1, 2"));
  EXPECT_EQ(notes("3,2,5\n17,4,2\n90,3,4\n"), "");  // whole numbers throughout
  EXPECT_EQ(notes("0.1,0.2\n0.2,0.1\n0.3,0.9\n"), "");
  EXPECT_EQ(notes("2,0.5,0.1\n1,0.4,0.3\n3,0.4,0.2\n"), "");
}

TEST(TextTable, ADecimalCommaOfTheLocaleChangesNothing) {
  const std::string table = "12345.5,-1.5e-3,1e99\n0.25,1e-99,-1e999\n";
  const Rows rows = read(table).rows;
  EXPECT_EQ(rows[0][0], 12345.5f);
  const TempDir dir;
  const CommaLocale locale;
  EXPECT_EQ(read(table).rows, rows);
  EXPECT_EQ(read("1500 2\n" +
                 [] {
                   std::string words;
                   for (int i = 0; i < 1500; ++i) words += "word 0.5 0.25\n";
                   return words;
                 }())
                .rows.size(),
            1500u);
  for (const char* name : {"t.csv", "t.tsv", "t.ndjson"}) {
    const Matrix m = read_all(*[&] {
      Matrix out(1, 2);
      out(0, 0) = 12345.5f;
      out(0, 1) = -1.5e-7f;
      const auto sink = create_rows(dir.path(name), 1, 2, {format_of_name(name), ValueType::kFloat32, true});
      sink->write(out);
      sink->commit();
      return open_rows(dir.path(name));
    }());
    EXPECT_EQ(m(0, 0), 12345.5f) << name;
    EXPECT_EQ(m(0, 1), -1.5e-7f) << name;
  }
  if (!locale.of_c()) GTEST_SKIP() << "no locale with a decimal comma: tested with streams alone";
}

TEST(TextTable, TablesThatAreWrittenHaveAHeaderAndReadBack) {
  const TempDir dir;
  Matrix rows(2, 3);
  for (Index i = 0; i < 6; ++i) rows.data()[i] = 0.1f * static_cast<float>(i) - 0.2f;
  const auto bytes = [&](const char* name, FileFormat format, std::vector<std::string> columns) {
    CreateOptions options{format, ValueType::kFloat32, true};
    options.columns = std::move(columns);
    const auto sink = create_rows(dir.path(name), 2, 3, options);
    sink->write(rows);
    sink->commit();
    const Matrix back = read_all(*open_rows(dir.path(name)));
    EXPECT_EQ(back.rows(), 2);
    for (Index i = 0; i < 6; ++i) EXPECT_EQ(back.data()[i], rows.data()[i]);
    std::ifstream file(dir.path(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_EQ(bytes("t.csv", FileFormat::kCsv, {}).substr(0, 9), "e0,e1,e2\n");
  EXPECT_EQ(bytes("t.tsv", FileFormat::kTsv, {"match", "margin", "support"}).substr(0, 21), "match\tmargin\tsupport\n");
}

}  // namespace
}  // namespace vec2vec
