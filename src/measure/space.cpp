#include "measure/space.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.h"
#include "kernels/lane_sum.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kBlockRows = 1024;
constexpr double kSameDirection = 1e-12;  // unit rows nearer than this differ by the rounding of their scaling only

/// Norms of the chosen rows, and the sum of those at norm 1.
struct RowSums {
  std::vector<double> norms;
  std::vector<double> unit_sum;
};

RowSums row_sums(const NamedRows& given, const std::vector<Index>& chosen, int threads) {
  const auto n = static_cast<Index>(chosen.size()), dim = given.rows.cols;
  const auto columns = static_cast<std::size_t>(dim);
  RowSums result{std::vector<double>(chosen.size()), std::vector<double>(columns)};
  std::vector<std::vector<double>> sums(static_cast<std::size_t>((n + kBlockRows - 1) / kBlockRows));
  parallel_blocks(n, kBlockRows, threads, [&](Index first, Index count) {
    std::vector<double>& sum = sums[static_cast<std::size_t>(first / kBlockRows)];
    sum.resize(columns);
    for (Index i = first; i < first + count; ++i) {
      const float* row = given.rows.row(chosen[static_cast<std::size_t>(i)]);
      const double norm = std::sqrt(squared_norm(row, dim)), scale = norm > 0 ? 1 / norm : 0;
      result.norms[static_cast<std::size_t>(i)] = norm;
      for (std::size_t j = 0; j < columns; ++j) sum[j] += scale * static_cast<double>(row[j]);
    }
  });
  for (const std::vector<double>& sum : sums)
    for (std::size_t j = 0; j < columns; ++j) result.unit_sum[j] += sum[j];
  return result;
}

/// Fills offset and along of rows first .. first + count - 1; returns the largest square of an offset's norm.
double set_offsets(MatrixView given, const std::vector<Index>& chosen, const std::vector<double>& norms, Index first,
                   Index count, Space& space) {
  const double* centre = space.centre.data();
  std::vector<double> row(space.centre.size());
  double largest = 0;
  for (Index i = first; i < first + count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const float* in = given.row(chosen[at]);
    const double scale = norms[at] > 0 ? 1 / norms[at] : 0;
    float* out = space.offset.row(i);
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] = scale * static_cast<double>(in[j]) - centre[j];
      out[j] = static_cast<float>(row[j]);
    }
    space.along[at] = sum_in_double(space.dim(), [&](Index j) { return centre[j] * row[static_cast<std::size_t>(j)]; });
    largest = std::max(largest, squared_norm(out, space.dim()));
  }
  return largest;
}

}  // namespace

Space make_space(const NamedRows& given, const std::vector<Index>& chosen, int threads) {
  const auto n = static_cast<Index>(chosen.size()), dim = given.rows.cols;
  if (dim < 1) bad_input("the rows have no columns", given.name);
  RowSums sums = row_sums(given, chosen, threads);
  Space space{given.name, Matrix(n, dim), std::move(sums.unit_sum), 0, std::vector<double>(chosen.size()), {}, {}};
  for (Index i = 0; i < n; ++i) {
    const double norm = sums.norms[static_cast<std::size_t>(i)];
    if (!std::isfinite(norm)) {
      bad_input("row " + std::to_string(chosen[static_cast<std::size_t>(i)]) + " has a value that is not finite", given.name,
                "find such rows with `inspect()`");
    }
    if (norm == 0) space.zero_rows.push_back(i);
  }
  const Index directed = std::max<Index>(1, n - static_cast<Index>(space.zero_rows.size()));
  for (double& x : space.centre) x /= static_cast<double>(directed);
  space.centre_square =
      sum_in_double(dim, [&](Index j) { return space.centre[static_cast<std::size_t>(j)] * space.centre[static_cast<std::size_t>(j)]; });
  std::vector<double> largest(static_cast<std::size_t>((n + kBlockRows - 1) / kBlockRows));
  parallel_blocks(n, kBlockRows, threads, [&](Index first, Index count) {
    largest[static_cast<std::size_t>(first / kBlockRows)] = set_offsets(given.rows, chosen, sums.norms, first, count, space);
  });
  if (*std::max_element(largest.begin(), largest.end()) <= kSameDirection * kSameDirection)
    bad_input("all rows point the same way; no measure is defined", given.name);
  return space;
}

void find_neighbours(Space& space, Index k, int threads, const Progress& progress) {
  space.near = nearest_rows({space.offset, space.along, space.centre_square}, k, threads, progress);
  for (const Index zero : space.zero_rows) {
    Index next = 0;
    for (Index p = zero * k; p < (zero + 1) * k; ++p, ++next) {
      next += next == zero;
      space.near.index[static_cast<std::size_t>(p)] = static_cast<std::int32_t>(next);
      space.near.similarity[static_cast<std::size_t>(p)] = 0;
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
