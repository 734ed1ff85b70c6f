#pragma once
#include <vector>

#include "core/random.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Rows (n, d) as centred unit rows: unit(unit(x) - mean), and the mean of the unit rows (1, d). Zero rows stay zero.
struct CentredRows {
  Matrix rows, mean;
  double spread = 0;  ///< mean norm of unit(x) - mean
};
CentredRows centre(MatrixView rows, int threads);

/// Principal directions of centred rows (n, d): covariance eigenvalues, descending, and eigenvectors (d, d) in columns.
struct Spectrum {
  std::vector<double> values;
  Matrix vectors;
};
Spectrum spectrum(MatrixView rows, int threads);

/// A view of the space (d, dims): the leading directions, scaled by (eigenvalue / first eigenvalue + 1e-4)^(-power / 2).
/// power 0 is PCA, 0.5 half-whitened, 1 whitened.
Matrix view_of(const Spectrum& spectrum, Index dims, double power);

/// unit(rows * projection): (n, d) and (d, v) -> (n, v).
Matrix project(MatrixView rows, MatrixView projection, int threads);

/// Scales each row to norm 1 (zero rows stay zero).
void normalise_rows(MatrixSpan rows);

/// Copies the rows of `from` named by `indices`.
Matrix gather(MatrixView from, const std::vector<Index>& indices);

/// min(count, n) rows spread evenly over `from` (n, d): `from` itself when that is all of them, else a copy.
class SpreadRows {
 public:
  SpreadRows(MatrixView from, Index count);
  operator MatrixView() const { return view_; }

 private:
  Matrix copy_;
  MatrixView view_;
};

/// a^T b for tall a (n, p) and b (n, q), in fixed blocks of rows: the same bytes for any number of threads.
Matrix cross_product(MatrixView a, MatrixView b, int threads);

}  // namespace vec2vec
