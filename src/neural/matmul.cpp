#include "neural/matmul.h"

#include "core/gemm.h"
#include "kernels/bf16.h"

#ifdef VEC2VEC_ONEDNN
#include <array>
#include <map>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <vector>
#endif

namespace vec2vec::neural {

void to_bfloat16(const float* from, std::uint16_t* to, Index count) {
  for (Index i = 0; i < count; ++i) to[i] = to_bf16(from[i]);  // NaN does not occur: training stops before
}

#ifdef VEC2VEC_ONEDNN
namespace {

using dnnl::memory;

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

/// The kernel for c (m, n) = a (m, k) b (k, n) with the given strides of a and b, made once per shape.
struct Kernel {
  memory::desc a, b, c, scratch;
  dnnl::matmul primitive;
};

const Kernel& kernel_for(Index m, Index n, Index k, bool transpose_a, bool transpose_b, Index stride_c, bool accumulate) {
  static std::mutex mutex;
  static std::map<std::array<Index, 7>, Kernel> kernels;
  const std::lock_guard lock(mutex);
  const std::array<Index, 7> key{m, n, k, transpose_a, transpose_b, stride_c, accumulate};
  if (const auto found = kernels.find(key); found != kernels.end()) return found->second;
  const OneOpenMpThread one;  // kernels are made for a number of threads
  using Type = memory::data_type;
  const memory::desc a({m, k}, Type::bf16, transpose_a ? memory::dims{1, m} : memory::dims{k, 1}),
      b({k, n}, Type::bf16, transpose_b ? memory::dims{1, k} : memory::dims{n, 1}),
      c({m, n}, Type::f32, memory::dims{stride_c, 1});
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // library scratchpads are not for several threads at a time
  if (accumulate) {
    dnnl::post_ops sum;
    sum.append_sum(1.0f);
    attributes.set_post_ops(sum);
  }
  const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, b, c), attributes, engine());
  return kernels.emplace(key, Kernel{a, b, c, description.scratchpad_desc(), dnnl::matmul(description)}).first->second;
}

void multiply(const Kernel& kernel, const std::uint16_t* a, const std::uint16_t* b, float* c) {
  thread_local std::vector<char> scratch;
  if (scratch.size() < kernel.scratch.get_size() + 64) scratch.resize(kernel.scratch.get_size() + 64);
  void* aligned = scratch.data() + (64 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 64);
  thread_local dnnl::stream stream(engine());
  const OneOpenMpThread one;
  const auto in = [](const std::uint16_t* p) { return const_cast<std::uint16_t*>(p); };
  kernel.primitive.execute(stream, {{DNNL_ARG_SRC, memory(kernel.a, engine(), in(a))},
                                    {DNNL_ARG_WEIGHTS, memory(kernel.b, engine(), in(b))},
                                    {DNNL_ARG_DST, memory(kernel.c, engine(), c)},
                                    {DNNL_ARG_SCRATCHPAD, memory(kernel.scratch, engine(), aligned)}});
  stream.wait();
}

/// The rows of m, rounded and without gaps, in a buffer of this thread: one for each `which` (0 or 1).
const std::uint16_t* halves_of(MatrixView m, int which) {
  thread_local std::array<std::vector<std::uint16_t>, 2> buffers;
  std::vector<std::uint16_t>& buffer = buffers[static_cast<std::size_t>(which)];
  if (buffer.size() < static_cast<std::size_t>(m.rows * m.cols)) buffer.resize(static_cast<std::size_t>(m.rows * m.cols));
  for (Index i = 0; i < m.rows; ++i) to_bfloat16(m.row(i), buffer.data() + i * m.cols, m.cols);
  return buffer.data();
}

}  // namespace

void matmul(MatrixView a, MatrixView w, const std::uint16_t* w_half, bool transpose_w, MatrixSpan c, bool accumulate) {
  if (!w_half) return gemm(a, false, w, transpose_w, c, 1.0f, accumulate ? 1.0f : 0.0f);
  multiply(kernel_for(c.rows, c.cols, a.cols, false, transpose_w, c.stride, accumulate), halves_of(a, 0), w_half, c.data);
}

void add_transposed_product(MatrixView a, MatrixView b, bool half, MatrixSpan c) {
  if (!half) return gemm(a, true, b, false, c, 1.0f, 1.0f);
  multiply(kernel_for(c.rows, c.cols, a.rows, true, false, c.stride, true), halves_of(a, 0), halves_of(b, 1), c.data);
}

#else

void matmul(MatrixView a, MatrixView w, const std::uint16_t*, bool transpose_w, MatrixSpan c, bool accumulate) {
  gemm(a, false, w, transpose_w, c, 1.0f, accumulate ? 1.0f : 0.0f);
}

void add_transposed_product(MatrixView a, MatrixView b, bool, MatrixSpan c) { gemm(a, true, b, false, c, 1.0f, 1.0f); }

#endif

}  // namespace vec2vec::neural
