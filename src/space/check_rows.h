#pragma once
#include <string>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// Throws Error{kBadInput} that names `where` and the first row of rows (n, d) with a value that is not finite.
void require_finite_rows(MatrixView rows, const std::string& where);

}  // namespace vec2vec
