// SPDX-License-Identifier: Apache-2.0
#include "kernels/loops/loops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/bf16.h"
#include "core/cpu/level.h"
#include "core/random.h"

// Each loop beside its plain reference, at each level that this CPU has, for lengths below, at and above those of the vectors.
namespace vec2vec {
namespace {

using Values = std::vector<float>;

Values drawn(Index n, std::uint64_t seed) {
  Random random(seed);
  Values values(static_cast<std::size_t>(n));
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

void expect_near(const Values& found, const Values& expected, double error) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t j = 0; j < found.size(); ++j)
    ASSERT_NEAR(found[j], expected[j], error * (1 + std::abs(static_cast<double>(expected[j])))) << "value " << j;
}

void at_each_level(const std::function<void(const Loops&, Index)>& check) {
  const auto levels = possible_levels();
  for (std::size_t level = 0; level < levels.size(); ++level)
    for (const Index n : {1, 7, 15, 16, 17, 63, 64, 65, 130, 1003}) {
      SCOPED_TRACE(std::string(name_of(levels[level])) + ", " + std::to_string(n) + " values");
      check(loops_of(level), n);
    }
}

double dot_reference(const Values& a, const Values& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += static_cast<double>(a[j]) * b[j];
  return sum;
}

TEST(Loops, SumsAgreeWithTheReference) {
  at_each_level([](const Loops& loop, Index n) {
    const Values a = drawn(n, 1), b = drawn(n, 2);
    EXPECT_NEAR(loop.dot(a.data(), b.data(), n), dot_reference(a, b), 1e-6 * static_cast<double>(n) + 1e-5);
    EXPECT_NEAR(loop.dot_in_double(a.data(), b.data(), n), dot_reference(a, b), 1e-12 * static_cast<double>(n));
    Values sum = b, expected = b, scaled = a;
    for (std::size_t j = 0; j < a.size(); ++j) expected[j] += 0.3f * a[j];
    loop.add_scaled(sum.data(), 0.3f, a.data(), n);
    expect_near(sum, expected, 1e-6);
    loop.scale(scaled.data(), 0.3f, scaled.data(), n);
    for (std::size_t j = 0; j < a.size(); ++j) EXPECT_EQ(scaled[j], 0.3f * a[j]);
    expected = b;
    for (std::size_t j = 0; j < a.size(); ++j) expected[j] += 0.7f + a[j];
    sum = b;
    loop.add_shifts(sum.data(), 0.7f, a.data(), n);
    expect_near(sum, expected, 1e-6);
  });
}

TEST(Loops, LargestAreFoundWhereTheyStand) {
  at_each_level([](const Loops& loop, Index n) {
    for (std::uint64_t seed = 1; seed < 6; ++seed) {
      const Values row = drawn(n, seed);
      const float largest = *std::max_element(row.begin(), row.end());
      EXPECT_EQ(loop.largest(row.data(), n), largest);
      std::vector<std::int32_t> where(row.size()), expected;
      for (std::size_t j = 0; j < row.size(); ++j)
        if (row[j] > largest - 1.0f) expected.push_back(static_cast<std::int32_t>(j));
      where.resize(static_cast<std::size_t>(loop.above(row.data(), largest - 1.0f, where.data(), n)));
      EXPECT_EQ(where, expected);
    }
  });
}

TEST(Loops, HitsAndStridesAgreeWithTheReference) {
  at_each_level([](const Loops& loop, Index n) {
    const Values row = drawn(n, 3), bounds = drawn(n, 4);
    const Index strides = n / 64;
    std::vector<std::uint32_t> found(64), expected(64);
    for (Index j = 0; j < 64 * strides; ++j)
      if (const auto p = static_cast<std::size_t>(j); row[p] >= 0.5f || row[p] >= bounds[p]) expected[p % 64] |= 1u << (j / 64);
    loop.hits(found.data(), row.data(), 0.5f, bounds.data(), strides);
    EXPECT_EQ(found, expected);
    if (n < 64) return;
    Values largest(64), most(row.begin(), row.begin() + 64);
    for (std::size_t j = 64; j < static_cast<std::size_t>(64 * strides); ++j) most[j % 64] = std::max(most[j % 64], row[j]);
    loop.largest_of_strides(largest.data(), row.data(), n);
    EXPECT_EQ(largest, most);
  });
}

TEST(Loops, ExponentialsAgreeWithTheLibrary) {
  at_each_level([](const Loops& loop, Index n) {
    const Values k = drawn(n, 5);
    Values kernel = k, expected(k.size());
    for (std::size_t j = 0; j < k.size(); ++j) expected[j] = static_cast<float>(std::exp((static_cast<double>(k[j]) - 1) * 5));
    loop.exp_kernel(kernel.data(), 5, n);
    expect_near(kernel, expected, 1e-5);
    std::vector<std::uint16_t> rounded(k.size());
    loop.exp_kernel_bf16(k.data(), 5, rounded.data(), n);
    for (std::size_t j = 0; j < k.size(); ++j) EXPECT_NEAR(from_bf16(rounded[j]) / expected[j], 1, 1.0 / 256) << j;
  });
}

TEST(Loops, SumsOfBfloat16AgreeWithTheReference) {
  at_each_level([](const Loops& loop, Index n) {
    const Values a = drawn(n, 1), b = drawn(n, 2);
    std::vector<std::uint16_t> rounded(a.size());
    loop.to_bf16(a.data(), rounded.data(), n);
    Values same(a.size()), sum = b, expected = b;
    for (std::size_t j = 0; j < a.size(); ++j) {
      same[j] = from_bf16(rounded[j]);
      expected[j] += 0.3f * same[j];
    }
    EXPECT_NEAR(loop.dot_bf16(rounded.data(), b.data(), n), dot_reference(same, b), 1e-6 * static_cast<double>(n) + 1e-5);
    loop.add_scaled_bf16(sum.data(), 0.3f, rounded.data(), n);
    expect_near(sum, expected, 1e-6);
  });
}

TEST(Loops, Bfloat16IsRoundedToTheNearest) {
  at_each_level([](const Loops& loop, Index n) {
    const Values from = drawn(n, 7);
    std::vector<std::uint16_t> to(from.size());
    loop.to_bf16(from.data(), to.data(), n);
    for (std::size_t j = 0; j < to.size(); ++j) {
      EXPECT_EQ(to[j], to_bf16(from[j]));
      const float back = __builtin_bit_cast(float, static_cast<std::uint32_t>(to[j]) << 16);
      EXPECT_NEAR(back, from[j], 0x1p-8 * std::abs(static_cast<double>(from[j])));
    }
  });
}

/// gain of swapping as the loops define it.
float gain_reference(const SwapTables& t, Index r, Index v) {
  double sum = 0;
  for (Index c = 0; c < t.k; ++c) {
    const float *a = t.a + c * t.width, *b = t.b + c * t.width;
    sum += (static_cast<double>(a[r]) - a[v]) * (static_cast<double>(b[v]) - b[r]);
  }
  return static_cast<float>(sum);
}

TEST(Loops, SwapsAgreeWithTheReference) {
  at_each_level([](const Loops& loop, Index k) {
    if (k > 200) return;
    const Index width = (k + 15) / 16 * 16, size = k * width;
    const Values a = drawn(size, 8), b = drawn(size, 9), start = drawn(size, 10), until = drawn(size, 11),
                 until_t = drawn(size, 12);
    const SwapTables tables{k, width, a.data(), b.data()};
    const Index r = k / 2, s = k - 1;
    Values gains(static_cast<std::size_t>(width)), expected;
    loop.swap_gains(gains.data(), tables, r);
    for (Index v = 0; v < width; ++v) expected.push_back(gain_reference(tables, r, v));
    expect_near(gains, expected, 1e-4);

    Values table = start, updated = start;
    for (Index u = 0; u < k; ++u)
      for (Index v = 0; v < width; ++v) {
        const auto of = [&](const Values& m, Index i, Index j) {
          return static_cast<double>(m[static_cast<std::size_t>(i * width + j)]);
        };
        updated[static_cast<std::size_t>(u * width + v)] +=
            static_cast<float>(2 * ((of(a, r, u) - of(a, s, u)) - (of(a, r, v) - of(a, s, v))) *
                               ((of(b, s, u) - of(b, r, u)) - (of(b, s, v) - of(b, r, v))));
      }
    loop.update_gains(table.data(), tables, r, s);
    expect_near(table, updated, 1e-4);

    constexpr float kNever = -std::numeric_limits<float>::infinity();
    Values symmetric(start.size(), kNever), both = until, both_t = until_t;
    for (Index i = 0; i < k; ++i)
      for (Index j = i + 1; j < k; ++j) {
        const auto p = static_cast<std::size_t>(i * width + j), q = static_cast<std::size_t>(j * width + i);
        symmetric[p] = symmetric[q] = start[p];
        both[q] = both[p];
        both_t[q] = both_t[p];
      }
    float best = 0, most = kNever;
    Index row = -1;
    for (Index i = 0; i < k; ++i)
      for (Index j = i + 1; j < k; ++j) {
        const auto p = static_cast<std::size_t>(i * width + j);
        if (std::min(until[p], until_t[p]) > -0.2f && start[p] <= 2.0f) continue;
        if (start[p] > most) most = start[p], row = i;
      }
    EXPECT_EQ(loop.best_swap(tables, symmetric.data(), both.data(), both_t.data(), -0.2f, 2.0f, &best), row);
    EXPECT_EQ(best, most);
  });
}

double sigmoid(double t) { return 1 / (1 + std::exp(-t)); }

TEST(Loops, LayersAgreeWithTheReference) {
  at_each_level([](const Loops& loop, Index n) {
    const Values x = drawn(n, 13), gain = drawn(n, 14), shift = drawn(n, 15), residual = drawn(n, 16), d = drawn(n, 17);
    double mean = 0, square = 0;
    for (const float value : x) mean += value / static_cast<double>(n);
    for (const float value : x) square += (value - mean) * (value - mean) / static_cast<double>(n);
    const double inverse = 1 / std::sqrt(square + 1e-5);
    Values xhat, out, d_norm, d_x, d_gain = gain, d_shift = shift;
    double mean_slope = 0, slope = 0;
    for (std::size_t c = 0; c < x.size(); ++c) {
      const double h = (x[c] - mean) * inverse, t = h * gain[c] + shift[c], s = sigmoid(t);
      xhat.push_back(static_cast<float>(h));
      out.push_back(static_cast<float>(t * s + residual[c]));
      d_norm.push_back(static_cast<float>(d[c] * s * (1 + t * (1 - s))));
      mean_slope += d[c] * s * (1 + t * (1 - s)) * gain[c] / static_cast<double>(n);
      slope += d[c] * s * (1 + t * (1 - s)) * gain[c] * h / static_cast<double>(n);
      d_gain[c] += d[c] * static_cast<float>(h);
      d_shift[c] += d[c];
    }
    for (std::size_t c = 0; c < x.size(); ++c)
      d_x.push_back(static_cast<float>(inverse * (static_cast<double>(d_norm[c]) * gain[c] - mean_slope - xhat[c] * slope)));
    if (n == 1) d_x[0] = 0;  // a single value is always its own mean

    Values v = x, y(x.size()), dn(x.size()), dx(x.size()), dg = gain, ds = shift;
    const float found = loop.norm_silu(v.data(), gain.data(), shift.data(), residual.data(), y.data(), n);
    EXPECT_NEAR(found, inverse, 1e-5 * inverse);
    expect_near(v, xhat, 2e-5);
    expect_near(y, out, 2e-5);
    loop.norm_silu_back(d.data(), xhat.data(), static_cast<float>(inverse), gain.data(), shift.data(), dn.data(), dx.data(), n);
    expect_near(dn, d_norm, 2e-5);
    expect_near(dx, d_x, n == 1 ? 1e-4 * inverse : 1e-4);
    loop.add_norm_gradients(d.data(), xhat.data(), dg.data(), ds.data(), n);
    expect_near(dg, d_gain, 2e-6);
    expect_near(ds, d_shift, 2e-6);

    Values along = d, expected = d;
    const double product = dot_reference(d, x);
    for (std::size_t c = 0; c < x.size(); ++c) expected[c] = static_cast<float>((d[c] - product * x[c]) * 0.5);
    loop.take_off_along(along.data(), x.data(), 0.5f, n);
    expect_near(along, expected, 1e-3);
  });
}

TEST(Loops, AdamAgreesWithTheReference) {
  at_each_level([](const Loops& loop, Index n) {
    const Values gradient = drawn(n, 18), m = drawn(n, 19), value = drawn(n, 20);
    Values v = drawn(n, 21), m1 = m, x = value, em, ev, ex;
    for (float& square : v) square *= square;
    Values v1 = v;
    for (std::size_t j = 0; j < m.size(); ++j) {
      const double g = 0.5 * gradient[j], first = 0.9 * m[j] + 0.1 * g, second = 0.99 * v[j] + 0.01 * g * g;
      em.push_back(static_cast<float>(first));
      ev.push_back(static_cast<float>(second));
      ex.push_back(static_cast<float>(0.95 * value[j] - 0.01 * first / (std::sqrt(second * 1.5) + 1e-8)));
    }
    loop.adam({0.5f, 0.9f, 0.99f, 0.95f, 0.01f, 1.5f, 1e-8f}, gradient.data(), m1.data(), v1.data(), x.data(), n);
    expect_near(m1, em, 1e-6);
    expect_near(v1, ev, 1e-6);
    expect_near(x, ex, 1e-4);
  });
}

}  // namespace
}  // namespace vec2vec
