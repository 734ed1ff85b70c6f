// SPDX-License-Identifier: Apache-2.0
#include "neural/matmul.h"

#include "core/matrix/gemm.h"
#include "kernels/loops/loops.h"
#include "kernels/onednn_engine.h"

#ifdef VEC2VEC_ONEDNN
#include <array>
#include <map>
#include <mutex>
#include <vector>
#endif

namespace vec2vec::neural {

void to_bfloat16(const float* from, std::uint16_t* to, Index count) {
  loops().to_bf16(from, to, count);  // NaN does not occur: training stops before
}

#ifdef VEC2VEC_ONEDNN
namespace {

using dnnl::memory;

/// The kernel for c (m, n) = a (m, k) b (k, n), made once per shape; b is packed, or plain when a is transposed.
struct Kernel {
  memory::desc a, b, c, scratch;
  dnnl::matmul primitive;
};

memory::desc packed_shape(Index k, Index n) {
  // The order of b's numbers does not depend on the rows of a.
  constexpr Index kAnyRows = 128;
  const memory::desc a({kAnyRows, k}, memory::data_type::bf16, memory::dims{k, 1}),
      b({k, n}, memory::data_type::bf16, memory::format_tag::any), c({kAnyRows, n}, memory::data_type::f32, memory::dims{n, 1});
  return dnnl::matmul::primitive_desc(dnnl::matmul::desc(a, b, c), cpu_engine()).weights_desc();
}

const Kernel& kernel_for(Index m, Index n, Index k, bool transpose_a, Index stride_c, bool accumulate) {
  static std::mutex mutex;
  static std::map<std::array<Index, 6>, Kernel> kernels;
  const std::lock_guard lock(mutex);
  const std::array<Index, 6> key{m, n, k, transpose_a, stride_c, accumulate};
  if (const auto found = kernels.find(key); found != kernels.end()) return found->second;
  const OneOpenMpThread one;  // kernels are made for a number of threads
  using Type = memory::data_type;
  const memory::desc a({m, k}, Type::bf16, transpose_a ? memory::dims{1, m} : memory::dims{k, 1}),
      b = transpose_a ? memory::desc({k, n}, Type::bf16, memory::dims{n, 1}) : packed_shape(k, n),
      c({m, n}, Type::f32, memory::dims{stride_c, 1});
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // library scratchpads are not for several threads at a time
  if (accumulate) {
    dnnl::post_ops sum;
    sum.append_sum(1.0f);
    attributes.set_post_ops(sum);
  }
  const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, b, c), attributes, cpu_engine());
  return kernels.emplace(key, Kernel{a, b, c, description.scratchpad_desc(), dnnl::matmul(description)}).first->second;
}

/// Room of this thread for count values, one for each `which`; what was there is lost.
template <class T, int which>
T* room(std::size_t count) {
  thread_local std::vector<T, PageAllocator<T>> values;
  if (values.size() < count) values = std::vector<T, PageAllocator<T>>(count);
  return values.data();
}

dnnl::stream& stream() {
  thread_local dnnl::stream own(cpu_engine());
  return own;
}

memory given(const memory::desc& shape, const void* data) { return {shape, cpu_engine(), const_cast<void*>(data)}; }

void multiply(const Kernel& kernel, const std::uint16_t* a, const std::uint16_t* b, float* c) {
  const OneOpenMpThread one;
  kernel.primitive.execute(stream(), {{DNNL_ARG_SRC, given(kernel.a, a)},
                                      {DNNL_ARG_WEIGHTS, given(kernel.b, b)},
                                      {DNNL_ARG_DST, given(kernel.c, c)},
                                      {DNNL_ARG_SCRATCHPAD, given(kernel.scratch, room<char, 0>(kernel.scratch.get_size()))}});
  stream().wait();
}

/// The rows of m, rounded and without gaps, in room of this thread: one for each `which`.
template <int which>
const std::uint16_t* halves_of(MatrixView m) {
  auto* halves = room<std::uint16_t, which>(static_cast<std::size_t>(m.rows * m.cols));
  for (Index i = 0; i < m.rows; ++i) to_bfloat16(m.row(i), halves + i * m.cols, m.cols);
  return halves;
}

}  // namespace

Index packed_size(Index k, Index m) { return static_cast<Index>(packed_shape(k, m).get_size() / sizeof(std::uint16_t)); }

void pack(MatrixView w, std::uint16_t* packed, std::uint16_t* packed_transposed) {
  const OneOpenMpThread one;
  const std::uint16_t* halves = halves_of<0>(w);
  const auto lay_out = [&](Index k, Index m, memory::dims strides, std::uint16_t* to) {
    const memory from = given({{k, m}, memory::data_type::bf16, std::move(strides)}, halves),
                 into = given(packed_shape(k, m), to);
    dnnl::reorder(from, into).execute(stream(), const_cast<memory&>(from), const_cast<memory&>(into));
  };
  lay_out(w.rows, w.cols, {w.cols, 1}, packed);
  lay_out(w.cols, w.rows, {1, w.cols}, packed_transposed);
  stream().wait();
}

void matmul(MatrixView a, MatrixView w, const std::uint16_t* packed, bool transpose_w, MatrixSpan c, bool accumulate) {
  if (!packed) return gemm(a, false, w, transpose_w, c, 1.0f, accumulate ? 1.0f : 0.0f);
  multiply(kernel_for(c.rows, c.cols, a.cols, false, c.stride, accumulate), halves_of<0>(a), packed, c.data);
}

void transposed_product(MatrixView a, MatrixView b, bool half, MatrixSpan c, bool accumulate) {
  if (!half) return gemm(a, true, b, false, c, 1.0f, accumulate ? 1.0f : 0.0f);
  multiply(kernel_for(c.rows, c.cols, a.rows, true, c.stride, accumulate), halves_of<0>(a), halves_of<1>(b), c.data);
}

#else

Index packed_size(Index, Index) { return 0; }

void pack(MatrixView, std::uint16_t*, std::uint16_t*) {}

void matmul(MatrixView a, MatrixView w, const std::uint16_t*, bool transpose_w, MatrixSpan c, bool accumulate) {
  gemm(a, false, w, transpose_w, c, 1.0f, accumulate ? 1.0f : 0.0f);
}

void transposed_product(MatrixView a, MatrixView b, bool, MatrixSpan c, bool accumulate) {
  gemm(a, true, b, false, c, 1.0f, accumulate ? 1.0f : 0.0f);
}

#endif

}  // namespace vec2vec::neural
