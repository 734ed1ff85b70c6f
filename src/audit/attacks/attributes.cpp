// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/attributes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "audit/attacks/auc.h"
#include "core/boundary.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/text/number.h"
#include "evaluate/bootstrap.h"
#include "space/check_rows.h"
#include "space/sample.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kFewestRows = 5;  // that have a label, and that lack it, for an AUC

using Labels = std::vector<std::vector<Index>>;  // of each row

/// Cosines (n, m) of rows (n, d) with labels (m, d), each side centred by its own mean.
Matrix similarities(MatrixView rows, MatrixView labels, int threads) {
  const Matrix x = centre(rows, threads).rows, y = centre(labels, threads).rows;
  Matrix products(rows.rows, labels.rows);
  constexpr Index kBlock = 1024;
  parallel_blocks(rows.rows, kBlock, threads, [&](Index first, Index count) {
    gemm(x.view().middle_rows(first, count), false, y, true, products.span().middle_rows(first, count));
  });
  return products;
}

/// The position of every label in a row's list of guesses, best = 0; ties are broken at random.
std::vector<Index> positions(const float* scores, Index labels, Random& random) {
  std::vector<Index> order = random.sample(labels, labels), position(order.size());
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return scores[a] > scores[b]; });
  for (std::size_t p = 0; p < order.size(); ++p) position[static_cast<std::size_t>(order[p])] = static_cast<Index>(p);
  return position;
}

/// One value a row for each score.
struct RowScores {
  std::vector<double> top1, topk, precision, recall, rank;
};

/// guesses[i]: positions of all labels for row i, whose true labels are truth[i].
RowScores row_scores(const Labels& guesses, const Labels& truth, Index k) {
  RowScores scores;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    double hits = 0, first = 0, ranks = 0;
    for (const Index label : truth[i]) {
      const Index position = guesses[i][static_cast<std::size_t>(label)];
      hits += position < k;
      first += position == 0;
      ranks += static_cast<double>(position) + 1;
    }
    const auto count = static_cast<double>(truth[i].size());
    scores.top1.push_back(first);
    scores.topk.push_back(hits > 0);
    scores.precision.push_back(hits / static_cast<double>(k));
    scores.recall.push_back(hits / count);
    scores.rank.push_back(ranks / count);
  }
  return scores;
}

/// The AUC of each label that enough rows have and enough rows lack.
std::vector<std::pair<Index, Auc>> label_aucs(MatrixView scores, const Labels& truth) {
  std::vector<std::pair<Index, Auc>> aucs;
  for (Index label = 0; label < scores.cols; ++label) {
    std::vector<float> column(truth.size());
    std::vector<bool> positive(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
      column[i] = scores.row(static_cast<Index>(i))[label];
      positive[i] = std::find(truth[i].begin(), truth[i].end(), label) != truth[i].end();
    }
    const auto with = static_cast<Index>(std::count(positive.begin(), positive.end(), true));
    if (with >= kFewestRows && static_cast<Index>(truth.size()) - with >= kFewestRows)
      aucs.emplace_back(label, Auc(column, positive));
  }
  return aucs;
}

/// The mean of the values that are defined; NaN when none is.
double mean_defined(std::span<const double> values) {
  double sum = 0, count = 0;
  for (const double x : values)
    if (!std::isnan(x)) sum += x, count += 1;
  return count > 0 ? sum / count : kUndefined;
}

/// Scores of one reader over rows with known labels.
struct Reading {
  AttributeScores scores;
  std::vector<Score> auc;  ///< of each label; NaN where undefined
};

constexpr std::size_t kMeans = 5;

std::array<double, kMeans> means_of(const RowScores& rows, std::span<const std::uint32_t> weights) {
  return {weighted_mean(weights, rows.top1), weighted_mean(weights, rows.topk), weighted_mean(weights, rows.precision),
          weighted_mean(weights, rows.recall), weighted_mean(weights, rows.rank)};
}

