#include "kernels/soft_match.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/parallel.h"
#include "kernels/exp.h"
#include "kernels/loops/loops.h"
#include "kernels/right_factor.h"

namespace vec2vec {
namespace {

/// Rows of x a block: a block of cosines (b, m) should stay in a level-2 cache. Depends on m alone, so that sums over blocks
/// do not depend on the threads.
Index block_rows(Index m) { return std::clamp<Index>((1 << 17) / std::max<Index>(m, 1) / 16 * 16, 32, 256); }

/// A (rows, cols) buffer of this thread, kept between calls.
MatrixSpan thread_buffer(Index rows, Index cols) {
  thread_local Matrix buffer;
  if (buffer.rows() * buffer.cols() < rows * cols) buffer = Matrix(rows, cols);
  return {buffer.data(), rows, cols, cols};
}

/// Column sums of the coupling, kept for each of some stripes of consecutive blocks of rows: enough tasks for the threads, and
/// an order of additions that does not depend on them.
class ColumnSums {
 public:
  ColumnSums(Index blocks, Index m) : blocks_(blocks), partial_(std::min<Index>(blocks, 64), m) {}

  /// Calls body(block, sums (m)) for each block; body adds to the sums of its stripe.
  template <class Body>
  void sweep(int threads, Body body) {
    const Index stripes = partial_.rows();
    parallel_for(stripes, threads, [&](Index s) {
      float* sums = partial_.row(s);
      std::fill_n(sums, partial_.cols(), 0.0f);
      for (Index b = s * blocks_ / stripes; b < (s + 1) * blocks_ / stripes; ++b) body(b, sums);
    });
  }

  /// v_j = 1 / sum_j of the last sweep.
  void invert(std::vector<float>& v) const {
    std::fill(v.begin(), v.end(), 0.0f);
    for (Index s = 0; s < partial_.rows(); ++s) loops().add_scaled(v.data(), 1.0f, partial_.row(s), partial_.cols());
    for (float& value : v) value = 1.0f / (value + 1e-30f);
  }

