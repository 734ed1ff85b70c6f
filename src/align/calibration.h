// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace vec2vec {

// Written by bench/verdict/fit.py from bench/results/verdict.jsonl; do not edit.
constexpr double kIntercept = -13.33, kAgreement = 2.501, kMargin = 5.137, kHalves = 8.567, kSearches = -1.111;
constexpr double kLeastAgreement = 0.05, kMostHalves = 0.5;
constexpr double kAligned = 0.8, kNotAligned = 0.03;

}  // namespace vec2vec
