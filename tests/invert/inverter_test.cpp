// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "invert/fake_models.h"
#include "invert/search/guide.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/inversion.h"
#include "vec2vec/text_scores.h"

namespace vec2vec {
namespace {

constexpr Index kDim = 64;

Matrix encoded(const std::vector<std::string>& texts) {
  Matrix rows(static_cast<Index>(texts.size()), kDim);
  fake_encode(std::vector<std::string_view>(texts.begin(), texts.end()), rows.span());
  return rows;
}

class Invert : public ::testing::Test {
 protected:
  Invert() : all(sentences()), secret(all.begin(), all.begin() + 12), known(all.begin() + 12, all.end()), model(known) {
    options.beam = 8;
    options.branches = 12;
    options.max_tokens = 10;
    options.rounds = 4;
    options.edits = 32;
    options.fluency = 0.05;
    options.threads = 1;
  }
  InversionAids aids(bool with_texts) {
    InversionAids a{kDim};
    if (!with_texts) return a;
    public_rows = encoded(known);
    a.public_rows = public_rows;
    a.public_texts = known;
    return a;
  }
  std::vector<std::string> inverted(const Matrix& rows, const InversionAids& a) {
    const Inverter inverter(model, fake_encode, a, options);
    std::vector<std::string> texts;
    for (Index i = 0; i < rows.rows(); ++i) texts.push_back(inverter.invert(rows.row(i), i).text);
    return texts;
  }

  const std::vector<std::string> all, secret, known;
  FakeModel model;
  InversionOptions options;
  Matrix public_rows;
};

int matches(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  int equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return equal;
}

TEST_F(Invert, BeamFindsTextsWithWordsOfTheDictionary) {
  // Of 80 names the model expects 12 at most; the dictionary reads the right one out of the vector.
  options.rounds = 0;
  EXPECT_GE(matches(inverted(encoded(secret), aids(true)), secret), 10);
  options.hint_words = 0;
  EXPECT_LE(matches(inverted(encoded(secret), aids(true)), secret), 6);
}

TEST_F(Invert, IsGuidedByTheVectorAlone) {
  std::vector<std::string> shifted(secret.begin() + 1, secret.end());
  shifted.push_back(secret[0]);
  EXPECT_EQ(matches(inverted(encoded(shifted), aids(true)), secret), 0);
}

TEST_F(Invert, CorrectionRepairsWhatTheBeamMissed) {
  options.beam = 1;
  options.branches = 2;
  options.rounds = 0;
  const int before = matches(inverted(encoded(secret), aids(true)), secret);
  options.rounds = 12;
  options.edits = 128;
  EXPECT_GE(matches(inverted(encoded(secret), aids(true)), secret), before + 3);
}

TEST_F(Invert, TellsWhatItFoundOnTheWay) {
  const InversionAids a = aids(true);
  const Inverter inverter(model, fake_encode, a, options);
  const Matrix rows = encoded({secret[0]});
  const Inversion found = inverter.invert(rows.row(0), 0);
  EXPECT_EQ(found.text, secret[0]);
  EXPECT_NEAR(found.cosine, 1, 1e-5);
  EXPECT_LT(found.nearest_cosine, 0.99) << "the secret is none of the public texts";
  EXPECT_NE(std::find(known.begin(), known.end(), found.nearest), known.end());
  EXPECT_GE(found.cosine, found.first_cosine);
  EXPECT_GT(found.encoded_texts, 50);
  EXPECT_LT(found.log_probability, 0);
}

TEST_F(Invert, IsTheSameForAnyNumberOfThreadsAndWhateverCameBefore) {
  const InversionAids a = aids(true);
  const Matrix rows = encoded(secret);
  const auto first = inverted(rows, a);
  options.threads = 2;
  const Inverter inverter(model, fake_encode, a, options);
  EXPECT_EQ(inverter.invert(rows.row(5), 5).text, first[5]);
}

TEST_F(Invert, EndsAtItsTimeLimit) {
  options.text_time = 1e-9;
  const Inversion found = Inverter(model, fake_encode, aids(false), options).invert(encoded(secret).row(0), 0);
  EXPECT_TRUE(found.out_of_time);
  EXPECT_EQ(found.encoded_texts, 0);
}

TEST_F(Invert, NamesBadInput) {
  options.beam = 0;
  EXPECT_THROW(Inverter(model, fake_encode, aids(false), options), Error);
  options.beam = 8;
  InversionAids a = aids(true);
  a.public_texts.pop_back();
  EXPECT_THROW(Inverter(model, fake_encode, a, options), Error);
  Matrix rows = encoded(secret);
  rows(0, 3) = std::numeric_limits<float>::quiet_NaN();
  const Inverter inverter(model, fake_encode, aids(false), options);
  EXPECT_THROW(inverter.invert(rows.row(0), 0), Error);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(Invert, GoesOnAfterAnInterruptAndEndsWithTheSameBytes) {
  TempDir dir;
  const Inverter inverter(model, fake_encode, aids(false), options);
  const Matrix rows = encoded({secret[0], secret[1], secret[2], secret[3]});
  invert_rows(inverter, rows, dir.path("whole.jsonl"), {"job"});
  InvertRowsOptions stopping{"job"};
  stopping.progress = [](std::string_view, double done) { return done < 0.6; };
  EXPECT_THROW(invert_rows(inverter, rows, dir.path("cut.jsonl"), stopping), Error);
  EXPECT_FALSE(std::filesystem::exists(dir.path("cut.jsonl")));
  EXPECT_THROW(invert_rows(inverter, rows, dir.path("cut.jsonl"), {"other job"}), Error);
  const InversionSummary summary = invert_rows(inverter, rows, dir.path("cut.jsonl"), {"job"});
  EXPECT_EQ(summary.resumed_rows, 2);
  EXPECT_EQ(summary.rows.size(), 4u);
  EXPECT_EQ(bytes_of(dir.path("cut.jsonl")), bytes_of(dir.path("whole.jsonl")));
  EXPECT_FALSE(std::filesystem::exists(dir.path("cut.jsonl.partial")));
  EXPECT_THROW(invert_rows(inverter, rows, dir.path("cut.jsonl"), {"job"}), Error) << "no silent overwrite";
}

TEST_F(Invert, CosineBeyondEnoughCountsATenth) {
  const Matrix row = encoded({"a"}), mean(1, kDim);
  const auto preferred = [&](double enough) {  // the nearer text, or the one that the model expects
    options.fluency = 0.04;
    options.enough = enough;
    const Guide guide(fake_encode, row.row(0), mean, options, {});
    return guide.score(0.75, -3) > guide.score(0.62, -1) ? "nearer" : "expected";
  };
  EXPECT_STREQ(preferred(1), "nearer");
  EXPECT_STREQ(preferred(0.6), "expected");
  options.enough = 1.5;
  EXPECT_THROW(options.validate(), Error);
}

}  // namespace
}  // namespace vec2vec
