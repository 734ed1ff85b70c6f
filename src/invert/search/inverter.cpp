// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "core/boundary.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/time.h"
#include "invert/search/beam.h"
#include "invert/search/correct.h"
#include "invert/search/guide.h"
#include "space/check_rows.h"
#include "space/unit.h"
#include "vec2vec/error.h"
#include "vec2vec/inversion.h"
#include "vec2vec/words.h"

namespace vec2vec {
namespace {

// What was tuned of the search is in docs/audit.md, "What was tried": w, `enough`, kBeyond and kFluentEnough of guide.cpp. The
// numbers here, in beam.cpp and in correct.cpp are round ones that bound its cost.
constexpr std::size_t kExampleBytes = 200;  // longer public texts are cut in the prompt
constexpr std::size_t kPool = 4;            // texts that correction begins with
constexpr double kBeamShare = 0.6;          // of a row's time, about
constexpr Index kLeastTexts = 500;          // public texts that make a dictionary

struct Near {
  Index row = 0;
  double cosine = -1;
};

/// The k rows of unit rows (n, d) with the largest inner product with target (d), nearest first.
std::vector<Near> nearest(const Matrix& rows, const float* target, Index k, int threads) {
  std::vector<Near> all(static_cast<std::size_t>(rows.rows()));
  constexpr Index kBlock = 1024;
  parallel_blocks(rows.rows(), kBlock, threads, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const float product = std::inner_product(rows.row(i), rows.row(i) + rows.cols(), target, 0.0f);
      all[static_cast<std::size_t>(i)] = {i, static_cast<double>(product)};
    }
  });
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(k, rows.rows()));
  std::partial_sort(all.begin(), middle, all.end(), [](const Near& a, const Near& b) {
    return a.cosine > b.cosine || (a.cosine == b.cosine && a.row < b.row);
  });
  all.erase(middle, all.end());
  return all;
}

std::string shortened(const std::string& text) {
  std::string bytes = text.substr(0, kExampleBytes);
  if (bytes.size() < text.size()) bytes.erase(std::min(bytes.rfind(' '), bytes.size()));
  return clean_text(bytes);
}

Matrix mean_of(const InversionAids& aids) {
  Matrix mean(1, aids.dim);
  if (aids.mean.rows > 0) {
    std::copy_n(aids.mean.row(0), aids.dim, mean.row(0));
  } else if (aids.public_rows.rows > 0) {
    Matrix unit(aids.public_rows.rows, aids.dim);
    for (Index i = 0; i < unit.rows(); ++i) std::copy_n(aids.public_rows.row(i), aids.dim, unit.row(i));
    normalise_rows(unit.span());
    for (Index i = 0; i < unit.rows(); ++i)
      for (Index c = 0; c < aids.dim; ++c) mean(0, c) += unit(i, c) / static_cast<float>(unit.rows());
  }
  return mean;
}

void check(const InversionAids& aids) {
  if (aids.dim < 1) bad_input("must be at least 1", "the dimension of the known space");
  if (aids.mean.rows > 0 && aids.mean.cols != aids.dim) bad_input("has another dimension than the encoder", "the mean");
  if (static_cast<Index>(aids.public_texts.size()) != aids.public_rows.rows)
    bad_input("there are " + std::to_string(aids.public_texts.size()) + " texts for " + std::to_string(aids.public_rows.rows) +
                  " rows",
              {}, "one line for each row");
  if (aids.public_rows.rows == 0) return;
  if (aids.public_rows.cols != aids.dim)
    bad_input("have dimension " + std::to_string(aids.public_rows.cols) + ", but the encoder has " + std::to_string(aids.dim),
              "the public rows", "encode the public texts with the same model");
  require_finite_rows(aids.public_rows, "the public rows");
}

}  // namespace

InversionOptions InversionOptions::of_translated() {
  InversionOptions options;
  options.fluency = 0.04;
  options.enough = 0.6;
  return options;
}

std::string InversionOptions::to_json() const {
  return json_text({{"beam", beam},
                    {"branches", branches},
                    {"max_tokens", max_tokens},
                    {"rounds", rounds},
                    {"edits", edits},
                    {"examples", examples},
                    {"hint_words", hint_words},
                    {"fluency", fluency},
                    {"enough", enough},
                    {"text_time", text_time}});
}

void InversionOptions::validate() const {
  const CheckOptions check("InversionOptions");
  check.within(1, 64, beam, "beam");
  check.within(1, 256, branches, "branches");
  check.within(1, 512, max_tokens, "max_tokens");
  check.within(0, 1000000, rounds, "rounds");
  check.within(1, 65536, edits, "edits");
  check.within(0, 32, examples, "examples");
  check.within(0, 64, hint_words, "hint_words");
  check.require(fluency >= 0 && fluency < 1e6, "fluency", "must not be negative");
  check.require(enough >= 0 && enough <= 1, "enough", "must lie in 0 .. 1");
  check.seconds(text_time, "text_time");
  check.threads(threads);
}

struct Inverter::Parts {
  LanguageModel& model;
  TextEncoder encode;
  InversionOptions options;
  Index dim = 0;
  Matrix mean, public_rows;               ///< (1, d); (n, d), centred
  std::vector<std::string> public_texts;  ///< shortened
  std::optional<WordDictionary> dictionary;

