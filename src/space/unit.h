// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Scales each row to norm 1 (zero rows stay zero).
void normalise_rows(MatrixSpan rows);

/// Rows (n, d) as centred unit rows: unit(unit(x) - mean), where mean (1, d) is that of the unit rows.
struct CentredRows {
  Matrix rows, mean;
  double spread = 0;  ///< mean norm of unit(x) - mean
};
CentredRows centre(MatrixView rows, int threads);

/// The same by a mean (1, d) that is known: the direction that centred cosines compare. A zero row becomes unit(-mean).
Matrix centre_by(MatrixView rows, MatrixView mean);

}  // namespace vec2vec
