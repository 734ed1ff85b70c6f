// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "audit/kept_stages.h"
#include "vec2vec/audit.h"

namespace vec2vec {

/// Writes texts for options.samples rows, spread evenly over the store; rows (n, d): the store in the known space, mean (1, d):
/// that space's. Rows that kept has are not written again.
TextLeak leak_texts(const AuditProblem& problem, MatrixView rows, MatrixView mean, KeptStages& kept,
                    const AuditOptions& options);

}  // namespace vec2vec
