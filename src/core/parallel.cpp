// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace vec2vec {

int thread_count(int requested) {
  if (requested > 0) return requested;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

void parallel_for(Index count, int threads, const std::function<void(Index)>& task) {
  threads = static_cast<int>(std::min<Index>(thread_count(threads), count));
  if (threads <= 1) {
    for (Index i = 0; i < count; ++i) task(i);
    return;
  }
  std::atomic<Index> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  auto work = [&] {
    for (Index i; (i = next.fetch_add(1)) < count;) {
      try {
        task(i);
      } catch (...) {
        std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::jthread> pool;  // joins its threads whatever is thrown from here on
  pool.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int t = 1; t < threads; ++t) pool.emplace_back(work);
  } catch (const std::system_error&) {  // the system has no more threads; fewer do the same
  }
  work();
  pool.clear();
  if (failure) std::rethrow_exception(failure);
}

void parallel_blocks(Index count, Index block, int threads, const std::function<void(Index, Index)>& task) {
  parallel_for((count + block - 1) / block, threads, [&](Index b) { task(b * block, std::min(block, count - b * block)); });
}

}  // namespace vec2vec
