// SPDX-License-Identifier: Apache-2.0
#include "space/spectral/gate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "align/planted.h"
#include "random_matrix.h"
#include "space/unit.h"
#include "vec2vec/align.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

/// Adds size * z * w to every row, z standard normal.
void add_direction(Matrix& rows, const Matrix& w, float size, std::uint64_t seed) {
  Random random(seed);
  for (Index i = 0; i < rows.rows(); ++i) {
    const float z = size * static_cast<float>(random.normal());
    for (Index c = 0; c < rows.cols(); ++c) rows(i, c) += z * w(0, c);
  }
}

TEST(SpectralGate, FindsPlantedDirectionsAndLeavesRealEncodersAlone) {
  for (const char* name : {"minilm.eval.npy", "mpnet.eval.npy", "e5.eval.npy"}) {
    Matrix rows = read_all(*open_rows(std::string(VEC2VEC_DEMO_DATA) + "/" + name));
    CentredRows clean = centre(rows, 2);
    Spectrum principal = spectrum(clean.rows, 2);
    EXPECT_EQ(spectral_gate(clean.rows.span(), principal, 2).rows(), 0) << name;
    const Matrix w = random_unit(1, rows.cols(), 7);
    add_direction(rows, w, 3, 8);
    CentredRows centred = centre(rows, 2);
    principal = spectrum(centred.rows, 2);
    const Matrix found = spectral_gate(centred.rows.span(), principal, 2);
    ASSERT_GE(found.rows(), 1) << name;
    ASSERT_LE(found.rows(), 2) << name;  // of e5 the mean, too: rows are scaled by what was added to them, and so is it
    double along = 0, left = 0, cosine = 0;
    for (Index c = 0; c < rows.cols(); ++c) along += found(0, c) * w(0, c);
    EXPECT_GT(std::abs(along), 0.99) << name;
    for (Index i = 0; i < rows.rows(); ++i) {
      double energy = 0;
      for (Index c = 0; c < rows.cols(); ++c) {
        energy += centred.rows(i, c) * w(0, c);
        cosine += centred.rows(i, c) * clean.rows(i, c) / static_cast<double>(rows.rows());
      }
      left += energy * energy / static_cast<double>(rows.rows());
    }
    EXPECT_LT(left, 0.02) << name;
    EXPECT_GT(cosine, 0.9) << name << ": the rows are what they were";
  }
}

TEST(SpectralGate, TheMapIgnoresWhatWasDropped) {
  const Matrix d = random_unit(1, 12, 1), x = random_matrix(9, 12, 2), w = random_matrix(12, 4, 3);
  Matrix dropped(9, 12);
  std::copy_n(x.data(), 9 * 12, dropped.data());
  drop_directions(d, dropped.span());
  Matrix by_rows = product(dropped, w), by_map = product(x, without_directions(d, w));
  normalise_rows(by_rows.span());
  normalise_rows(by_map.span());
  for (Index i = 0; i < 36; ++i) EXPECT_NEAR(by_map.data()[i], by_rows.data()[i], 1e-2);  // bfloat16 products
}

TEST(SpectralGate, AlignFindsTheMapBehindADominatingDirectionAndRepeatedRows) {
  const Matrix source_truth = random_map(16, 40, 1), target_truth = random_map(16, 30, 2);
  Matrix source = times(latent(3000, 16, 3), source_truth), target = times(latent(3000, 16, 4), target_truth);
  add_direction(source, random_unit(1, 40, 5), 20, 6);
  for (Index i = 0; i < 1000; ++i) std::copy_n(target.row(2999), 30, target.row(i));
  const AlignSummary summary = align({source, target, "a", "b"});
  EXPECT_EQ(summary.verdict, Verdict::kAligned);
  EXPECT_NE(summary.map.card.find("\"gate\""), std::string::npos);
  EXPECT_NE(summary.map.card.find("\"distinct_rows\""), std::string::npos);
  Matrix held_out = times(latent(500, 16, 9), source_truth);
  add_direction(held_out, random_unit(1, 40, 5), 20, 10);
  EXPECT_GT(top1(summary.map, held_out, times(latent(500, 16, 9), target_truth)), 0.8);
}

}  // namespace
}  // namespace vec2vec
