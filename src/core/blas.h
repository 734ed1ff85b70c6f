#pragma once
// The one way to BLAS and LAPACK. Their prototypes come with it, so that no caller can forget the rest.
#include <cblas.h>
#include <lapacke.h>

namespace vec2vec {

/// Sets OpenBLAS to one thread, once a process; to be called before any of its functions, or sums depend on the number of
/// cores. Our own threads call it side by side.
void use_one_blas_thread();

}  // namespace vec2vec
