// SPDX-License-Identifier: Apache-2.0
#include "measure/prepared/space.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.h"
#include "kernels/lane_sum.h"
#include "space/check_rows.h"
#include "space/sample.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlockRows = 256;
constexpr std::size_t kCentreRows = 1024;  // rows that the centre is made of
constexpr double kSameDirection = 1e-12;   // unit rows nearer than this differ by the rounding of their scaling only

std::vector<double> norms_of(const NamedRows& given, const std::vector<Index>& chosen, int threads) {
  std::vector<double> norms(chosen.size());
  parallel_blocks(static_cast<Index>(chosen.size()), kBlockRows, threads, [&](Index first, Index count) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + count); ++i)
      norms[i] = std::sqrt(squared_norm(given.rows.row(chosen[i]), given.rows.cols));
  });
  for (std::size_t i = 0; i < norms.size(); ++i)
    if (!std::isfinite(norms[i])) refuse_row(given.name, chosen[i]);
  return norms;
}

/// The interquartile mean of each column of unit rows, over some of those that are not zero. Rows far from all others do not
/// move it as they move a mean, so the others stay near it.
std::vector<double> centre_of(MatrixView given, const std::vector<Index>& chosen, const std::vector<double>& norms) {
  std::vector<std::size_t> some;
  for (std::size_t i = 0; i < norms.size(); ++i)
    if (norms[i] > 0) some.push_back(i);
  const std::size_t count = std::min(some.size(), kCentreRows);
  for (std::size_t s = 0; s < count; ++s) some[s] = some[spread_row(s, count, some.size())];
  std::vector<double> centre(static_cast<std::size_t>(given.cols)), column(count);
  const auto low = column.begin() + static_cast<std::ptrdiff_t>(count / 4), high = column.end() - (low - column.begin());
  for (std::size_t j = 0; j < centre.size() && count > 0; ++j) {
    for (std::size_t s = 0; s < count; ++s) column[s] = static_cast<double>(given.row(chosen[some[s]])[j]) / norms[some[s]];
    std::nth_element(column.begin(), low, column.end());
    std::nth_element(low, high - 1, column.end());
    centre[j] = std::accumulate(low, high, 0.0) / static_cast<double>(high - low);
  }
  return centre;
}

double dot(const std::vector<double>& centre, const auto* row) {
  return sum_in_double(static_cast<Index>(centre.size()),
                       [&](Index j) { return centre[static_cast<std::size_t>(j)] * static_cast<double>(row[j]); });
}

}  // namespace

Space make_space(const NamedRows& given, const std::vector<Index>& chosen, int threads) {
  const auto n = static_cast<Index>(chosen.size()), dim = given.rows.cols;
  if (dim < 1) bad_input("the rows have no columns", given.name);
  const std::vector<double> norms = norms_of(given, chosen, threads);
  Space space{given.name, Matrix(n, dim), centre_of(given.rows, chosen, norms), 0, std::vector<float>(chosen.size()), {}, {}};
  space.centre_square = dot(space.centre, space.centre.data());
  for (Index i = 0; i < n; ++i)
    if (norms[static_cast<std::size_t>(i)] == 0) space.zero_rows.push_back(i);
  std::vector<double> squares(chosen.size());
  parallel_blocks(n, kBlockRows, threads, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const float* in = given.rows.row(chosen[at]);
      float* out = space.offset.row(i);
      const double scale = norms[at] > 0 ? 1 / norms[at] : 0;
      const double* centre = space.centre.data();
      for (Index j = 0; j < dim; ++j) out[j] = static_cast<float>(scale * static_cast<double>(in[j]) - centre[j]);
      space.along[at] = static_cast<float>(dot(space.centre, out));
      squares[at] = squared_norm(out, dim);
    }
  });
  if (*std::max_element(squares.begin(), squares.end()) <= kSameDirection * kSameDirection)
    bad_input("all rows point the same way; no measure is defined", given.name);
  return space;
}

void find_neighbours(Space& space, Index k, int threads, const Progress& progress) {
  space.near = nearest_rows({space.offset, space.along}, k, threads, progress);
  for (double& similarity : space.near.similarity) similarity += space.centre_square;
  for (const Index zero : space.zero_rows) {
    for (Index p = 0; p < k; ++p) {
      space.near.index[static_cast<std::size_t>(zero * k + p)] = static_cast<std::int32_t>(p + (p >= zero));
      space.near.similarity[static_cast<std::size_t>(zero * k + p)] = 0;
    }
  }
}

Pairing identity_pairing(Index n) {
  Pairing pairing(static_cast<std::size_t>(n));
  std::iota(pairing.begin(), pairing.end(), Index{0});
  return pairing;
}

Pairing inverse_of(const Pairing& pairing) {
  Pairing inverse(pairing.size());
  for (std::size_t i = 0; i < pairing.size(); ++i) inverse[static_cast<std::size_t>(pairing[i])] = static_cast<Index>(i);
  return inverse;
}

}  // namespace vec2vec
