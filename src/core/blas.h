#pragma once
// The one way to BLAS and LAPACK. Their prototypes come with it, so that no caller can forget the rest.
#include <cblas.h>
#include <lapacke.h>

namespace vec2vec {

/// Sets OpenBLAS to one thread, once a process; to be called before any of its functions. Our own threads call it side by side,
/// and sums must not depend on their number. It starts OpenBLAS's workers first, which spin for 30 ms: programs that need no
/// BLAS do not pay for it.
void use_one_blas_thread();

}  // namespace vec2vec