 private:
  Index blocks_;
  Matrix partial_;
};

/// One sweep over all entries a Sinkhorn pass, and one for the result.
SoftMatch soft_match_dense(MatrixView x, const RightFactor& cosines, Index m, MatrixView carried,
                           const SoftMatchOptions& options) {
  const Index n = x.rows, block = block_rows(m), blocks = (n + block - 1) / block;
  const float scale = 1.0f / options.temperature;
  const Loops& loop = loops();
  const RightFactor carry(carried, RightFactor::kAsIs, options.bf16, options.threads);
  std::vector<float> v(static_cast<std::size_t>(m), 1.0f);
  ColumnSums column_sums(blocks, m);
  SoftMatch result{Matrix(n, carried.cols), 0};
  std::vector<double> weighted(static_cast<std::size_t>(blocks));

  for (int pass = 0; pass <= options.passes; ++pass) {
    const bool first = pass == 0, last = pass == options.passes;
    column_sums.sweep(options.threads, [&](Index b, float* sums) {
      const Index begin = b * block, count = std::min(block, n - begin);
      const MatrixSpan buffer = thread_buffer(count + 1, m), kernel = buffer.middle_rows(0, count);
      float* p = buffer.row(count);
      cosines.multiply(x.middle_rows(begin, count), kernel);
      for (Index i = 0; i < count; ++i) {
        float* k = kernel.row(i);
        if (first && !last) {  // u = 1
          loop.add_exp_kernel(sums, k, scale, m);
          continue;
        }
        if (last) {
          const float u = 1.0f / (loop.weigh_exp_kernel(p, k, scale, v.data(), m) + 1e-30f);  // every row of P sums to 1
          weighted[static_cast<std::size_t>(b)] += u * loop.dot(p, k, m);
          loop.scale(k, u, p, m);
          continue;
        }
        loop.exp_kernel(k, scale, m);
        const float u = 1.0f / (loop.dot(k, v.data(), m) + 1e-30f);
        loop.add_scaled(sums, u, k, m);
      }
      if (last) carry.multiply(kernel, result.targets.span().middle_rows(begin, count));
    });
    if (!last) column_sums.invert(v);
  }
  for (double w : weighted) result.score += w / static_cast<double>(n);
  return result;
}

/// The entries of one block of rows that count: those within kReach temperatures of the row's best.
struct SparseBlock {
  std::vector<Index> row_end;
  std::vector<std::int32_t> column;
  std::vector<float> value;  ///< exp((S_ij - best of row i) / temperature)
  std::vector<float> best;   ///< the row's largest S_ij
};
constexpr float kReach = 6.0f;  // what is left out weighs less than e^-6 of the best
constexpr Index kSparse = 100;  // sparse only when fewer than one entry in so many is kept

void keep_row(const float* s, Index m, float temperature, SparseBlock& block) {
  const Loops& loop = loops();
  const float best = loop.largest(s, m);
  thread_local std::vector<std::int32_t> kept;
  if (kept.size() < static_cast<std::size_t>(m)) kept.resize(static_cast<std::size_t>(m));
  const Index count = loop.above(s, best - kReach * temperature, kept.data(), m);
  for (Index e = 0; e < count; ++e) {
    const std::int32_t j = kept[static_cast<std::size_t>(e)];
    block.column.push_back(j);
    block.value.push_back(fast_exp((s[j] - best) / temperature));
  }
  block.row_end.push_back(static_cast<Index>(block.column.size()));
  block.best.push_back(best);
}

/// Sets blocks and returns true when the coupling is sparse; gives up early, returning false, when it is not.
bool sparse_kernel(MatrixView x, const RightFactor& cosines, Index m, const SoftMatchOptions& options,
                   std::vector<SparseBlock>& blocks) {
  const Index n = x.rows, size = block_rows(m);
  blocks.resize(static_cast<std::size_t>((n + size - 1) / size));
  std::atomic<bool> dense{false};
  parallel_for(static_cast<Index>(blocks.size()), options.threads, [&](Index b) {
    if (dense) return;
    const Index begin = b * size, count = std::min(size, n - begin);
    const MatrixSpan s = thread_buffer(count, m);
    cosines.multiply(x.middle_rows(begin, count), s);
    SparseBlock& block = blocks[static_cast<std::size_t>(b)];
    for (Index i = 0; i < count; ++i) keep_row(s.row(i), m, options.temperature, block);
    if (static_cast<Index>(block.column.size()) * kSparse > count * m) dense = true;
  });
  return !dense;
}

/// The same coupling from the entries that count: one GEMM in all. Rows are scaled by their best entry, which u takes back.
SoftMatch soft_match_sparse(Index n, Index m, MatrixView carried, const SoftMatchOptions& options,
                            const std::vector<SparseBlock>& blocks) {
  const Index size = block_rows(m), count = static_cast<Index>(blocks.size());
  const Loops& loop = loops();
  std::vector<float> v(static_cast<std::size_t>(m));
  ColumnSums column_sums(count, m);
  SoftMatch result{Matrix(n, carried.cols), 0};
  std::vector<double> weighted(static_cast<std::size_t>(count));
  for (int pass = 0; pass <= options.passes; ++pass) {
    const bool first = pass == 0, last = pass == options.passes;
    column_sums.sweep(options.threads, [&](Index b, float* sums) {
      const SparseBlock& block = blocks[static_cast<std::size_t>(b)];
      for (std::size_t i = 0, e = 0; i < block.row_end.size(); ++i) {
        const auto end = static_cast<std::size_t>(block.row_end[i]);
        float mass = 0;
        for (std::size_t k = e; k < end; ++k) mass += block.value[k] * v[static_cast<std::size_t>(block.column[k])];
        // In the first pass u = 1 for the unscaled kernel, so the row's scale comes back in, relative to cosine 1.
        const float u = first ? fast_exp((block.best[i] - 1.0f) / options.temperature) : 1.0f / (mass + 1e-30f);
        float* target = result.targets.row(b * size + static_cast<Index>(i));
        for (; e < end; ++e) {
          const std::int32_t j = block.column[e];
          if (!last) {
            sums[j] += u * block.value[e];
            continue;
          }
          const float p = u * block.value[e] * v[static_cast<std::size_t>(j)];
          loop.add_scaled(target, p, carried.row(j), carried.cols);
          // log of the value gives the cosine back
          weighted[static_cast<std::size_t>(b)] +=
              p * (block.best[i] + options.temperature * std::log(std::max(block.value[e], 1e-30f)));
        }
      }
    });
    if (!last) column_sums.invert(v);
  }
  for (double w : weighted) result.score += w / static_cast<double>(n);
  return result;
}

}  // namespace

SoftMatch soft_match(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options) {
  const RightFactor cosines(y, RightFactor::kTransposed, options.bf16, options.threads);
  if (options.temperature <= 0.05f && y.cols >= 96) {  // elsewhere the coupling is never sparse
    std::vector<SparseBlock> blocks;
    if (sparse_kernel(x, cosines, y.rows, options, blocks)) return soft_match_sparse(x.rows, y.rows, carried, options, blocks);
  }
  return soft_match_dense(x, cosines, y.rows, carried, options);
}

SoftMatch soft_match_reference(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options) {
  const Index n = x.rows, m = y.rows;
  auto similarity = [&](Index i, Index j) {
    double s = 0;
    for (Index c = 0; c < x.cols; ++c) s += static_cast<double>(x.row(i)[c]) * y.row(j)[c];
    return s;
  };
  auto kernel = [&](Index i, Index j) { return std::exp((similarity(i, j) - 1) / options.temperature); };
  std::vector<double> u(static_cast<std::size_t>(n), 1.0), v(static_cast<std::size_t>(m));
  for (int pass = 0; pass < options.passes; ++pass) {
    for (Index j = 0; j < m; ++j) {
      double sum = 0;
      for (Index i = 0; i < n; ++i) sum += u[static_cast<std::size_t>(i)] * kernel(i, j);
      v[static_cast<std::size_t>(j)] = 1 / sum;
    }
    for (Index i = 0; i < n; ++i) {
      double sum = 0;
      for (Index j = 0; j < m; ++j) sum += kernel(i, j) * v[static_cast<std::size_t>(j)];
      u[static_cast<std::size_t>(i)] = 1 / sum;
    }
  }
  SoftMatch result{Matrix(n, carried.cols), 0};
  double weighted = 0, mass = 0;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < m; ++j) {
      const double p = u[static_cast<std::size_t>(i)] * kernel(i, j) * v[static_cast<std::size_t>(j)];
      weighted += p * similarity(i, j);
      mass += p;
      for (Index c = 0; c < carried.cols; ++c) result.targets(i, c) += static_cast<float>(p * carried.row(j)[c]);
    }
  result.score = weighted / mass;
  return result;
}

}  // namespace vec2vec
