// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/retention.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/boundary.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "evaluate/bootstrap.h"
#include "evaluate/unit_rows.h"
#include "space/check_rows.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index kQueries = 64, kMostPairs = Index{1} << 28;  // 3 GiB

Matrix unit_rows(MatrixView rows, const std::string& name) {
  Matrix out(rows.rows, rows.cols);
  std::vector<double> unit(static_cast<std::size_t>(rows.cols));
  for (Index i = 0; i < rows.rows; ++i) {
    if (!std::isfinite(unit_row(rows.row(i), rows.cols, unit))) refuse_row(name, i);
    std::copy(unit.begin(), unit.end(), out.row(i));
  }
  return out;
}

/// Unit rows.
Matrix translated(const Map& map, MatrixView rows, int threads, const std::string& name) {
  Matrix out(rows.rows, map.target_dim());
  TranslateOptions options;
  options.threads = threads;
  options.ignore_fingerprint = true;  // queries may have a prefix that documents lack
  translate(map, rows, out.span(), options, name);
  return out;
}

/// Cosines of unit rows (q, d) with unit rows (m, d): (q, m).
Matrix cosines(const Matrix& queries, const Matrix& documents, int threads) {
  Matrix all(queries.rows(), documents.rows());
  parallel_blocks(queries.rows(), kQueries, threads, [&](Index first, Index count) {
    gemm(queries.view().middle_rows(first, count), false, documents, true, all.span().middle_rows(first, count));
  });
  return all;
}

/// The k largest of values (m), ties by their index, in the order of their index.
std::vector<Index> nearest(const float* values, Index m, Index k) {
  std::vector<Index> order(static_cast<std::size_t>(m));
  std::iota(order.begin(), order.end(), Index{0});
  std::nth_element(order.begin(), order.begin() + k, order.end(),
                   [&](Index a, Index b) { return values[a] != values[b] ? values[a] > values[b] : a < b; });
  order.resize(static_cast<std::size_t>(k));
  std::sort(order.begin(), order.end());
  return order;
}

CarriedThreshold carry(double threshold, std::span<const float> before, std::span<const float> after,
                       std::vector<float>& scratch) {
  const auto above = [](double limit) { return [limit](float value) { return static_cast<double>(value) >= limit; }; };
  CarriedThreshold carried{threshold, std::count_if(before.begin(), before.end(), above(threshold)), kUndefined, kUndefined};
  if (carried.pairs == 0) return carried;
  scratch.assign(after.begin(), after.end());
  const auto last = scratch.begin() + (carried.pairs - 1);
  std::nth_element(scratch.begin(), last, scratch.end(), std::greater<>());
  carried.after = *last;
  Index both = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    both += static_cast<double>(before[i]) >= threshold && static_cast<double>(after[i]) >= carried.after;
  carried.kept = static_cast<double>(both) / static_cast<double>(carried.pairs);
  return carried;
}

void check_shapes(const Map& map, MatrixView documents, MatrixView queries, MatrixView new_queries, Index k) {
  const auto dim = [](Index found, Index wanted, const std::string& where) {
    if (found != wanted)
      bad_input("have dimension " + std::to_string(found) + ", but the map needs " + std::to_string(wanted), where,
                "documents and queries of the map's source model, new queries of its target model");
  };
  dim(documents.cols, map.source_dim(), "the documents");
  dim(queries.cols, map.source_dim(), "the queries");
  if (new_queries.rows > 0) dim(new_queries.cols, map.target_dim(), "the new queries");
  if (new_queries.rows > 0 && new_queries.rows != queries.rows)
    bad_input("are " + std::to_string(new_queries.rows) + " rows beside " + std::to_string(queries.rows) + " queries",
              "the new queries", "the same queries by the new model, row by row");
  if (documents.rows > kMostPairs / std::max<Index>(1, queries.rows))
    bad_input("are too many to compare all with all", "the queries and documents", "a sample: 1,000 queries, 20,000 documents");
  if (queries.rows < 2) bad_input("must have at least 2 rows", "the queries");
  if (documents.rows <= k) bad_input("must have more than k = " + std::to_string(k) + " rows", "the documents");
}

}  // namespace

