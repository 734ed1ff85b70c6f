// SPDX-License-Identifier: Apache-2.0
#include "core/matrix/gemm.h"

#include <algorithm>

#include "core/cpu/level.h"
#include "core/parallel.h"

#ifdef VEC2VEC_ONEDNN
#include <oneapi/dnnl/dnnl.h>

#include "vec2vec/error.h"

extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);
#else
#include "core/matrix/blas.h"
#endif

namespace vec2vec {

#ifdef VEC2VEC_ONEDNN

OneOpenMpThread::OneOpenMpThread() : before_(omp_get_max_threads()) {
  cpu_level();  // oneDNN is held to it
  omp_set_num_threads(1);
}

Index rows_of_a_call() {
  constexpr Index kWholeSixes = 48;
  static const bool depend = [] {
    cpu_level();  // oneDNN is held to it
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) != dnnl_cpu_isa_avx512_core;
  }();
  return depend ? kWholeSixes : 0;
}

OneOpenMpThread::~OneOpenMpThread() { omp_set_num_threads(before_); }

void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha, float beta) {
  const Index k = transpose_a ? a.rows : a.cols;
  if (c.rows == 0 || c.cols == 0) return;
  const OneOpenMpThread one;
  const dnnl_status_t status = dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', c.rows, c.cols, k, alpha, a.data,
                                          a.stride, b.data, b.stride, beta, c.data, c.stride);
  if (status != dnnl_success) throw Error(ErrorKind::kInternal, "oneDNN could not multiply two matrices");
}

#else

namespace {
/// So many rows are multiplied as their transpose: in each of OpenBLAS's kernels they are then the lanes of one step.
constexpr Index kOneVector = 16;
}  // namespace

Index rows_of_a_call() { return kOneVector; }

OneOpenMpThread::OneOpenMpThread() = default;
OneOpenMpThread::~OneOpenMpThread() = default;

void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha, float beta) {
  const Index k = transpose_a ? a.rows : a.cols;
  if (c.rows == 0 || c.cols == 0) return;
  const OneBlasThread one_thread;
  if (!transpose_a && beta == 0.0f && c.rows == kOneVector) {
    Matrix turned(c.cols, c.rows);
    cblas_sgemm(CblasRowMajor, transpose_b ? CblasNoTrans : CblasTrans, CblasTrans, static_cast<int>(c.cols),
                static_cast<int>(c.rows), static_cast<int>(k), alpha, b.data, static_cast<int>(b.stride), a.data,
                static_cast<int>(a.stride), 0.0f, turned.row(0), static_cast<int>(c.rows));
    for (Index i = 0; i < c.rows; ++i)
      for (Index j = 0; j < c.cols; ++j) c.row(i)[j] = turned.row(j)[i];
    return;
  }
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
              static_cast<int>(c.rows), static_cast<int>(c.cols), static_cast<int>(k), alpha, a.data,
              static_cast<int>(a.stride), b.data, static_cast<int>(b.stride), beta, c.data, static_cast<int>(c.stride));
}

#endif

Matrix product(MatrixView a, MatrixView b) {
  Matrix c(a.rows, b.cols);
  gemm(a, false, b, false, c.span());
  return c;
}

Matrix cross_product(MatrixView a, MatrixView b, int threads) {
  // Columns of a are split, not rows: no partial sums to add, and the order of additions never depends on the threads.
  Matrix c(a.cols, b.cols);
  const Index step = 64, tasks = (a.cols + step - 1) / step;
  parallel_for(tasks, threads, [&](Index t) {
    const Index begin = t * step, count = std::min(step, a.cols - begin);
    gemm({a.data + begin, a.rows, count, a.stride}, true, b, false, c.span().middle_rows(begin, count));
  });
  return c;
}

}  // namespace vec2vec
