#include "align/refine.h"

#include <algorithm>
#include <cmath>

#include "core/gemm.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"

namespace vec2vec {
namespace {

/// count temperatures from first to last in equal ratios.
std::vector<float> geometric(double first, double last, int count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    values[static_cast<std::size_t>(i)] = static_cast<float>(first * std::pow(last / first, i / std::max(1.0, count - 1.0)));
  return values;
}

}  // namespace

Side prepare_side(MatrixView rows, int threads) {
  Side side{centre(rows, threads), {}};
  side.principal = spectrum(side.centred.rows, threads);
  return side;
}

Matrix lift(const ViewPair& from, MatrixView map, const ViewPair& to, int threads) {
  const Matrix into = product(product(map, from.b_inverse), to.b);
  return polar_factor(cross_product(to.x, project(from.x, into, threads), threads));
}

Matrix refine(const Side& source, const Side& target, const ViewPair& view, MatrixView map, std::uint64_t seed, int threads,
              const std::function<void(double)>& step) {
  constexpr double kPower = 0.25;
  Random random(seed, 1000);
  auto wider = [&](Index dims) {
    return view_pair(source.centred.rows, source.principal, target.centred.rows, target.principal, dims, kPower, threads);
  };
  const Index full_dims = std::min(source.centred.rows.cols(), target.centred.rows.cols());
  const ViewPair middle = wider(std::min<Index>(128, full_dims));
  Matrix w =
      soft_steps(middle.x, middle.y, lift(view, map, middle, threads), {geometric(0.08, 0.05, 20), 3000, 0}, random, threads);
  step(0.2);
  const ViewPair full = wider(full_dims);
  w = soft_steps(full.x, full.y, lift(middle, w, full, threads), {geometric(0.05, 0.03, 15), 4000, 0}, random, threads);
  step(0.5);
  for (int i = 0; i < 10; ++i) {
    w = soft_steps(full.x, full.y, std::move(w), {{0.03f}, 8000, 0.3f}, random, threads);
    step(0.5 + 0.045 * i);
  }
  // The last coupling is made in the whitened view, of all rows (up to 20,000 a side: more rows, more cosine); its Procrustes
  // map is fitted in the space itself, where cosines are meant.
  const Index n = std::min<Index>(20000, full.x.rows()), m = std::min<Index>(20000, full.y.rows());
  const SoftMatch match = soft_match(project(full.x.view().middle_rows(0, n), w, threads), full.y.view().middle_rows(0, m),
                                     target.centred.rows.view().middle_rows(0, m), {0.02f, 2, threads});
  return polar_factor(cross_product(source.centred.rows.view().middle_rows(0, n), match.targets, threads));
}

double map_agreement(MatrixView rows, MatrixView map_a, MatrixView map_b, int threads) {
  const Matrix a = project(rows, map_a, threads), b = project(rows, map_b, threads);
  double sum = 0;
  for (Index i = 0; i < a.rows(); ++i)
    for (Index c = 0; c < a.cols(); ++c) sum += static_cast<double>(a(i, c)) * b(i, c);
  return sum / static_cast<double>(std::max<Index>(1, a.rows()));
}

}  // namespace vec2vec
