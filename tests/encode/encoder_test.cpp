// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "core/text/json.h"
#include "encode/tiny_model.h"
#include "temp_dir.h"
#include "vec2vec/encode.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Ids = std::vector<std::int32_t>;

class NeedsOpenVino : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_encoders()) GTEST_SKIP() << "built without OpenVINO";
  }
  TempDir dir;
};

class EncoderOfFamily : public NeedsOpenVino, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Families, EncoderOfFamily, ::testing::Values("bert", "roberta", "mpnet"),
                         [](const auto& family) { return std::string(family.param); });

class BertEncoder : public NeedsOpenVino {
 protected:
  void SetUp() override {
    NeedsOpenVino::SetUp();
    model.save(dir.path("m"));
  }
  const TinyModel model = TinyModel("bert");
};

/// Unit row of the mean of the first rows of m, or of its first row.
std::vector<double> pooled(const Matrix& m, bool cls) {
  std::vector<double> row(static_cast<std::size_t>(m.cols()));
  double square = 0;
  for (Index c = 0; c < m.cols(); ++c) {
    for (Index t = 0; t < (cls ? 1 : m.rows()); ++t) row[static_cast<std::size_t>(c)] += m(t, c);
    square += row[static_cast<std::size_t>(c)] * row[static_cast<std::size_t>(c)];
  }
  for (double& v : row) v /= std::sqrt(square);
  return row;
}

const std::vector<std::string_view> kTexts = {
    "The cat sat",
    "",
    "Caf\xC3\xA9, UNHAPPY cats!",
    "the the the the the the the the the the the the the the the the the the cat",
    "\xE4\xB8\xAD the cat \xF0\x9F\x98\x80",
};

TEST_P(EncoderOfFamily, AgreesWithPlainLoops) {
  const TinyModel model(GetParam());
  model.save(dir.path("m"));
  for (const bool cls : {false, true}) {
    EncoderOptions options;
    options.pooling = cls ? Pooling::kCls : Pooling::kModel;
    const Encoder encoder(dir.path("m"), options);
    ASSERT_EQ(encoder.dim(), TinyModel::kHidden);
    ASSERT_EQ(encoder.max_tokens(), TinyModel::kPositions - model.first_position);
    Matrix rows(static_cast<Index>(kTexts.size()), encoder.dim());
    const TokenCounts counts = encoder.encode(kTexts, rows.span());
    EXPECT_EQ(counts.cut_texts, 0);
    for (Index i = 0; i < rows.rows(); ++i) {
      const Ids ids = encoder.tokenize(kTexts[static_cast<std::size_t>(i)]);
      const std::vector<double> expected = pooled(model.states(ids), cls);
      for (Index c = 0; c < rows.cols(); ++c)
        EXPECT_NEAR(rows(i, c), expected[static_cast<std::size_t>(c)], 2e-5) << i << " " << c;
    }
  }
}

TEST_P(EncoderOfFamily, GivesTheSameBytesForAnyNumberOfThreads) {
  TinyModel(GetParam()).save(dir.path("m"), std::string(GetParam()) + ".");  // with a prefix before the tensors' names
  std::vector<std::string> lines;
  for (int i = 0; i < 700; ++i)
    lines.push_back(std::string(static_cast<std::size_t>(1 + i % 30), ',') + (i % 2 ? " cat" : " sat"));
  const std::vector<std::string_view> texts(lines.begin(), lines.end());
  Matrix one(700, TinyModel::kHidden), three(700, TinyModel::kHidden);
  EncoderOptions options;
  options.threads = 1;
  Encoder(dir.path("m"), options).encode(texts, one.span());
  options.threads = 3;
  Encoder(dir.path("m"), options).encode(texts, three.span());
  EXPECT_EQ(std::memcmp(one.data(), three.data(), 700 * TinyModel::kHidden * sizeof(float)), 0);
}

