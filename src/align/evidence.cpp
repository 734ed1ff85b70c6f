#include "align/evidence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "align/calibration.h"
#include "align/effort.h"
#include "core/gemm.h"
#include "core/parallel.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"
#include "linear/shrunk_map.h"

namespace vec2vec {
namespace {

/// The number of the nearest of y (m, d) for each row of x (n, d), and of x for each of y; the first of equals.
struct Nearest {
  std::vector<Index> of_x, of_y;
};
Nearest nearest(MatrixView x, MatrixView y) {
  Matrix s(x.rows, y.rows);
  gemm(x, false, y, true, s.span());
  Nearest found{{}, std::vector<Index>(static_cast<std::size_t>(y.rows))};
  std::vector<float> best(s.row(0), s.row(0) + y.rows);
  for (Index i = 0; i < x.rows; ++i) {
    const float* row = s.row(i);
    found.of_x.push_back(std::max_element(row, row + y.rows) - row);
    for (std::size_t j = 0; j < best.size(); ++j)
      if (row[j] > best[j]) {
        best[j] = row[j];
        found.of_y[j] = i;
      }
  }
  return found;
}

/// Every other row, from the first or the second on.
Matrix half(MatrixView rows, Index first) {
  std::vector<Index> numbers;
  for (Index i = first; i < rows.rows; i += 2) numbers.push_back(i);
  return gather(rows, numbers);
}

}  // namespace

double score_margin(const ViewPair& view, double score, std::uint64_t seed, int threads) {
  constexpr Index kClimbs = 4;
  Climber nulls[kClimbs];
  parallel_for(kClimbs, threads, [&](Index i) {
    Random random(seed, 30000 + static_cast<std::uint64_t>(i));
    Matrix start(view.x.cols(), view.y.cols());
    for (Index e = 0; e < start.rows() * start.cols(); ++e) start.data()[e] = static_cast<float>(random.normal());
    nulls[i].map = polar_factor(start);
    climb(view, {}, anneal({0.1f, 0.05f}, 15), random, nulls[i]);
  });
  double mean = 0, variance = 0;
  for (const Climber& c : nulls) mean += c.score / kClimbs;
  for (const Climber& c : nulls) variance += (c.score - mean) * (c.score - mean) / (kClimbs - 1);
  return (score - mean) / std::max(std::sqrt(variance), 0.002);
}

void judge_map(MatrixView source, const Spectrum& source_principal, MatrixView target, MatrixView map, double ridge,
               int threads, Evidence& evidence) {
  constexpr Index kRows = 2000;
  const SpreadRows x(source, 2 * kRows), y(target, 2 * kRows), probe(source, kRows), among(target, kRows);
  const Nearest whole = nearest(project(probe, map, threads), among);
  Index mutual = 0;
  for (std::size_t i = 0; i < whole.of_x.size(); ++i)
    mutual += whole.of_y[static_cast<std::size_t>(whole.of_x[i])] == static_cast<Index>(i);
  evidence.mutual_neighbours = static_cast<double>(mutual) / static_cast<double>(whole.of_x.size());

  const float temperature = refine_temperature(std::min(source.rows, target.rows));
  std::vector<Index> found[2];
  for (Index first : {Index{0}, Index{1}}) {
    const Matrix xs = half(x, first), ys = half(y, first);
    Matrix cross = cross_product(xs, soft_match(project(xs, map, threads), ys, ys, {temperature, 2, threads}).targets, threads);
    for (Index i = 0; i < cross.rows() * cross.cols(); ++i) cross.data()[i] /= static_cast<float>(xs.rows());
    found[first] = nearest(project(probe, shrunk_map(source_principal, cross, ridge, 0.25), threads), among).of_x;
  }
  Index same = 0;
  for (std::size_t i = 0; i < found[0].size(); ++i) same += found[0][i] == found[1][i];
  evidence.half_agreement = static_cast<double>(same) / static_cast<double>(found[0].size());
}

double success_probability(const Evidence& e) {
  const double z =
      kIntercept + kAgreement * e.agreement + kMargin * std::log1p(std::max(0.0, e.score_margin)) + kHalves * e.half_agreement;
  return 1 / (1 + std::exp(-z));
}

}  // namespace vec2vec
