// SPDX-License-Identifier: Apache-2.0
#include "kernels/soft_match.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "core/parallel.h"
#include "kernels/exp.h"
#include "kernels/loops/loops.h"
#include "kernels/right_factor.h"

namespace vec2vec {
namespace {

/// Rows of x in a block. With fewer the product waits for y; more rows of cosines do not fit a level-2 cache.
constexpr Index kBlockRows = 128, kSparseBlockRows = 64;

/// Values that are written before they are read.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : size_(size), values_(PageAllocator<T>().allocate(size), Free{size}) {}
  std::size_t size() const { return size_; }
  T* data() { return values_.get(); }

 private:
  struct Free {
    std::size_t size = 0;
    void operator()(T* values) const noexcept { PageAllocator<T>().deallocate(values, size); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<T[], Free> values_;
};

/// The uses of a thread's memory.
enum class Use { kKernel, kRoundedRows, kCosines };

/// Memory of this thread and this use for `count` values; valid until the thread asks for more.
template <class T, Use>
T* room_of_thread(Index values) {
  thread_local Buffer<T> room;
  if (room.size() < static_cast<std::size_t>(values)) room = Buffer<T>(static_cast<std::size_t>(values));
  return room.data();
}

/// A (rows, cols) buffer of cosines of this thread. Its rows are not a power of two apart: they would share lines of the cache.
MatrixSpan cosine_buffer(Index rows, Index cols) {
  const Index stride = cols + 16;
  return {room_of_thread<float, Use::kCosines>(rows * stride), rows, cols, stride};
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

/// Kernels of up to this size are kept between passes, larger ones made again in each (docs/research/speed.md, one kernel).
constexpr Index kKeptBytes = Index{128} << 20;
/// Memory up to this size stays with its thread from call to call, for a search makes thousands of small kernels.
constexpr Index kReusedBytes = Index{4} << 20;

/// The kernel exp((S - 1) / temperature) in blocks of rows. Entry is std::uint16_t for bfloat16, else float.
template <class Entry>
class Kernel {
 public:
  Kernel(MatrixView x, const RightFactor& cosines, Index m, float temperature)
      : x_(x), cosines_(cosines), m_(m), scale_(1 / temperature) {
    const Index entries = x.rows * m, size = sizeof(Entry);
    if (entries <= kReusedBytes / size) {
      kept_ = room_of_thread<Entry, Use::kKernel>(entries);
    } else if (entries <= kKeptBytes / size) {
      memory_ = Buffer<Entry>(static_cast<std::size_t>(entries));
      kept_ = memory_.data();
    }
  }

  Index blocks() const { return (x_.rows + kBlockRows - 1) / kBlockRows; }
  Index first(Index b) const { return b * kBlockRows; }
  Index count(Index b) const { return std::min(kBlockRows, x_.rows - first(b)); }

  /// Rows (count(b), m) of block b; valid until this thread asks for another. The first pass over a block makes it.
  const Entry* rows(Index b, bool first_pass) const {
    if (kept_ && !first_pass) return kept_ + first(b) * m_;
    Entry* out = kept_ ? kept_ + first(b) * m_ : room_of_thread<Entry, Use::kKernel>(count(b) * m_);
    make(x_.middle_rows(first(b), count(b)), out);
    return out;
  }

 private:
  /// Rows of the kernel (x.rows, m), tile by tile, so that cosines do not leave the cache before they are exponentials.
  void make(MatrixView x, Entry* out) const {
    constexpr bool kRounded = std::is_same_v<Entry, std::uint16_t>;
    Entry* left = room_of_thread<Entry, Use::kRoundedRows>(x.rows * x.cols);
    for (Index i = 0; i < x.rows; ++i)
      if constexpr (kRounded)
        loops().to_bf16(x.row(i), left + i * x.cols, x.cols);
      else
        std::copy_n(x.row(i), x.cols, left + i * x.cols);
    for (Index first = 0; first < m_; first += RightFactor::kTile) {
      const Index width = std::min(RightFactor::kTile, m_ - first);
      const MatrixSpan s = cosine_buffer(x.rows, width);
      cosines_.multiply_tile(left, first, s);
      for (Index i = 0; i < x.rows; ++i) exponentials(s.row(i), out + i * m_ + first, width);
    }
  }
  void exponentials(const float* s, std::uint16_t* out, Index n) const { loops().exp_kernel_bf16(s, scale_, out, n); }
  void exponentials(const float* s, float* out, Index n) const {
    std::copy_n(s, n, out);
    loops().exp_kernel(out, scale_, n);
  }

  MatrixView x_;
  const RightFactor& cosines_;
  Index m_;
  float scale_;
  Buffer<Entry> memory_;
  Entry* kept_ = nullptr;  ///< null: the kernel is made again in each pass
};

/// row . v, and sums += u row, of a row of the kernel (m).
float row_mass(const float* row, const float* v, Index m) { return loops().dot(row, v, m); }
float row_mass(const std::uint16_t* row, const float* v, Index m) { return loops().dot_bf16(row, v, m); }
void add_row(float* sums, float u, const float* row, Index m) { loops().add_scaled(sums, u, row, m); }
void add_row(float* sums, float u, const std::uint16_t* row, Index m) { loops().add_scaled_bf16(sums, u, row, m); }

/// diag(u) K diag(v) carried: the columns' scale goes to the rows of carried, the rows' scale to the result.
template <class Entry>
Matrix soft_match_dense(const Kernel<Entry>& kernel, Index n, MatrixView carried, const SoftMatchOptions& options) {
  const Index m = carried.rows;
  std::vector<float> v(static_cast<std::size_t>(m), 1.0f);
  ColumnSums column_sums(kernel.blocks(), m);
  for (int pass = 0; pass < options.passes; ++pass) {
    column_sums.sweep(options.threads, [&](Index b, float* sums) {
      const Entry* rows = kernel.rows(b, pass == 0);
      for (Index i = 0; i < kernel.count(b); ++i, rows += m)
        add_row(sums, pass == 0 ? 1.0f : 1.0f / (row_mass(rows, v.data(), m) + 1e-30f), rows, m);
    });
    column_sums.invert(v);
  }
  Matrix scaled(m, carried.cols), targets(n, carried.cols);
  for (Index j = 0; j < m; ++j) loops().scale(scaled.row(j), v[static_cast<std::size_t>(j)], carried.row(j), carried.cols);
  const RightFactor carry(scaled, RightFactor::kAsIs, options.bf16, options.threads);
  parallel_for(kernel.blocks(), options.threads, [&](Index b) {
    const Entry* rows = kernel.rows(b, options.passes == 0);
    const MatrixSpan out = targets.span().middle_rows(kernel.first(b), kernel.count(b));
    carry.multiply(rows, out);
    for (Index i = 0; i < out.rows; ++i)  // every row of P sums to 1
      loops().scale(out.row(i), 1.0f / (row_mass(rows + i * m, v.data(), m) + 1e-30f), out.row(i), out.cols);
  });
  return targets;
}

/// The entries of one block of rows that count: those within kReach temperatures of the row's best.
struct SparseBlock {
  std::vector<Index> row_end;
  std::vector<std::int32_t> column;
  std::vector<float> value;  ///< exp((S_ij - best of row i) / temperature)
  std::vector<float> best;   ///< the row's largest S_ij
};
/// How far below the best cosine an entry counts, in temperatures: the rest weighs below e^-6 = 0.0025 of the best. Not tuned:
/// the sparse coupling has to agree with the reference (tests/kernels).
constexpr float kReach = 6.0f;
/// Sparse when fewer than one entry in this many counts, for kernels of up to kKeptBytes and for larger ones (speed.md too).
constexpr Index kSparse = 100, kSparseLarge = 30;

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
  const Index n = x.rows, size = kSparseBlockRows;
  blocks.resize(static_cast<std::size_t>((n + size - 1) / size));
  const Index rare = n > kKeptBytes / 2 / m ? kSparseLarge : kSparse;
  std::atomic<bool> dense{false};
  parallel_for(static_cast<Index>(blocks.size()), options.threads, [&](Index b) {
    if (dense) return;
    const Index begin = b * size, count = std::min(size, n - begin);
    const MatrixSpan s = cosine_buffer(count, m);
    cosines.multiply(x.middle_rows(begin, count), s);
    SparseBlock& block = blocks[static_cast<std::size_t>(b)];
    for (Index i = 0; i < count; ++i) keep_row(s.row(i), m, options.temperature, block);
    if (static_cast<Index>(block.column.size()) * rare > count * m) dense = true;
  });
  return !dense;
}

/// The same coupling from the entries that count: one GEMM in all. Rows are scaled by their best entry, which u takes back.
Matrix soft_match_sparse(Index n, Index m, MatrixView carried, const SoftMatchOptions& options,
                         const std::vector<SparseBlock>& blocks) {
  const Index count = static_cast<Index>(blocks.size());
  const Loops& loop = loops();
  std::vector<float> v(static_cast<std::size_t>(m));
  ColumnSums column_sums(count, m);
  Matrix targets(n, carried.cols);
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
        float* target = targets.row(b * kSparseBlockRows + static_cast<Index>(i));
        for (; e < end; ++e) {
          const std::int32_t j = block.column[e];
          if (last)
            loop.add_scaled(target, u * block.value[e] * v[static_cast<std::size_t>(j)], carried.row(j), carried.cols);
          else
            sums[j] += u * block.value[e];
        }
      }
    });
    if (!last) column_sums.invert(v);
  }
  return targets;
}

}  // namespace

