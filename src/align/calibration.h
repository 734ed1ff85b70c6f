#pragma once

namespace vec2vec {

// Written by bench/fit_verdict.py from bench/results/verdict.jsonl; do not edit.
constexpr double kIntercept = -19.08, kAgreement = 13.38, kMargin = 2.561, kHalves = 15.03;
constexpr double kAligned = 0.8, kNotAligned = 0.2;

}  // namespace vec2vec
