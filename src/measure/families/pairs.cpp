// SPDX-License-Identifier: Apache-2.0
#include "measure/families/pairs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

#include "core/bf16.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/exp.h"
#include "kernels/lane_sum.h"
#include "kernels/loops/loops.h"
#include "measure/catalogue.h"
#include "measure/prepared/cosine_ranks.h"

namespace vec2vec {
namespace {

constexpr Index kBlock = 256;  // rows and columns of one product
constexpr std::size_t kGroups = static_cast<std::size_t>(kJackknifeGroups);

/// A run of rows within one jackknife group.
struct Block {
  Index first, count;
  std::size_t group;
};

std::vector<Block> blocks_of(Index n) {
  std::vector<Block> blocks;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const Range range = group_range(n, kJackknifeGroups, static_cast<Index>(g));
    for (Index first = range.begin; first < range.end; first += kBlock)
      blocks.push_back({first, std::min(kBlock, range.end - first), g});
  }
  return blocks;
}

/// Sums over pairs (i, j), i != j, of one group of rows with another: of ranks r, s and kernels K, L.
struct PairSums {
  double count = 0, r = 0, s = 0, rr = 0, ss = 0, rs = 0;
  double k = 0, l = 0, kk = 0, ll = 0, kl = 0;

  PairSums& add(const PairSums& other, double factor) {
    count += factor * other.count;
    r += factor * other.r, s += factor * other.s;
    rr += factor * other.rr, ss += factor * other.ss, rs += factor * other.rs;
    k += factor * other.k, l += factor * other.l;
    kk += factor * other.kk, ll += factor * other.ll, kl += factor * other.kl;
    return *this;
  }
  double spearman() const {
    const double covariance = rs - r * s / count, variance_r = rr - r * r / count, variance_s = ss - s * s / count;
    return covariance / std::sqrt(variance_r * variance_s);
  }
};

/// RBF kernel of unit rows as a function of their cosine less a pivot, less its value at the pivot: HSIC ignores the constant,
/// and what is left loses less to rounding.
struct RbfKernel {
  float slope, shift;
  double diagonal;  ///< its value for distance 0
  RbfKernel(double sigma, double pivot)
      : slope(static_cast<float>(1 / (sigma * sigma))),
        shift(static_cast<float>(std::exp((pivot - 1) / (sigma * sigma)))),
        diagonal(-std::expm1((pivot - 1) / (sigma * sigma))) {}
  /// exp(-(2 - 2 cosine) / (2 sigma^2)) - shift.
  float operator()(float cosine) const { return shift * fast_expm1(cosine * slope); }
};

/// Two sides, row i of one belonging to row i of the other.
struct PairedRows {
  const PairSide *a, *b;
  const CosineRanks *ranks_a, *ranks_b;
  RbfKernel kernel_a, kernel_b;
};

/// All that one pairing gives.
struct Sweep {
  std::array<std::array<PairSums, kGroups>, kGroups> sums;  ///< by the groups of i and j
  std::vector<std::array<double, kGroups>> rows_k, rows_l;  ///< row sums of the kernels, by the group of j