void RetentionOptions::validate() const {
  const CheckOptions check("RetentionOptions");
  check.at_least(1, k, "k");
  check.bootstrap(bootstrap);
  check.threads(threads);
}

Retention measure_retention(const Map& map, MatrixView documents, MatrixView queries, MatrixView new_queries,
                            const RetentionOptions& options) try {
  options.validate();
  check_shapes(map, documents, queries, new_queries, options.k);
  Retention result{queries.rows, documents.rows, options.k, new_queries.rows == 0, {}, {}};
  const int threads = options.threads;
  const Matrix before = cosines(unit_rows(queries, "the queries"), unit_rows(documents, "the documents"), threads);
  const Matrix asked =
      result.translated_queries ? translated(map, queries, threads, "the queries") : unit_rows(new_queries, "the new queries");
  const Matrix after = cosines(asked, translated(map, documents, threads, "the documents"), threads);

  std::vector<double> recall(static_cast<std::size_t>(queries.rows));
  parallel_for(queries.rows, options.threads, [&](Index i) {
    const std::vector<Index> a = nearest(before.row(i), documents.rows, options.k),
                             b = nearest(after.row(i), documents.rows, options.k);
    std::vector<Index> common;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
    recall[static_cast<std::size_t>(i)] = static_cast<double>(common.size()) / static_cast<double>(options.k);
  });
  const WeightedStatistics mean = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
    out[0] = weighted_mean(weights, recall);
  };
  double value = 0;
  mean(std::vector<std::uint32_t>(recall.size(), 1u), {&value, 1});
  Interval interval = kNoInterval;
  if (options.bootstrap > 0) interval = bootstrap(queries.rows, options.bootstrap, 1, mean, options.seed, options.threads)[0];
  result.recall = {value, interval.low, interval.high, static_cast<double>(options.k) / static_cast<double>(documents.rows)};

  const auto pairs = static_cast<std::size_t>(queries.rows * documents.rows);
  std::vector<float> scratch;
  for (const double threshold : options.thresholds)
    result.thresholds.push_back(carry(threshold, {before.data(), pairs}, {after.data(), pairs}, scratch));
  return result;
} catch (...) {
  rethrow_as_error();
}

std::string Retention::brief() const {
  const std::string interval =
      std::isnan(recall.low) ? std::string() : laid_out("95 %: {} to {}; ", figure(recall.low), figure(recall.high));
  std::string text = laid_out("recall@{} of the old search: {} ({}by chance {})\n", k, figure(recall.value), interval,
                              figure(recall.null_value));
  text += "  " + std::to_string(queries) + (translated_queries ? " translated queries" : " queries of the new model") + " in " +
          std::to_string(documents) + " translated documents\n";
  text += "  of 100 documents that the queries found, they find " + std::to_string(std::llround(100 * recall.value)) +
          " again; even exact vectors of another model do not keep all\n";
  if (translated_queries)
    text += "  it tells what the translation blurs, not whether the map is right: queries of the new model tell both\n";
  if (thresholds.empty()) return text;
  text += "  cosine before   pairs     after    of these pairs kept\n";
  for (const CarriedThreshold& t : thresholds)
    text += laid_out("  {<13} {>8}  {>8}    {}\n", figure(t.before), t.pairs, figure(t.after), figure(t.kept));
  return text;
}

std::string Retention::to_json() const {
  Json json = {{"queries", queries},
               {"documents", documents},
               {"k", k},
               {"translated_queries", translated_queries},
               {"recall", {{"value", recall.value}, {"low", recall.low}, {"high", recall.high}, {"null", recall.null_value}}},
               {"thresholds", Json::array()}};
  for (const CarriedThreshold& t : thresholds)
    json["thresholds"].push_back({{"before", t.before}, {"pairs", t.pairs}, {"after", t.after}, {"kept", t.kept}});
  return json_text(json, 2);
}

}  // namespace vec2vec
