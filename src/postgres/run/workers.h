// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "postgres/run/session.h"

namespace vec2vec::postgres {

/// Translates ranges over several connections at once, and adds what was done to the summary. Ends early, without what is not
/// committed yet, when the caller's progress function says so or throws; its exception, or the first of a connection, reaches
/// the caller. The progress function is called by this thread only, and under no lock.
void run_ranges(Session& session, const Map& map, const std::vector<Range>& ranges, MigrateSummary& summary);

}  // namespace vec2vec::postgres
