#include "measure/space.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlockRows = 256, kMeanRows = 1024;

/// Writes in / |in| to out, in double until the last rounding; returns |in|.
double scale_to_unit(const float* in, Index dim, float* out) {
  double square = 0;
  for (Index j = 0; j < dim; ++j) square += static_cast<double>(in[j]) * static_cast<double>(in[j]);
  const double norm = std::sqrt(square), scale = norm > 0 ? 1 / norm : 0;
  for (Index j = 0; j < dim; ++j) out[j] = static_cast<float>(scale * static_cast<double>(in[j]));
  return norm;
}

}  // namespace

Space make_space(const NamedRows& given, const std::vector<Index>& chosen, int threads) {
  const auto n = static_cast<Index>(chosen.size()), dim = given.rows.cols;
  if (dim < 1) bad_input("the rows have no columns", given.name);
  Space space{given.name, Matrix(n, dim), std::vector<double>(static_cast<std::size_t>(dim)), 0, {}};
  std::vector<double> norms(chosen.size());
  parallel_for((n + kBlockRows - 1) / kBlockRows, threads, [&](Index block) {
    for (Index i = block * kBlockRows; i < std::min(n, (block + 1) * kBlockRows); ++i) {
      const auto row = static_cast<std::size_t>(i);
      norms[row] = scale_to_unit(given.rows.row(chosen[row]), dim, space.unit.row(i));
    }
  });
  for (std::size_t i = 0; i < norms.size(); ++i) {
    if (!std::isfinite(norms[i])) {
      bad_input("row " + std::to_string(chosen[i]) + " has a value that is not finite", given.name,
                "find such rows with vec2vec inspect");
    }
    space.zero_rows += norms[i] == 0;
  }
  bool all_equal = true;
  for (Index i = 1; i < n && all_equal; ++i)
    all_equal = std::equal(space.unit.row(i), space.unit.row(i) + dim, space.unit.row(0));
  if (all_equal) bad_input("all rows point the same way; no measure is defined", given.name);
  const Index blocks = (n + kMeanRows - 1) / kMeanRows;
  std::vector<std::vector<double>> sums(static_cast<std::size_t>(blocks), std::vector<double>(static_cast<std::size_t>(dim)));
  parallel_for(blocks, threads, [&](Index block) {
    double* sum = sums[static_cast<std::size_t>(block)].data();
    for (Index i = block * kMeanRows; i < std::min(n, (block + 1) * kMeanRows); ++i)
      for (Index j = 0; j < dim; ++j) sum[j] += static_cast<double>(space.unit.row(i)[j]);
  });
  for (const std::vector<double>& sum : sums)
    for (std::size_t j = 0; j < sum.size(); ++j) space.mean[j] += sum[j] / static_cast<double>(n);
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
