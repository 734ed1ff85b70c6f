#pragma once

namespace vec2vec {

// Written by bench/fit_verdict.py from bench/results/verdict.jsonl; do not edit.
constexpr double kIntercept = -6, kAgreement = 10, kMargin = 0, kMutual = 0, kHalves = 0;

}  // namespace vec2vec
