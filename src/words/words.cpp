// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/words.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/boundary.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "space/check_rows.h"
#include "space/spectral/spectrum.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlock = 64;  // rows pursued together
constexpr std::size_t kLongestWord = 40;

/// Weights >= 0 of atoms (k, v) that come nearest to x, by least squares again and again without those below zero (chosen
/// atoms loses them too).
Eigen::VectorXf fit_weights(MatrixView atoms, const float* x, std::vector<Index>& chosen) {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Eigen::VectorXf> target(x, atoms.cols);
  for (;;) {
    const auto count = static_cast<Eigen::Index>(chosen.size());
    Rows a(count, atoms.cols);
    for (Eigen::Index i = 0; i < count; ++i)
      a.row(i) = Eigen::Map<const Eigen::RowVectorXf>(atoms.row(chosen[static_cast<std::size_t>(i)]), atoms.cols);
    Eigen::MatrixXf gram = a * a.transpose();
    gram.diagonal().array() += 1e-3f;  // atoms of words that always stand together are nearly equal
    Eigen::VectorXf weights = gram.ldlt().solve(a * target);
    if (count == 0 || weights.minCoeff() >= 0) return weights;
    std::vector<Index> kept;
    for (Eigen::Index i = 0; i < count; ++i)
      if (weights[i] > 0) kept.push_back(chosen[static_cast<std::size_t>(i)]);
    chosen = std::move(kept);
  }
}

/// The pursuit of one block of rows in the view (b, v).
class Pursuit {
 public:
  Pursuit(MatrixView rows, MatrixView atoms)
      : rows_(rows),
        atoms_(atoms),
        rest_(rows.rows, rows.cols),
        products_(rows.rows, atoms.rows),
        state_(static_cast<std::size_t>(rows.rows)) {
    for (Index i = 0; i < rows.rows; ++i) std::copy_n(rows.row(i), rows.cols, rest_.row(i));
  }

  void add_word(double step) {
    gemm(rest_, false, atoms_, true, products_.span());
    for (Index i = 0; i < rows_.rows; ++i) {
      State& s = state_[static_cast<std::size_t>(i)];
      if (s.done) continue;
      float* row = products_.row(i);
      for (const Index word : s.tried) row[word] = -1;  // a dropped word is not tried again
      const Index best = std::max_element(row, row + atoms_.rows) - row;
      if (!(row[best] > 0)) {
        s.done = true;
        continue;
      }
      s.chosen.push_back(best);
      s.tried.push_back(best);
      s.weights = fit_weights(atoms_, rows_.row(i), s.chosen);
      const auto part = static_cast<float>(step);
      for (Index c = 0; c < rows_.cols; ++c) {
        float explained = 0;
        for (std::size_t w = 0; w < s.chosen.size(); ++w)
          explained += s.weights[static_cast<Eigen::Index>(w)] * atoms_.row(s.chosen[w])[c];
        rest_(i, c) = rows_.row(i)[c] - part * explained;
      }
    }
  }

  std::vector<WeightedWord> words(Index i) const {
    const State& s = state_[static_cast<std::size_t>(i)];
    std::vector<WeightedWord> found;
    for (std::size_t w = 0; w < s.chosen.size(); ++w)
      found.push_back({s.chosen[w], static_cast<double>(s.weights[static_cast<Eigen::Index>(w)])});
    std::sort(found.begin(), found.end(), [](const WeightedWord& a, const WeightedWord& b) {
      return a.weight > b.weight || (a.weight == b.weight && a.word < b.word);
    });
    return found;
  }

 private:
  struct State {
    std::vector<Index> chosen, tried;
    Eigen::VectorXf weights;
    bool done = false;
  };
  MatrixView rows_, atoms_;
  Matrix rest_, products_;
  std::vector<State> state_;
};

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && word.size() <= kLongestWord && std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(word);
    word.clear();
  };
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      word += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
      word += c;
    else
      end_word();
  }
  end_word();
  return words;
}

void WordOptions::validate() const {
  const CheckOptions check("WordOptions");
  const auto is = [](double x) { return ", is " + std::to_string(x); };
  check.within(1, 64, words, "words");
  check.require(power >= 0 && power <= 2, "power", "must lie in 0 .. 2" + is(power));
  check.require(step >= 0 && step <= 1, "step", "must lie in 0 .. 1" + is(step));
  check.at_least(1, least_texts, "least_texts");
  check.require(most_share > 0 && most_share <= 1, "most_share", "must lie in (0, 1]" + is(most_share));
  check.threads(threads);
}