/// scores (n, m), a row for each of truth. The same seed draws the same resamples and shuffles for every reader.
Reading read(const std::string& reader, MatrixView scores, const Labels& truth, const AttributeOptions& options) {
  const Index n = scores.rows, labels = scores.cols, k = std::min(options.k, labels);
  Random random(options.seed, Stream::kTies);
  Labels guesses;
  for (Index i = 0; i < n; ++i) guesses.push_back(positions(scores.row(i), labels, random));
  const RowScores rows = row_scores(guesses, truth, k);
  const std::vector<std::pair<Index, Auc>> aucs = label_aucs(scores, truth);

  // means, the mean AUC, and the AUC of each label
  const std::size_t count = kMeans + 1 + aucs.size();
  const auto statistics = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
    const auto means = means_of(rows, weights);
    std::copy(means.begin(), means.end(), out.begin());
    for (std::size_t a = 0; a < aucs.size(); ++a) out[kMeans + 1 + a] = aucs[a].second(weights);
    out[kMeans] = mean_defined(out.subspan(kMeans + 1));
  };
  const std::vector<std::uint32_t> once(static_cast<std::size_t>(n), 1u);
  std::vector<double> values(count);
  statistics(once, values);
  std::vector<Interval> intervals;
  if (options.bootstrap > 0)
    intervals =
        bootstrap(n, options.bootstrap, static_cast<Index>(count), statistics, options.seed, options.threads, options.progress);

  // The shuffled baseline of the AUC is one half by definition.
  std::array<double, kMeans + 1> nulls{};
  nulls[kMeans] = 0.5;
  Labels shuffled = truth;
  for (Index s = 0; s < options.shuffles; ++s) {
    random.shuffle(shuffled);
    const auto means = means_of(row_scores(guesses, shuffled, k), once);
    for (std::size_t m = 0; m < kMeans; ++m) nulls[m] += means[m] / static_cast<double>(options.shuffles);
  }

  const auto score = [&](std::size_t s, double null) {
    const Interval interval = intervals.empty() ? kNoInterval : intervals[s];
    return Score{values[s], interval.low, interval.high, null};
  };
  Reading reading{{reader, score(0, nulls[0]), score(1, nulls[1]), score(2, nulls[2]), score(3, nulls[3]), score(4, nulls[4]),
                   score(kMeans, nulls[kMeans])},
                  std::vector<Score>(static_cast<std::size_t>(labels), Score{kUndefined, kUndefined, kUndefined, 0.5})};
  for (std::size_t a = 0; a < aucs.size(); ++a)
    reading.auc[static_cast<std::size_t>(aucs[a].first)] = score(kMeans + 1 + a, 0.5);
  return reading;
}

/// (n, m): in every row, how often each label occurs.
Matrix frequencies(const Labels& truth, Index labels) {
  Matrix scores(static_cast<Index>(truth.size()), labels);
  for (const auto& row : truth)
    for (const Index label : row) scores(0, label) += 1;
  for (Index i = 1; i < scores.rows(); ++i) std::copy_n(scores.row(0), labels, scores.row(i));
  return scores;
}

Matrix random_rows(Index rows, Index dim, std::uint64_t seed) {
  Random random(seed, Stream::kRandomRows);
  Matrix m(rows, dim);
  for (Index i = 0; i < rows * dim; ++i) m.data()[i] = static_cast<float>(random.normal());
  return m;
}

