#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

/// unit(unit(x) - mean) of each row of rows (n, d), mean (1, d): the direction that centred cosines compare.
Matrix centre_by(MatrixView rows, MatrixView mean);

}  // namespace vec2vec
