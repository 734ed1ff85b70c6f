// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Number of threads for an option value: itself when > 0, else the cores this process may use.
int thread_count(int requested);

/// Calls task(0) ... task(count - 1), each once, from up to `threads` threads, in any order. When what a task
/// does depends on its number only, the result has the same bytes for any number of threads; a task that calls BLAS needs a
/// OneBlasThread (core/matrix/blas.h) for that. The first exception thrown by a task is rethrown here after all running tasks
/// have ended; tasks that have not begun are dropped.
void parallel_for(Index count, int threads, const std::function<void(Index)>& task);

/// Calls task(first, size) for runs of `block` of the numbers 0 .. count - 1, the last one shorter, as parallel_for does.
void parallel_blocks(Index count, Index block, int threads, const std::function<void(Index, Index)>& task);

}  // namespace vec2vec