TEST_F(BertEncoder, WordPiece) {
  const Encoder encoder(dir.path("m"));
  EXPECT_EQ(encoder.tokenize("The cat, unhappys"), (Ids{2, 4, 5, 10, 7, 8, 9, 3}));
  EXPECT_EQ(encoder.tokenize(" CAF\xC3\x89\t\xC2\xA0 cafe\xCC\x81 "), (Ids{2, 11, 11, 3})) << "accents, no-break space";
  EXPECT_EQ(encoder.tokenize("c\xC2\xAD"
                             "at \xE2\x80\x8B sat"),
            (Ids{2, 5, 6, 3}))
      << "soft hyphen, zero-width space";
  EXPECT_EQ(encoder.tokenize("dog\xE4\xB8\xAD"
                             "cat"),
            (Ids{2, 1, 1, 5, 3}));
  EXPECT_EQ(encoder.tokenize("[SEP] cat"), (Ids{2, 3, 5, 3})) << "special tokens stand for themselves, as in Hugging Face";
  EXPECT_EQ(encoder.tokenize(""), (Ids{2, 3}));
  EXPECT_EQ(encoder.tokenize(std::string(200, 'x')), (Ids{2, 1, 3}));
}

TEST_F(BertEncoder, VocabularyFileMeansTheSameAsTokenizerJson) {
  const Encoder from_json(dir.path("m"));
  std::filesystem::remove(dir.path("m/tokenizer.json"));
  std::string vocab;
  for (const std::string& token : model.vocabulary) vocab += token + "\n";
  write_text(dir.path("m/vocab.txt"), vocab);
  const Encoder from_vocab(dir.path("m"));
  for (const std::string_view text : kTexts) EXPECT_EQ(from_json.tokenize(text), from_vocab.tokenize(text));
}

TEST_F(BertEncoder, CutsLongTextsAndPutsThePrefixFirst) {
  EncoderOptions options;
  options.max_tokens = 5;
  options.prefix = "sat ";
  const Encoder encoder(dir.path("m"), options);
  EXPECT_EQ(encoder.tokenize("the cat"), (Ids{2, 6, 4, 5, 3}));
  EXPECT_EQ(encoder.tokenize("the cat the cat"), (Ids{2, 6, 4, 5, 3}));
  Matrix rows(2, encoder.dim());
  const std::vector<std::string_view> texts = {"the cat", "the cat the cat"};
  const TokenCounts counts = encoder.encode(texts, rows.span());
  EXPECT_EQ(counts.cut_texts, 1);
  EXPECT_EQ(counts.tokens, 10);
}

TEST_F(BertEncoder, SentenceTransformersFoldersSayHowToPoolAndWhereToCut) {
  std::filesystem::create_directories(dir.path("st"));
  std::filesystem::rename(dir.path("m"), dir.path("st/0_Transformer"));
  write_text(dir.path("st/modules.json"),
             R"([{"type": "sentence_transformers.models.Transformer", "path": "0_Transformer"},
                 {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
                 {"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"}])");
  write_text(dir.path("st/1_Pooling/config.json"), R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false})");
  write_text(dir.path("st/0_Transformer/sentence_bert_config.json"), R"({"max_seq_length": 9})");
  const Encoder encoder(dir.path("st"));
  EXPECT_EQ(encoder.max_tokens(), 9);
  EXPECT_EQ(parse_json(encoder.card())["pooling"], "cls");
  write_text(dir.path("st/modules.json"), R"([{"type": "sentence_transformers.models.Dense", "path": "3_Dense"}])");
  EXPECT_THROW(Encoder(dir.path("st")), Error);
}

