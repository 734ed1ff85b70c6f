// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include "core/matrix/blas.h"

extern "C" int openblas_get_num_threads();
extern "C" void openblas_set_num_threads(int);

namespace vec2vec {
namespace {

TEST(Parallel, EveryTaskIsDoneOnce) {
  for (const int threads : {1, 2, 7}) {
    std::vector<std::atomic<int>> done(1000);
    parallel_for(1000, threads, [&](Index i) { ++done[static_cast<std::size_t>(i)]; });
    for (const auto& times : done) ASSERT_EQ(times, 1);
  }
}

TEST(Parallel, TheFirstExceptionComesOutAfterAllTasksEnded) {
  for (const int threads : {1, 2, 7}) {
    std::atomic<int> running = 0;
    const auto work = [&] {
      parallel_for(1000, threads, [&](Index i) {
        ++running;
        struct End {
          std::atomic<int>& count;
          ~End() { --count; }
        } const end{running};
        if (i == 17) throw std::runtime_error("task 17");
      });
    };
    EXPECT_THROW(work(), std::runtime_error);
    EXPECT_EQ(running, 0);
  }
}

TEST(Blas, HasTheThreadsOfItsHostAgain) {
  const int host = openblas_get_num_threads();
  openblas_set_num_threads(3);
  {
    const OneBlasThread outer;
    EXPECT_EQ(openblas_get_num_threads(), 1);
    { const OneBlasThread inner; }
    EXPECT_EQ(openblas_get_num_threads(), 1);
    parallel_for(50, 4, [](Index) {
      const OneBlasThread one;
      EXPECT_EQ(openblas_get_num_threads(), 1);
    });
  }
  EXPECT_EQ(openblas_get_num_threads(), 3);
  openblas_set_num_threads(host);
}

}  // namespace
}  // namespace vec2vec
