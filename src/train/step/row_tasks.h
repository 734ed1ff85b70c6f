// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec::neural {

/// Rows of a batch that one task takes. Sums are added up task by task, so that this, not the threads, decides their order.
constexpr Index kRowsATask = 128;

inline Index row_tasks(Index rows) { return (rows + kRowsATask - 1) / kRowsATask; }

}  // namespace vec2vec::neural