  /// Sums without a group's rows; group = kGroups: of all.
  PairSums pairs_without(std::size_t group) const {
    PairSums total;
    for (std::size_t g = 0; g < kGroups; ++g)
      for (std::size_t h = 0; h < kGroups; ++h)
        if (g != group && h != group) total.add(sums[g][h], 1);
    return total;
  }
};

/// Row sums of x over all groups but one.
double row_without(const std::array<double, kGroups>& by_group, std::size_t group) {
  double sum = 0;
  for (std::size_t g = 0; g < kGroups; ++g)
    if (g != group) sum += by_group[g];
  return sum;
}

/// What a row of a tile adds; lanes, so that the sums fit into vector registers.
void add_row(const float* r, const float* s, const float* k, const float* l, Index count, PairSums& sums) {
  constexpr Index kLanes = 8;
  enum { kR, kS, kRR, kSS, kRS, kK, kL, kKK, kLL, kKL, kQuantities };
  double lanes[kQuantities][kLanes] = {};
  const auto add = [&](Index j, Index lane) {
    const double rj = r[j], sj = s[j], kj = k[j], lj = l[j];
    lanes[kR][lane] += rj, lanes[kS][lane] += sj, lanes[kRR][lane] += rj * rj, lanes[kSS][lane] += sj * sj;
    lanes[kRS][lane] += rj * sj, lanes[kK][lane] += kj, lanes[kL][lane] += lj, lanes[kKK][lane] += kj * kj;
    lanes[kLL][lane] += lj * lj, lanes[kKL][lane] += kj * lj;
  };
  Index j = 0;
  for (; j + kLanes <= count; j += kLanes)
    for (Index lane = 0; lane < kLanes; ++lane) add(j + lane, lane);
  for (; j < count; ++j) add(j, 0);
  double* const fields[kQuantities] = {&sums.r, &sums.s, &sums.rr, &sums.ss, &sums.rs,
                                       &sums.k, &sums.l, &sums.kk, &sums.ll, &sums.kl};
  for (int q = 0; q < kQuantities; ++q)
    for (const double lane : lanes[q]) *fields[q] += lane;
}

/// Ranks and kernels of all pairs of rows (n, n), so that a permuted pairing needs no cosines. In 16 bits: a null value needs
/// no more digits.
struct KeptPairs {
  using Values = std::vector<std::uint16_t, PageAllocator<std::uint16_t>>;
  Index n;
  Values r, s, k, l;

  /// kernels: whether they are kept, too.
  KeptPairs(Index rows, bool kernels) : n(rows) {
    for (Values* values : {&r, &s}) values->resize(static_cast<std::size_t>(n * n));
    for (Values* values : {&k, &l}) values->resize(kernels ? r.size() : 0);
  }
  void keep(Index i, Index first, Index count, const float* ranks_r, const float* ranks_s, const float* kernel_k,
            const float* kernel_l) {
    const Index at = i * n + first;
    for (Index j = 0; j < count; ++j) {
      r[static_cast<std::size_t>(at + j)] = rounded_rank(ranks_r[j]);
      s[static_cast<std::size_t>(at + j)] = rounded_rank(ranks_s[j]);
    }
    if (k.empty()) return;
    loops().to_bf16(kernel_k, k.data() + at, count);
    loops().to_bf16(kernel_l, l.data() + at, count);
  }
  static float rank(std::uint16_t kept) { return (static_cast<float>(kept) - kMiddle) / kScale; }

