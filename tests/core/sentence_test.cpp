// SPDX-License-Identifier: Apache-2.0
#include "core/text/sentence.h"

#include <gtest/gtest.h>

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

TEST(Sentence, AVerbHasThePlaceForItsSubject) {
  EXPECT_EQ(sentence("exists already", "map.safetensors"), "map.safetensors exists already.");
  EXPECT_EQ(sentence("has 3 rows", "the store"), "The store has 3 rows.");
  EXPECT_EQ(sentence("is no number", "a.csv, row 3"), "a.csv, row 3, is no number.");
  EXPECT_EQ(sentence("must lie in 1 .. 3, but is 4", "`Options::k`"), "`Options::k` must lie in 1 .. 3, but is 4.");
  EXPECT_EQ(sentence("is missing", ""), "Is missing.") << "a place is missing too";
}

TEST(Sentence, OthersGetACapitalAndAFullStop) {
  EXPECT_EQ(sentence("there is no column 'x'", "a.csv"), "There is no column 'x'.");
  EXPECT_EQ(sentence("island vectors differ", "a.csv"), "Island vectors differ.") << "a verb is a whole word";
  EXPECT_EQ(sentence("llama.cpp failed", ""), "llama.cpp failed.") << "a name stays as it is";
  EXPECT_EQ(sentence("--pairs names no row", ""), "--pairs names no row.");
  EXPECT_EQ(sentence("", "a.csv"), "");
}

TEST(Sentence, OfItselfItIsTheSame) {
  for (const char* const what : {"exists already", "there is no column", "the map is gone"}) {
    const std::string once = sentence(what, "the file");
    EXPECT_EQ(sentence(once, "the file"), once);
  }
}

TEST(Sentence, ErrorsNameThePlaceOnce) {
  const Error verb(ErrorKind::kBadInput, "has 3 rows", "the store", "more of them");
  EXPECT_STREQ(verb.what(), "The store has 3 rows.\n  try: more of them");
  EXPECT_EQ(verb.message(), "The store has 3 rows.");
  EXPECT_EQ(verb.where(), "the store");
  EXPECT_STREQ(Error(ErrorKind::kBadInput, "there are no rows", "a.npy").what(), "a.npy: There are no rows.");
  EXPECT_STREQ(Error(ErrorKind::kInternal, "the solver failed").what(), "The solver failed.");
}

}  // namespace
}  // namespace vec2vec