void WordDictionary::set_space(MatrixView rows) {
  options_.validate();
  if (rows.rows < 2)
    bad_input("needs at least 2 rows of the known space, but there are " + std::to_string(rows.rows), "the dictionary");
  require_finite_rows(rows, "the public rows");
  CentredRows centred = centre(rows, options_.threads);
  mean_ = std::move(centred.mean);
  view_ = view_of(spectrum(centred.rows, options_.threads), rows.cols, options_.power);
}

Matrix WordDictionary::into_view(MatrixView rows) const { return project(centre_by(rows, mean_), view_, options_.threads); }

WordDictionary::WordDictionary(MatrixView rows, std::span<const std::string> texts, const WordOptions& options) try
    : options_(options) {
  if (static_cast<Index>(texts.size()) != rows.rows)
    bad_input("there are " + std::to_string(texts.size()) + " texts for " + std::to_string(rows.rows) + " rows",
              "public texts");
  set_space(rows);
  std::unordered_map<std::string, std::vector<Index>> holders;  // rows that hold a word
  for (Index i = 0; i < rows.rows; ++i)
    for (std::string& word : words_of(texts[static_cast<std::size_t>(i)])) holders[std::move(word)].push_back(i);
  const double most = options_.most_share * static_cast<double>(rows.rows);
  for (const auto& [word, where] : holders)
    if (static_cast<Index>(where.size()) >= options_.least_texts && static_cast<double>(where.size()) <= most)
      words_.push_back(word);
  std::sort(words_.begin(), words_.end());
  if (words_.empty())
    bad_input("no word occurs in at least " + std::to_string(options_.least_texts) + " of them and in few enough",
              "the public texts", "more public texts");
  const Matrix seen = into_view(rows);
  atoms_ = Matrix(static_cast<Index>(words_.size()), view_.cols());
  parallel_for(atoms_.rows(), options_.threads, [&](Index w) {
    float* atom = atoms_.row(w);
    for (const Index i : holders.at(words_[static_cast<std::size_t>(w)]))
      for (Index c = 0; c < atoms_.cols(); ++c) atom[c] += seen(i, c);
  });
  normalise_rows(atoms_.span());
} catch (...) {
  rethrow_as_error();
}

WordDictionary::WordDictionary(MatrixView rows, std::vector<std::string> words, MatrixView vectors,
                               const WordOptions& options) try
    : options_(options), words_(std::move(words)) {
  if (static_cast<Index>(words_.size()) != vectors.rows || words_.empty())
    bad_input("there are " + std::to_string(words_.size()) + " words for " + std::to_string(vectors.rows) + " vectors",
              "word list");
  if (vectors.cols != rows.cols)
    bad_input("have dimension " + std::to_string(vectors.cols) + ", but the known space has " + std::to_string(rows.cols),
              "the word vectors", "encode the words with the model of the known space");
  set_space(rows);
  require_finite_rows(vectors, "the word vectors");
  atoms_ = project(centre(vectors, options_.threads).rows, view_, options_.threads);
} catch (...) {
  rethrow_as_error();
}

std::vector<std::vector<WeightedWord>> WordDictionary::invert(MatrixView rows) const try {
  if (rows.cols != mean_.cols())
    bad_input("have dimension " + std::to_string(rows.cols) + ", but the dictionary has " + std::to_string(mean_.cols()),
              "the rows to invert");
  require_finite_rows(rows, "the rows to invert");
  const Matrix seen = into_view(rows);
  std::vector<std::vector<WeightedWord>> found(static_cast<std::size_t>(rows.rows));
  const Index blocks = (rows.rows + kBlock - 1) / kBlock, round = 16 * std::max(1, thread_count(options_.threads));
  for (Index begin = 0; begin < blocks; begin += round) {
    tell(options_.progress, "words", static_cast<double>(begin) / static_cast<double>(blocks));
    parallel_for(std::min(round, blocks - begin), options_.threads, [&](Index b) {
      const Index first = (begin + b) * kBlock, count = std::min(kBlock, rows.rows - first);
      Pursuit pursuit(seen.view().middle_rows(first, count), atoms_);
      for (Index w = 0; w < options_.words; ++w) pursuit.add_word(options_.step);
      for (Index i = 0; i < count; ++i) found[static_cast<std::size_t>(first + i)] = pursuit.words(i);
    });
  }
  return found;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