TEST_F(BertEncoder, StaticModelsAverageTheirTokens) {
  const Matrix& table = model.tensors.at("embeddings.word_embeddings.weight");
  const std::vector<TensorSpec> specs = {
      {"embedding.weight", "F32", {table.rows(), table.cols()}, static_cast<std::uint64_t>(table.rows() * table.cols()) * 4}};
  write_text(dir.path("s/model.safetensors"),
             make_safetensors_header(specs, {}) +
                 std::string(reinterpret_cast<const char*>(table.data()), static_cast<std::size_t>(specs[0].bytes)));
  write_text(dir.path("s/tokenizer.json"), model.tokenizer().dump());
  const Encoder encoder(dir.path("s"));
  EXPECT_EQ(encoder.tokenize("the cat"), (Ids{4, 5}));
  Matrix rows(2, encoder.dim());
  encoder.encode(std::vector<std::string_view>{"the cat", ""}, rows.span());
  double square = 0;
  for (Index c = 0; c < rows.cols(); ++c) square += std::pow(table(4, c) + table(5, c), 2);
  for (Index c = 0; c < rows.cols(); ++c) {
    EXPECT_NEAR(rows(0, c), (table(4, c) + table(5, c)) / std::sqrt(square), 1e-5);
    EXPECT_EQ(rows(1, c), 0);
  }
}

TEST_F(BertEncoder, TokensThatTheModelDoesNotKnowAreRefused) {
  auto tokenizer = model.tokenizer();
  tokenizer["model"]["vocab"]["dog"] = 12;  // one row beyond the word embeddings
  write_text(dir.path("m/tokenizer.json"), tokenizer.dump());
  const Encoder encoder(dir.path("m"));
  Matrix row(1, encoder.dim());
  EXPECT_NO_THROW(encoder.encode(std::vector<std::string_view>{"the cat"}, row.span()));
  EXPECT_THROW(encoder.encode(std::vector<std::string_view>{"the dog"}, row.span()), Error);
}

TEST_F(BertEncoder, ATokenizerThatCannotRunIsBadInput) {
  const nlohmann::json broken = {{"model",
                                  {{"type", "BPE"},
                                   {"vocab", {{"a", 0}, {"b", 1}}},
                                   {"merges", nlohmann::json::array({{"a", "z"}})},
                                   {"unk_token", "u"}}}};
  write_text(dir.path("m/tokenizer.json"), broken.dump());
  try {
    Encoder(dir.path("m")).tokenize("ab");
    FAIL() << "a merge of unknown tokens went through";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_EQ(error.where(), dir.path("m/tokenizer.json"));
  }
}

TEST_F(BertEncoder, FoldersThatLackSomethingAreRefusedByName) {
  const auto refused = [&](const std::string& part) {
    try {
      Encoder encoder(dir.path("m"));
      ADD_FAILURE() << "not refused: " << part;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBadInput) << error.message();
      EXPECT_NE((error.message() + error.where()).find(part), std::string::npos) << error.message() << " | " << error.where();
      EXPECT_FALSE(error.hint().empty()) << error.message();
    }
    model.save(dir.path("m"));
  };
  std::filesystem::remove(dir.path("m/model.safetensors"));
  refused("model.safetensors");
  std::filesystem::remove(dir.path("m/tokenizer.json"));
  refused("tokenizer.json");
  write_text(dir.path("m/tokenizer.json"), "{");
  refused("tokenizer.json");
  write_text(dir.path("m/tokenizer.json"), R"({"model": {"type": "Telepathy"}})");
  refused("Telepathy");
  write_text(dir.path("m/config.json"), R"({"model_type": "gpt2"})");
  refused("gpt2");
  write_text(dir.path("m/config.json"), R"({"model_type": "bert", "hidden_size": -8})");
  refused("config.json");
  TinyModel lacking("bert");
  lacking.tensors.erase("encoder.layer.1.output.dense.bias");
  lacking.save(dir.path("m"));
  refused("encoder.layer.1.output.dense.bias");
  TinyModel reshaped("bert");
  reshaped.tensors["encoder.layer.0.attention.self.key.weight"] = Matrix(8, 7);
  reshaped.save(dir.path("m"));
  refused("encoder.layer.0.attention.self.key.weight");
  std::filesystem::resize_file(dir.path("m/model.safetensors"), 3000);
  refused("model.safetensors");
  EXPECT_THROW(Encoder(dir.path("none")), Error);
  EncoderOptions too_long;
  too_long.max_tokens = 41;
  EXPECT_THROW(Encoder(dir.path("m"), too_long), Error);
}

}  // namespace
}  // namespace vec2vec
