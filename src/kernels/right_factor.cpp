// SPDX-License-Identifier: Apache-2.0
#include "kernels/right_factor.h"

#include <cmath>
#include <cstdint>

#include "core/bf16.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "kernels/lane_sum.h"
#include "kernels/loops/loops.h"
#include "kernels/onednn_engine.h"
#include "vec2vec/error.h"

#ifdef VEC2VEC_ONEDNN
#include <algorithm>
#endif

namespace vec2vec {
Bf16Rows round_to_bf16(MatrixView rows, int threads) {
  constexpr Index kBlockRows = 64;
  Bf16Rows rounded{rows.cols, std::vector<std::uint16_t>(static_cast<std::size_t>(rows.rows * rows.cols)),
                   std::vector<double>(static_cast<std::size_t>(rows.rows))};
  parallel_blocks(rows.rows, kBlockRows, threads, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const float* row = rows.row(i);
      std::uint16_t* out = rounded.values.data() + i * rows.cols;
      loops().to_bf16(row, out, rows.cols);
      rounded.moved[static_cast<std::size_t>(i)] = std::sqrt(sum_in_double(rows.cols, [&](Index j) {
        const double error = row[j] - from_bf16(out[j]);
        return error * error;
      }));
    }
  });
  return rounded;
}

#ifdef VEC2VEC_ONEDNN

namespace {

using dnnl::memory;

/// x (b, k) times a tile (k, n), into rows `stride` apart. oneDNN keeps what it compiled for earlier calls of these sizes.
dnnl::matmul::primitive_desc product_of(Index b, Index k, Index n, Index stride) {
  return {{{{b, k}, memory::data_type::bf16, memory::dims{k, 1}},
           {{k, n}, memory::data_type::bf16, memory::format_tag::any},
           {{b, n}, memory::data_type::f32, memory::dims{stride, 1}}},
          cpu_engine()};
}

}  // namespace

bool has_bf16() {
  static const bool has = [] {
    if (cpu_level() != CpuLevel::kNative && cpu_level() != CpuLevel::kBf16) return false;
    const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
    return isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
  }();
  return has;
}

struct RightFactor::Packed {
  Index depth = 0, width = 0;  ///< the factor is (depth, width)
  std::vector<memory> tiles;   ///< (depth, up to kTile) each, in the layout that oneDNN asked for
};

RightFactor::RightFactor(MatrixView y, Shape shape, bool bf16, int threads) : y_(y), shape_(shape) {
  if (!bf16 || !has_bf16() || y.rows == 0 || y.cols == 0) return;
  const bool transposed = shape == kTransposed;
  packed_ = std::make_unique<Packed>(transposed ? Packed{y.cols, y.rows, {}} : Packed{y.rows, y.cols, {}});
  const Index depth = packed_->depth, width = packed_->width, count = (width + kTile - 1) / kTile;
  packed_->tiles.resize(static_cast<std::size_t>(count));
  parallel_for(count, threads, [&](Index t) {
    const OneOpenMpThread one;
    const Index n = std::min(kTile, width - t * kTile);
    const float* first = transposed ? y.row(t * kTile) : y.data + t * kTile;
    memory plain({{depth, n}, memory::data_type::f32, transposed ? memory::dims{1, y.stride} : memory::dims{y.stride, 1}},
                 cpu_engine(), const_cast<float*>(first));
    memory packed(product_of(64, depth, n, width).weights_desc(), cpu_engine());  // the same layout for any number of rows
    dnnl::stream stream(cpu_engine());
    dnnl::reorder(plain, packed).execute(stream, plain, packed);
    stream.wait();
    packed_->tiles[static_cast<std::size_t>(t)] = std::move(packed);
  });
}

void RightFactor::multiply(MatrixView x, MatrixSpan out) const {
  if (!packed_) return gemm(x, false, y_, shape_ == kTransposed, out);
  thread_local std::vector<std::uint16_t> rounded;
  rounded.resize(static_cast<std::size_t>(x.rows * x.cols));
  for (Index i = 0; i < x.rows; ++i) loops().to_bf16(x.row(i), rounded.data() + i * x.cols, x.cols);
  multiply(rounded.data(), out);
}

void RightFactor::multiply(const std::uint16_t* x, MatrixSpan out) const {
  for (Index first = 0; first < out.cols; first += kTile)
    multiply_tile(x, first, {out.data + first, out.rows, std::min(kTile, out.cols - first), out.stride});
}

void RightFactor::multiply_tile(const std::uint16_t* x, Index first, MatrixSpan out) const {
  const OneOpenMpThread one;
  const Index depth = packed_->depth;
  const memory left({{out.rows, depth}, memory::data_type::bf16, memory::dims{depth, 1}}, cpu_engine(),
                    const_cast<std::uint16_t*>(x));
  dnnl::stream stream(cpu_engine());
  const auto description = product_of(out.rows, depth, out.cols, out.stride);
  memory tile = packed_->tiles[static_cast<std::size_t>(first / kTile)];
  if (description.weights_desc() != tile.get_desc()) {
    memory other(description.weights_desc(), cpu_engine());
    dnnl::reorder(tile, other).execute(stream, tile, other);
    tile = other;
  }
  const memory result(description.dst_desc(), cpu_engine(), out.data);
  dnnl::matmul(description).execute(stream, {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, tile}, {DNNL_ARG_DST, result}});
  stream.wait();
}

#else

bool has_bf16() { return false; }
struct RightFactor::Packed {};
RightFactor::RightFactor(MatrixView y, Shape shape, bool, int) : y_(y), shape_(shape) {}
void RightFactor::multiply(MatrixView x, MatrixSpan out) const { gemm(x, false, y_, shape_ == kTransposed, out); }
void RightFactor::multiply(const std::uint16_t* x, MatrixSpan out) const { multiply_tile(x, 0, out); }
void RightFactor::multiply_tile(const std::uint16_t*, Index, MatrixSpan) const {
  throw Error(ErrorKind::kInternal, "a product in bfloat16 needs oneDNN");
}

#endif

void RightFactor::multiply_tile(const float* x, Index first, MatrixSpan out) const {
  const bool transposed = shape_ == kTransposed;
  const MatrixView tile =
      transposed ? y_.middle_rows(first, out.cols) : MatrixView{y_.data + first, y_.rows, out.cols, y_.stride};
  gemm({x, out.rows, depth()}, false, tile, transposed, out);
}

void RightFactor::multiply(const Bf16Rows& x, Index first, MatrixSpan out) const {
  multiply(x.values.data() + first * x.cols, out);
}

RightFactor::~RightFactor() = default;

}  // namespace vec2vec