 private:
  static constexpr float kScale = 65534, kMiddle = 32767;  // ranks lie in [-0.5, 0.5]
  static std::uint16_t rounded_rank(float rank) { return static_cast<std::uint16_t>(rank * kScale + kMiddle + 0.5f); }
};
constexpr Index kMostKeptRows = 8192;  // 512 MiB

Sweep sweep(const PairedRows& rows, const std::vector<Block>& blocks, int threads, KeptPairs* kept = nullptr) {
  const auto n = static_cast<std::size_t>(rows.a->offset.rows());
  Sweep result{{}, std::vector<std::array<double, kGroups>>(n), std::vector<std::array<double, kGroups>>(n)};
  std::vector<std::array<PairSums, kGroups>> of_block(blocks.size());
  parallel_for(static_cast<Index>(blocks.size()), threads, [&](Index t) {
    const Block own = blocks[static_cast<std::size_t>(t)];
    Matrix tile_a(own.count, kBlock), tile_b(own.count, kBlock), ranks(2, kBlock);
    for (const Block& other : blocks) {
      rows.a->cosines(own.first, other.first, {tile_a.data(), own.count, other.count, kBlock});
      rows.b->cosines(own.first, other.first, {tile_b.data(), own.count, other.count, kBlock});
      PairSums& sums = of_block[static_cast<std::size_t>(t)][other.group];
      for (Index i = 0; i < own.count; ++i) {
        float *k = tile_a.row(i), *l = tile_b.row(i), *r = ranks.row(0), *s = ranks.row(1);
        for (Index j = 0; j < other.count; ++j) {
          r[j] = rows.ranks_a->of(k[j]);
          s[j] = rows.ranks_b->of(l[j]);
        }
        for (Index j = 0; j < other.count; ++j) k[j] = rows.kernel_a(k[j]);
        for (Index j = 0; j < other.count; ++j) l[j] = rows.kernel_b(l[j]);
        const Index self = own.first + i - other.first;
        if (self >= 0 && self < other.count) r[self] = s[self] = k[self] = l[self] = 0;
        if (kept) kept->keep(own.first + i, other.first, other.count, r, s, k, l);
        const double k_before = sums.k, l_before = sums.l;
        add_row(r, s, k, l, other.count, sums);
        sums.count += static_cast<double>(other.count - (self >= 0 && self < other.count));
        result.rows_k[static_cast<std::size_t>(own.first + i)][other.group] += sums.k - k_before;
        result.rows_l[static_cast<std::size_t>(own.first + i)][other.group] += sums.l - l_before;
      }
    }
  });
  for (std::size_t t = 0; t < blocks.size(); ++t)
    for (std::size_t g = 0; g < kGroups; ++g) result.sums[blocks[t].group][g].add(of_block[t][g], 1);
  return result;
}

/// Kernel sums of a sweep without one group (kGroups: of all rows), from its pairs.
RbfSums kernel_sums(const Sweep& sweep, const PairSums& pairs, const PairedRows& rows, const std::vector<Block>& blocks,
                    std::size_t group) {
  double n = 0, kl = 0, kk = 0, ll = 0;
  for (const Block& block : blocks) {
    if (block.group == group) continue;
    n += static_cast<double>(block.count);
    for (Index i = block.first; i < block.first + block.count; ++i) {
      const double k = row_without(sweep.rows_k[static_cast<std::size_t>(i)], group);
      const double l = row_without(sweep.rows_l[static_cast<std::size_t>(i)], group);
      kl += k * l, kk += k * k, ll += l * l;
    }
  }
  const double p = rows.kernel_a.diagonal, q = rows.kernel_b.diagonal;
  const auto sums = [&](double product, double x, double y, double row_product, double dx, double dy) {
    return KernelSums{n, product, x, y, row_product, n * dx * dy, n * dx, n * dy, dx * y, dy * x};
  };
  return {sums(pairs.kl, pairs.k, pairs.l, kl, p, q), sums(pairs.kk, pairs.k, pairs.k, kk, p, p),
          sums(pairs.ll, pairs.l, pairs.l, ll, q, q)};
}

/// RSA, unbiased and biased RBF CKA.
constexpr std::size_t kMeasures = 3;
using Values = std::array<double, kMeasures>;
Values values_of(const PairSums& pairs, const RbfSums& sums) {
  return {pairs.spearman(), sums.kl.unbiased() / std::sqrt(sums.kk.unbiased() * sums.ll.unbiased()),
          sums.kl.biased() / std::sqrt(sums.kk.biased() * sums.ll.biased())};
}
Values values_of(const Sweep& sweep, const PairedRows& rows, const std::vector<Block>& blocks, std::size_t group) {
  const PairSums pairs = sweep.pairs_without(group);
  return values_of(pairs, kernel_sums(sweep, pairs, rows, blocks, group));
}

/// What a sweep with rows of B permuted would give: only sums of products of both sides change. What was not kept is 0.
Values permuted_values(const Sweep& found, const KeptPairs& kept, const PairedRows& rows, const std::vector<Block>& blocks,
                       const Pairing& pairing) {
  Sweep permuted{{}, found.rows_k, std::vector<std::array<double, kGroups>>(found.rows_l.size())};
  PairSums pairs = found.pairs_without(kGroups);
  pairs.rs = pairs.kl = 0;
  const std::vector<std::uint32_t> partners(pairing.begin(), pairing.end());
  std::vector<std::uint16_t> gathered(partners.size());
  for (Index i = 0; i < kept.n; ++i) {
    const Index partner = pairing[static_cast<std::size_t>(i)], own = i * kept.n, other = partner * kept.n;
    permuted.rows_l[static_cast<std::size_t>(i)] = found.rows_l[static_cast<std::size_t>(partner)];
    const auto product = [&](const KeptPairs::Values& x, const KeptPairs::Values& y, auto value) {
      const std::uint16_t *left = x.data() + own, *right = y.data() + other;
      for (std::size_t j = 0; j < partners.size(); ++j) gathered[j] = right[partners[j]];
      return lane_sum<float, 16>(kept.n, [&, of = gathered.data()](Index j) { return value(left[j]) * value(of[j]); });
    };
    pairs.rs += static_cast<double>(product(kept.r, kept.s, [](std::uint16_t v) { return KeptPairs::rank(v); }));
    if (!kept.k.empty()) pairs.kl += static_cast<double>(product(kept.k, kept.l, [](std::uint16_t v) { return from_bf16(v); }));
  }
  return values_of(pairs, kernel_sums(permuted, pairs, rows, blocks, kGroups));
}

double distance_of(double cosine) { return std::sqrt(std::max(2 - 2 * cosine, 1e-12)); }

}  // namespace

