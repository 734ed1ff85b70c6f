#pragma once

namespace vec2vec {

// Written by bench/fit_verdict.py from bench/results/verdict.jsonl; do not edit.
constexpr double kIntercept = -12.03, kAgreement = 5.198, kMargin = 1.991, kHalves = 21.24, kSearches = -3.467;
constexpr double kAligned = 0.8, kNotAligned = 0.2;

}  // namespace vec2vec
