// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "vec2vec/progress.h"

namespace vec2vec {

/// The progress function for one piece of a longer job: 0 to 1 of the piece is reported as `begin` to `begin + part` of the
/// job. A stage that is not empty replaces the piece's own stage names. Returns nothing if there is no progress function.
Progress part_of(Progress progress, double begin, double part, std::string stage = {});

/// Calls progress, if there is one. If it returns false, throws Error{kInterrupted} with where and hint; if it throws, its
/// exception is nested in such an Error.
void tell(const Progress& progress, std::string_view stage, double done, const std::string& where = {},
          const std::string& hint = {});

}  // namespace vec2vec
