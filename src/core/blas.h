#pragma once
// The one way to BLAS and LAPACK. Their prototypes come with it, so that no caller can forget the rest.
#include <cblas.h>
#include <lapacke.h>

namespace vec2vec {

/// While one lives, on any thread, OpenBLAS runs on one thread, or sums would depend on the number of cores; to be made before
/// any of its functions is called. OpenBLAS knows one number of threads for the whole process: the host's own calls share it
/// meanwhile, and the number that it had set is back when the last of these is gone. A host that sets it while we compute
/// gets it undone, and our sums may then differ in the last bits.
class OneBlasThread {
 public:
  OneBlasThread();
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;
};

}  // namespace vec2vec
