#include "measure/space.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.h"
#include "kernels/lane_sum.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlockRows = 256;

/// Writes in / |in| to out, in double until the last rounding; returns |in|.
double scale_to_unit(const float* in, Index dim, float* out) {
  const double norm = std::sqrt(squared_norm(in, dim)), scale = norm > 0 ? 1 / norm : 0;
  for (Index j = 0; j < dim; ++j) out[j] = static_cast<float>(scale * static_cast<double>(in[j]));
  return norm;
}

}  // namespace

Space make_space(const NamedRows& given, const std::vector<Index>& chosen, int threads) {
  const auto n = static_cast<Index>(chosen.size()), dim = given.rows.cols;
  if (dim < 1) bad_input("the rows have no columns", given.name);
  Space space{given.name, Matrix(n, dim), std::vector<double>(static_cast<std::size_t>(dim)), 0, {}};
  std::vector<double> norms(chosen.size());
  parallel_blocks(n, kBlockRows, threads, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const auto row = static_cast<std::size_t>(i);
      norms[row] = scale_to_unit(given.rows.row(chosen[row]), dim, space.unit.row(i));
    }
  });
  for (std::size_t i = 0; i < norms.size(); ++i) {
    if (!std::isfinite(norms[i])) {
      bad_input("row " + std::to_string(chosen[i]) + " has a value that is not finite", given.name,
                "find such rows with `inspect()`");
    }
    space.zero_rows += norms[i] == 0;
  }
  bool all_equal = true;
  for (Index i = 0; i < n; ++i) {
    const float* row = space.unit.row(i);
    all_equal = all_equal && std::equal(row, row + dim, space.unit.row(0));
    for (Index j = 0; j < dim; ++j) space.mean[static_cast<std::size_t>(j)] += static_cast<double>(row[j]);
  }
  if (all_equal) bad_input("all rows point the same way; no measure is defined", given.name);
  for (double& x : space.mean) x /= static_cast<double>(n);
  return space;
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