RbfSums rbf_kernel_sums(const Space& a, const Space& b, double sigma_a, double sigma_b, int threads) {
  const std::vector<Block> blocks = blocks_of(a.rows());
  const Pairing all = identity_pairing(a.rows());
  const PairSide x = pair_side(a, all), y = pair_side(b, all);
  const CosineRanks unused;
  const PairedRows rows{&x, &y, &unused, &unused, RbfKernel(sigma_a, a.centre_square), RbfKernel(sigma_b, b.centre_square)};
  const Sweep found = sweep(rows, blocks, threads);
  return kernel_sums(found, found.pairs_without(kGroups), rows, blocks, kGroups);
}

std::vector<Estimate> measure_pairs(const Space& a, const Space& b, const MeasureOptions& options) {
  const Index n = options.pair_rows > 0 ? std::min(options.pair_rows, a.rows()) : a.rows();
  // Random rows in random order, so that groups are random too.
  const std::vector<Index> chosen = Random(options.seed, Stream::kPairRows).sample(a.rows(), n);
  const PairSide x = pair_side(a, chosen), y = pair_side(b, chosen);
  const std::vector<Block> blocks = blocks_of(n);
  report(options, "all pairs", 0);
  const CosineRanks ranks_x(x, options.threads), ranks_y(y, options.threads);
  const auto kernel = [&](const Space& space, const CosineRanks& ranks) {
    const double median = space.centre_square + ranks.median();
    return RbfKernel(options.rbf_sigma > 0 ? options.rbf_sigma : distance_of(median), space.centre_square);
  };
  const PairedRows rows{&x, &y, &ranks_x, &ranks_y, kernel(a, ranks_x), kernel(b, ranks_y)};
  report(options, "all pairs", 0.5);
  std::optional<KeptPairs> kept;
  if (n <= kMostKeptRows) kept.emplace(n, wanted("cka_rbf", options) || wanted("cka_rbf_biased", options));
  const Sweep found = sweep(rows, blocks, options.threads, kept ? &*kept : nullptr);
  const Values values = values_of(found, rows, blocks, kGroups);
  std::array<std::vector<double>, kMeasures> without;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const Values left = values_of(found, rows, blocks, g);
    for (std::size_t m = 0; m < kMeasures; ++m) without[m].push_back(left[m]);
  }

  // An entry costs as much as some 200 flops of the products beside those.
  const double flops =
      static_cast<double>(n) * static_cast<double>(n) * (kept ? 200.0 : 200 + 2 * static_cast<double>(a.dim() + b.dim()));
  auto null = null_values(
      n, affordable_permutations(options.permutations, flops), kMeasures,
      [&](const Pairing& pairing, std::span<double> out) {
        if (kept) {
          const Values v = permuted_values(found, *kept, rows, blocks, pairing);
          std::copy(v.begin(), v.end(), out.begin());
          return;
        }
        std::vector<Index> partners;
        for (const Index row : pairing) partners.push_back(chosen[static_cast<std::size_t>(row)]);
        const PairSide permuted_y = pair_side(b, partners);
        PairedRows permuted = rows;
        permuted.b = &permuted_y;
        const Values v = values_of(sweep(permuted, blocks, 1), permuted, blocks, kGroups);
        std::copy(v.begin(), v.end(), out.begin());
      },
      options, "null of all pairs", options.threads);
  std::vector<Estimate> estimates;
  constexpr std::array<const char*, kMeasures> kKeysOfPairs = {"rsa", "cka_rbf", "cka_rbf_biased"};
  for (std::size_t m = 0; m < kMeasures; ++m)
    estimates.push_back({kKeysOfPairs[m], values[m], jackknife_interval(values[m], without[m]), std::move(null[m]), n});
  return estimates;
}

}  // namespace vec2vec