Matrix soft_match(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options) {
  const RightFactor cosines(y, RightFactor::kTransposed, options.bf16, options.threads);
  if (options.temperature <= 0.05f && y.cols >= 96) {  // elsewhere the coupling is never sparse
    std::vector<SparseBlock> blocks;
    if (sparse_kernel(x, cosines, y.rows, options, blocks)) return soft_match_sparse(x.rows, y.rows, carried, options, blocks);
  }
  if (options.bf16 && has_bf16())
    return soft_match_dense(Kernel<std::uint16_t>(x, cosines, y.rows, options.temperature), x.rows, carried, options);
  return soft_match_dense(Kernel<float>(x, cosines, y.rows, options.temperature), x.rows, carried, options);
}

double soft_score(MatrixView x, MatrixView counterparts) {
  double sum = 0;
  for (Index i = 0; i < x.rows; ++i) sum += loops().dot_in_double(x.row(i), counterparts.row(i), x.cols);
  return sum / static_cast<double>(std::max<Index>(1, x.rows));
}

Matrix soft_match_reference(MatrixView x, MatrixView y, MatrixView carried, const SoftMatchOptions& options) {
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
  Matrix targets(n, carried.cols);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < m; ++j) {
      const double p = u[static_cast<std::size_t>(i)] * kernel(i, j) * v[static_cast<std::size_t>(j)];
      for (Index c = 0; c < carried.cols; ++c) targets(i, c) += static_cast<float>(p * carried.row(j)[c]);
    }
  return targets;
}

}  // namespace vec2vec