void check(const AttributeProblem& p) {
  const Index n = p.rows.rows, d = p.rows.cols;
  if (n < 1 || p.labels.rows < 2)
    bad_input("attributes need rows and at least two labels, but there are " + std::to_string(n) + " and " +
              std::to_string(p.labels.rows));
  if (p.labels.cols != d)
    bad_input("have dimension " + std::to_string(p.labels.cols) + ", but the rows have " + std::to_string(d),
              "the label vectors", "encode the labels with the model of the known space");
  if (static_cast<Index>(p.names.size()) != p.labels.rows)
    bad_input("are " + std::to_string(p.names.size()) + " names for " + std::to_string(p.labels.rows) + " vectors",
              "the labels");
  if (!p.truth.empty() && static_cast<Index>(p.truth.size()) != n)
    bad_input("are those of " + std::to_string(p.truth.size()) + " rows, but the store has " + std::to_string(n),
              "the true labels");
  for (const auto& row : p.truth)
    for (const Index label : row)
      if (label < 0 || label >= p.labels.rows) bad_input("name label " + std::to_string(label), "the true labels");
  if (p.native.rows > 0 && (p.native.rows != n || p.native.cols != d))
    bad_input("have another shape than the translated rows", "the native rows", "the same texts, encoded in the known space");
  if (p.untranslated.rows > 0 && p.untranslated.rows != n)
    bad_input("are not as many as the translated ones", "the untranslated rows");
  require_finite_rows(p.rows, "the translated rows");
  require_finite_rows(p.labels, "the label vectors");
  require_finite_rows(p.native, "the native rows");
  require_finite_rows(p.untranslated, "the untranslated rows");
}

}  // namespace

void AttributeOptions::validate() const {
  const CheckOptions check("AttributeOptions");
  check.at_least(1, k, "k");
  check.bootstrap(bootstrap);
  check.at_least(1, shuffles, "shuffles");
  check.threads(threads);
}

AttributeInference infer_attributes(const AttributeProblem& problem, const AttributeOptions& options) try {
  options.validate();
  check(problem);
  const Index n = problem.rows.rows, d = problem.rows.cols, labels = problem.labels.rows;
  AttributeInference result{n, 0, labels, std::min(options.k, labels), {}, {}, {}};
  for (const std::string& name : problem.names) result.attributes.push_back({name, 0, 0, {}, {}});
  const Matrix translated = similarities(problem.rows, problem.labels, options.threads);
  for (Index i = 0; i < n; ++i) {
    const float* row = translated.row(i);
    result.guesses.push_back(std::max_element(row, row + labels) - row);
    ++result.attributes[static_cast<std::size_t>(result.guesses.back())].guessed;
  }

  std::vector<Index> scored;  // rows with known labels
  Labels truth;
  for (std::size_t i = 0; i < problem.truth.size(); ++i) {
    if (problem.truth[i].empty()) continue;
    scored.push_back(static_cast<Index>(i));
    truth.push_back(problem.truth[i]);
    std::sort(truth.back().begin(), truth.back().end());
    truth.back().erase(std::unique(truth.back().begin(), truth.back().end()), truth.back().end());
    for (const Index label : truth.back()) ++result.attributes[static_cast<std::size_t>(label)].rows;
  }
  result.scored_rows = static_cast<Index>(scored.size());
  for (AttributeFigure& a : result.attributes) a.auc.value = a.native_auc.value = kUndefined;
  if (scored.empty()) return result;

  const auto add = [&](const char* reader, MatrixView scores) {
    Reading reading = read(reader, scores, truth, options);
    result.readers.push_back(std::move(reading.scores));
    return reading.auc;
  };
  std::vector<Score> auc = add("translated", gather(translated, scored)), native_auc;
  if (problem.native.rows > 0)
    native_auc = add("oracle", gather(similarities(problem.native, problem.labels, options.threads), scored));
  if (problem.untranslated.cols == d)
    add("untranslated", gather(similarities(problem.untranslated, problem.labels, options.threads), scored));
  else
    add("random rows", gather(similarities(random_rows(n, d, options.seed), problem.labels, options.threads), scored));
  add("majority", frequencies(truth, labels));
  for (std::size_t l = 0; l < auc.size(); ++l) {
    result.attributes[l].auc = auc[l];
    if (!native_auc.empty()) result.attributes[l].native_auc = native_auc[l];
  }
  return result;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
