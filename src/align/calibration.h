#pragma once

namespace vec2vec {

// Written by bench/fit_verdict.py from bench/results/verdict.jsonl; do not edit.
constexpr double kIntercept = -28.92, kAgreement = 3.771, kMargin = 1.926, kHalves = 12.27, kSearches = -3.594, kRows = 2.759;
constexpr double kMostRows = 10000;
constexpr double kAligned = 0.8, kNotAligned = 0.2;

}  // namespace vec2vec