  /// The words that the dictionary knows of a text, in the text's order.
  std::vector<std::string> known_words(const std::string& text) const {
    std::vector<std::string> words;
    if (!dictionary) return words;
    for (std::string& word : words_of(text))
      if (std::binary_search(dictionary->words().begin(), dictionary->words().end(), word) &&
          static_cast<Index>(words.size()) < options.hint_words)
        words.push_back(std::move(word));
    return words;
  }

  std::vector<std::string> words_in(const float* vector) const {
    std::vector<std::string> words;
    if (!dictionary) return words;
    const auto found = dictionary->invert({vector, 1, dim, dim});
    for (const WeightedWord& w : found[0]) words.push_back(dictionary->words()[static_cast<std::size_t>(w.word)]);
    return words;
  }

  /// The nearest public texts, nearest last, each behind its words, in the form that the sought text has in the prompt.
  std::vector<Token> prompt(const std::vector<Near>& near, const std::vector<std::string>& words) const {
    std::string text;
    const auto add = [&](std::vector<std::string> clues) {
      if (!dictionary) return;
      text += "Words:";
      for (std::size_t i = 0; i < clues.size(); ++i) text += (i == 0 ? " " : ", ") + clues[i];
      text += "\n";
    };
    for (auto n = near.rbegin(); n != near.rend(); ++n) {
      const std::string& example = public_texts[static_cast<std::size_t>(n->row)];
      add(known_words(example));
      text += "Text: " + example + "\n\n";
    }
    add(words);
    return model.tokenize(text + "Text:", true);
  }
};

Inverter::Inverter(LanguageModel& model, TextEncoder encode, const InversionAids& aids, const InversionOptions& options) try {
  options.validate();
  check(aids);
  Matrix mean = mean_of(aids);
  parts_ = std::make_unique<Parts>(
      Parts{model, std::move(encode), options, aids.dim, std::move(mean), {}, aids.public_texts, std::nullopt});
  Parts& p = *parts_;
  for (std::string& text : p.public_texts) text = shortened(text);
  if (aids.public_rows.rows > 0) p.public_rows = centre_by(aids.public_rows, p.mean);
  if (options.hint_words > 0 && aids.public_rows.rows >= kLeastTexts) {
    WordOptions word_options;
    word_options.words = options.hint_words;
    word_options.threads = options.threads;
    p.dictionary.emplace(aids.public_rows, aids.public_texts, word_options);
  }
} catch (...) {
  rethrow_as_error();
}

Inverter::~Inverter() = default;

Inversion Inverter::invert(const float* vector, Index number, const Progress& progress) const try {
  const Parts& p = *parts_;
  const InversionOptions& options = p.options;
  const auto start = Clock::now();
  require_finite_rows({vector, 1, p.dim, p.dim}, "the vector to invert");
  const Matrix target = centre_by({vector, 1, p.dim, p.dim}, p.mean);
  Guide guide(p.encode, target.row(0), p.mean, options, progress);
  Random random(options.seed, Stream::kInversion, static_cast<std::uint64_t>(number));
  Inversion found;
  found.words = p.words_in(vector);
  const std::vector<Near> near = nearest(p.public_rows, target.row(0), std::max<Index>(1, options.examples), options.threads);
  if (!near.empty()) {
    found.nearest = p.public_texts[static_cast<std::size_t>(near[0].row)];
    found.nearest_cosine = near[0].cosine;
  }
  const std::vector<Near> examples(near.begin(), near.begin() + std::min(static_cast<std::ptrdiff_t>(options.examples),
                                                                         static_cast<std::ptrdiff_t>(near.size())));
  const std::vector<Token> prompt = p.prompt(examples, found.words);

  Pool pool(kPool);
  found.out_of_time = !beam_search(p.model, prompt, found.words, options, kBeamShare, guide, pool);
  if (!pool.best().empty()) {
    found.first_text = pool.best()[0].text;
    found.first_cosine = pool.best()[0].cosine;
  }
  if (!found.out_of_time) {
    // The nearest public texts and the bare words may be corrected too.
    std::vector<Hypothesis> starts;
    for (const Near& n : examples) starts.push_back({p.public_texts[static_cast<std::size_t>(n.row)]});
    if (!found.words.empty()) starts.push_back({listed(found.words, " ")});
    std::vector<std::string> texts;
    for (const Hypothesis& h : starts) texts.push_back(h.text);
    const std::vector<double> cosines = guide.cosines(texts);
    for (std::size_t i = 0; i < starts.size(); ++i) starts[i].cosine = cosines[i];
    if (!starts.empty()) read_hypotheses(p.model, prompt, 0, guide, starts);
    for (Hypothesis& h : starts) pool.add(std::move(h));

    std::vector<std::string> words = found.words;
    for (const Near& n : examples)
      for (std::string& word : split_words(p.public_texts[static_cast<std::size_t>(n.row)])) words.push_back(std::move(word));
    found.out_of_time = !correct(p.model, prompt, words, options, kBeamShare, random, guide, pool);
  }
  if (!pool.best().empty()) {
    found.text = pool.best()[0].text;
    found.cosine = pool.best()[0].cosine;
    found.log_probability = pool.best()[0].log_probability;
  }
  found.encoded_texts = guide.encoded_texts() - 1;  // the empty text is known
  found.seconds = seconds_since(start);
  return found;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
