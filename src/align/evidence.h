// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "align/search/climb.h"
#include "vec2vec/align.h"

namespace vec2vec {

/// How far a score is above the scores of climbs from random rotations, in units of 0.002, their usual standard deviation
/// (docs/how-it-works.md, the verdict). If the two sides do not correspond, the score of the search is no better than theirs.
double score_margin(const ViewPair& view, double score, std::uint64_t seed, int threads);

/// Of a map (d_source, d_target) between centred unit rows, from at most 2,000 of them a side:
/// mutual_neighbours: fraction of translated rows that are the nearest to their nearest target row;
/// half_agreement: fraction of rows with the same nearest target row under two maps, each fitted by one soft step from this one
/// to one half of the rows. Both in [0, 1]; sets these two members of evidence.
/// Cost: four couplings of at most 4,000 rows a side.
void judge_map(MatrixView source, const Spectrum& source_principal, MatrixView target, MatrixView map, double ridge,
               int threads, Evidence& evidence);

/// The probability that the top-1 of the map is more than half of what a map fitted to equally many true pairs would reach: a
/// logistic model of the evidence, fitted by bench/verdict/fit.py (docs/how-it-works.md, the verdict).
double success_probability(const Evidence& evidence);

}  // namespace vec2vec
