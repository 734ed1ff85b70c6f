#pragma once
#include <string>
#include <string_view>

#include "vec2vec/progress.h"

namespace vec2vec {

/// The progress of a piece of longer work: its 0 to 1 is `begin` to `begin + part` of the whole. stage: under which name, empty
/// = the piece's own. Nothing when there is no progress.
Progress part_of(Progress progress, double begin, double part, std::string stage = {});

/// Calls progress, if there is one. Throws Error{kInterrupted}, with where and hint, when it returns false, and nests in such
/// an Error what it throws itself.
void tell(const Progress& progress, std::string_view stage, double done, const std::string& where = {},
          const std::string& hint = {});

}  // namespace vec2vec
