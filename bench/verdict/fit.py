#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits the model behind the verdict to the runs of bench/verdict/runs.py and writes src/align/calibration.h.

    bench/verdict/fit.py            prints the coefficients and how well the model does
    bench/verdict/fit.py --write    also writes the header, and the runs that the page of an alignment shows
    bench/verdict/fit.py --choose   compares sets of evidence

--choose leaves out one pair of encoders after another of the runs that are fitted on. The number of rows helps there, but the model
would trust it beyond the numbers it has met. bench/benchlib/verdict_model.py describes the model. Standard library only.
"""

import itertools
import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import ROOT
from benchlib.records import records_of
from benchlib.report.verdict import verdict_section, write_page_runs
from benchlib.run import parser_of
from benchlib.verdict_model import (
    ALIGNED,
    EVIDENCE,
    LEAST_AGREEMENT,
    MOST_HALVES,
    NOT_ALIGNED,
    RUNS,
    fit,
    good,
    label,
    probability,
    split,
    verdict,
)

HEADER = ROOT / "src" / "align" / "calibration.h"


def choose(train):
    """Prints, for each set of evidence, the log loss and the runs called ALIGNED when a model of the other pairs of encoders judges a pair."""
    pair = lambda r: tuple(sorted((r["run"]["source"], r["run"]["target"])))
    for size in range(2, len(EVIDENCE) + 1):
        for names in itertools.combinations(EVIDENCE, size):
            told = []
            for out in sorted(set(map(pair, train))):
                model = fit([r for r in train if pair(r) != out], names)
                told += [(r, min(max(probability(model, r), 1e-6), 1 - 1e-6)) for r in train if pair(r) == out]
            loss = -sum(label(r) * math.log(p) + (1 - label(r)) * math.log(1 - p) for r, p in told)
            aligned = [good(r) for r, p in told if verdict(p) == "ALIGNED"]
            print(f"log loss {loss:6.2f}, ALIGNED: {sum(aligned)} of {sum(good(r) for r in train)} good, {len(aligned) - sum(aligned)} failed; {', '.join(names)}")


def header(names, intercept, coefficients):
    values = ", ".join(f"k{name} = {value:.4g}" for name, value in zip(["Intercept", *names], [intercept, *coefficients]))
    return (
        "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\nnamespace vec2vec {\n\n// Written by bench/verdict/fit.py from bench/results/verdict.jsonl; do not edit.\n"
        f"constexpr double {values};\nconstexpr double kLeastAgreement = {LEAST_AGREEMENT}, kMostHalves = {MOST_HALVES};\nconstexpr double kAligned = {ALIGNED}, kNotAligned = {NOT_ALIGNED};\n\n}}  // namespace vec2vec\n"
    )


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--write", action="store_true", help="write the header and the page's runs")
    parser.add_argument("--choose", action="store_true", help="compare sets of evidence on the runs that are fitted on")
    arguments = parser.parse_args()
    train, _ = split(records_of(RUNS))
    if arguments.choose:
        choose(train)
        return
    model = fit(train)
    print(verdict_section())
    print(", ".join(f"k{name} = {value:.4g}" for name, value in zip(["Intercept", *model[0]], [model[1], *model[2]])))
    if arguments.write:
        HEADER.write_text(header(*model))
        write_page_runs()


if __name__ == "__main__":
    main()
