// SPDX-License-Identifier: Apache-2.0
#include "measure/families/retrieval.h"

#include <algorithm>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/random.h"
#include "space/sample.h"
#include "vec2vec/evaluate.h"

namespace vec2vec {
namespace {

constexpr Index kBlockRows = 256;
constexpr Index kPermutedBytes = Index{256} << 20;  // of permuted rows, for all permutations that run at once

/// Subtracts the mean row, in place.
void subtract_mean(Matrix& rows) {
  std::vector<double> mean(static_cast<std::size_t>(rows.cols()));
  for (Index i = 0; i < rows.rows(); ++i)
    for (Index j = 0; j < rows.cols(); ++j) mean[static_cast<std::size_t>(j)] += static_cast<double>(rows(i, j));
  for (Index i = 0; i < rows.rows(); ++i)
    for (Index j = 0; j < rows.cols(); ++j)
      rows(i, j) -= static_cast<float>(mean[static_cast<std::size_t>(j)] / static_cast<double>(rows.rows()));
}

/// Cosines of rows with anchors, less their mean: (rows, anchors). What all rows share is left out before float32 could lose
/// what they do not.
Matrix relative_rows(const Space& space, const std::vector<Index>& rows, const std::vector<Index>& anchors, int threads) {
  const Matrix of = gather(space.offset, anchors), from = gather(space.offset, rows);
  Matrix out(from.rows(), of.rows());
  parallel_blocks(out.rows(), kBlockRows, threads, [&](Index first, Index count) {
    gemm(from.view().middle_rows(first, count), false, of, true, out.span().middle_rows(first, count));
    for (Index i = first; i < first + count; ++i) {
      const float along = space.along[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])];
      for (Index j = 0; j < out.cols(); ++j) out(i, j) += along;
    }
  });
  subtract_mean(out);
  return out;
}

/// Mean cosine, top-1 and mean rank of centred rows a (n, d) with their partners in b (n, d).
std::vector<Estimate> retrieve(const Matrix& a, const Matrix& b, const MeasureOptions& options, const char* stage) {
  EvaluateOptions evaluation;
  evaluation.pool = std::min(options.pool, a.rows());
  evaluation.bootstrap = options.bootstrap;
  evaluation.seed = options.seed;
  evaluation.threads = options.threads;
  evaluation.progress = options.progress;
  const Matrix origin(1, b.cols());  // both sides are centred already
  const Evaluation value = evaluate(a, b, origin, evaluation);

  // As many permutations at once as have room for their rows; the threads are divided among them.
  const int threads = thread_count(options.threads);
  const Index fit = kPermutedBytes / std::max<Index>(1, b.rows() * b.cols() * static_cast<Index>(sizeof(float)));
  const int at_once = static_cast<int>(std::clamp<Index>(fit, 1, threads));
  evaluation.threads = threads / at_once;
  evaluation.bootstrap = 0;
  evaluation.progress = {};
  const double flops = 2.0 * static_cast<double>(a.rows()) * static_cast<double>(evaluation.pool * a.cols());
  auto null = null_values(
      a.rows(), affordable_permutations(options.permutations, flops), 3,
      [&](const Pairing& pairing, std::span<double> out) {
        const Evaluation permuted = evaluate(a, gather(b, pairing), origin, evaluation);
        out[0] = permuted.cosine.value;
        out[1] = permuted.top1.value;
        out[2] = permuted.mean_rank.value;
      },
      options, stage, at_once);
  const auto estimate = [&](const char* key, const Score& score, std::size_t s) {
    return Estimate{key, score.value, {score.low, score.high}, std::move(null[s]), a.rows()};
  };
  return {estimate("cosine", value.cosine, 0), estimate("top1", value.top1, 1), estimate("rank", value.mean_rank, 2)};
}

}  // namespace

std::vector<Estimate> measure_relative(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = a.rows(), count = std::min(options.anchors, n / 4);
  const std::vector<Index> order = Random(options.seed, Stream::kRelativeAnchors).sample(n, n);
  const std::vector<Index> anchors(order.begin(), order.begin() + count), rows(order.begin() + count, order.end());
  std::vector<Estimate> estimates =
      retrieve(relative_rows(a, rows, anchors, options.threads), relative_rows(b, rows, anchors, options.threads), options,
               "relative representations");
  for (Estimate& e : estimates) e.key = "relative_" + e.key;
  return estimates;
}

std::vector<Estimate> measure_identity(const Space& a, const Space& b, const MeasureOptions& options) {
  if (a.dim() != b.dim()) return {};
  Matrix rows_a = a.offset, rows_b = b.offset;
  subtract_mean(rows_a);
  subtract_mean(rows_b);
  std::vector<Estimate> estimates = retrieve(rows_a, rows_b, options, "identity");
  for (Estimate& e : estimates) e.key = "identity_" + e.key;
  return estimates;
}

}  // namespace vec2vec
