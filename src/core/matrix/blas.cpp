// SPDX-License-Identifier: Apache-2.0
#include "core/matrix/blas.h"

#include <mutex>

extern "C" int openblas_get_num_threads();
extern "C" void openblas_set_num_threads(int);

namespace vec2vec {
namespace {

std::mutex mutex;
int living = 0, before = 1;  // under the mutex

}  // namespace

OneBlasThread::OneBlasThread() {
  const std::lock_guard lock(mutex);
  if (living++ > 0) return;
  before = openblas_get_num_threads();
  if (before != 1) openblas_set_num_threads(1);
}

OneBlasThread::~OneBlasThread() {
  const std::lock_guard lock(mutex);
  if (--living == 0 && before != 1) openblas_set_num_threads(before);
}

}  // namespace vec2vec
