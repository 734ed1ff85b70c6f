// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every call of BLAS and LAPACK includes this header, so that no caller forgets OneBlasThread.
#include <cblas.h>
#include <lapacke.h>

namespace vec2vec {

/// While an object of this class lives, on any thread, OpenBLAS runs on one thread; otherwise sums would depend on the number
/// of cores. Make one before you call any BLAS function. OpenBLAS has one thread setting for the whole process, so calls of the
/// host program are affected too; the last object to go restores the setting. A host that changes it while we compute has its
/// change undone, and our sums may then differ in the last bits.
class OneBlasThread {
 public:
  OneBlasThread();
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;
};

}  // namespace vec2vec
