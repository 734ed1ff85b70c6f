#include "core/blas.h"

extern "C" void openblas_set_num_threads(int);

namespace vec2vec {

void use_one_blas_thread() {
  static const bool done = (openblas_set_num_threads(1), true);
  static_cast<void>(done);
}

}  // namespace vec2vec
