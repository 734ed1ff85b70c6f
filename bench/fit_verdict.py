#!/usr/bin/env python3
"""Fits the verdict's model to the runs of bench/verdict.py and writes src/align/calibration.h.

    bench/fit_verdict.py          prints what it found
    bench/fit_verdict.py --write  and writes the header

A logistic model, ridge 0.1 on standardised evidence, of "top-1 above half of the paired oracle's"; a run so near to the half that
its evaluation sample might have told otherwise counts in part. --choose compares sets of evidence by leaving out one pair of encoders
after another of the runs fitted on; the number of rows helps there, but would be trusted beyond the numbers seen. Runs with encoder
l3 or corpus agnews take no part in the fit: they are the test. Standard library only.
"""

import argparse
import itertools
import math
import subprocess
import sys

from bench_env import ROOT, records_of

RUNS = ROOT / "bench" / "results" / "verdict.jsonl"
HEADER = ROOT / "src" / "align" / "calibration.h"
LEAST_SEARCHES = 4  # src/align/effort.h at normal effort
LEAST_AGREEMENT = 0.05  # below it is chance
MOST_HALVES = 0.5  # more counts no more: in few dimensions the halves of wrong maps agree by 0.7, too
EVIDENCE = {
    "Agreement": lambda r: math.log(max(LEAST_AGREEMENT, r["evidence"]["agreement"])),
    "Margin": lambda r: math.log1p(max(0.0, r["evidence"]["score_margin"])),
    "Halves": lambda r: min(MOST_HALVES, r["evidence"]["half_agreement"]),
    "Searches": lambda r: math.log(r["searches"] / LEAST_SEARCHES),
    "Rows": lambda r: math.log(min(r["rows"])),
    "Mutual": lambda r: r["evidence"]["mutual_neighbours"],
}
NAMES = ["Agreement", "Margin", "Halves", "Searches"]
NEAR = 0.02  # of the oracle's top-1: two standard deviations of top-1 in a pool of 4,096
RIDGE = 0.1
ALIGNED, NOT_ALIGNED = 0.8, 0.03  # bounds on the probability; no good run of this bench or of bench/hard_cases.py lies below the second


def good(record):
    return record["top1"] > 0.5 * record["oracle"]


def label(record):
    return 1 / (1 + math.exp(-(record["top1"] / record["oracle"] - 0.5) / NEAR))


def features(record, names):
    return [EVIDENCE[name](record) for name in names]


def held_out(record):
    run = record["run"]
    return any(name.startswith("l3") for name in (run["source"], *run["target"].split("+"))) or any(part[0] == "agnews" for part in run["a"] + run["b"])


def solve(a, b):
    """a x = b by elimination."""
    n = len(b)
    m = [row[:] + [b[i]] for i, row in enumerate(a)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[pivot] = m[pivot], m[i]
        for r in range(n):
            if r != i:
                factor = m[r][i] / m[i][i]
                m[r] = [x - factor * y for x, y in zip(m[r], m[i])]
    return [m[i][n] / m[i][i] for i in range(n)]


def fit(records, names=NAMES):
    """Names, intercept and coefficients of raw features, by Newton steps."""
    x, y = [features(r, names) for r in records], [label(r) for r in records]
    k = len(names)
    mean = [sum(row[j] for row in x) / len(x) for j in range(k)]
    spread = [math.sqrt(sum((row[j] - mean[j]) ** 2 for row in x) / len(x)) or 1.0 for j in range(k)]
    z = [[1.0] + [(row[j] - mean[j]) / spread[j] for j in range(k)] for row in x]
    w = [0.0] * (k + 1)
    for _ in range(50):
        p = [1 / (1 + math.exp(-sum(a * b for a, b in zip(w, row)))) for row in z]
        gradient = [sum((p[i] - y[i]) * z[i][j] for i in range(len(z))) + (RIDGE * w[j] if j else 0) for j in range(k + 1)]
        hessian = [
            [sum(p[i] * (1 - p[i]) * z[i][a] * z[i][b] for i in range(len(z))) + (RIDGE if a == b and a else 1e-9) for b in range(k + 1)]
            for a in range(k + 1)
        ]
        w = [a - b for a, b in zip(w, solve(hessian, gradient))]
    raw = [w[j + 1] / spread[j] for j in range(k)]
    return names, w[0] - sum(c * m for c, m in zip(raw, mean)), raw


def probability(model, record):
    names, intercept, coefficients = model
    return 1 / (1 + math.exp(-(intercept + sum(c * f for c, f in zip(coefficients, features(record, names))))))


def verdict(p):
    return "ALIGNED" if p >= ALIGNED else "UNCERTAIN" if p >= NOT_ALIGNED else "NOT_ALIGNED"


def upper_bound(wrong, runs):
    """95 % upper bound of a rate of which `wrong` of `runs` were seen (Clopper-Pearson, by bisection)."""
    if runs == 0 or wrong == runs:
        return 1.0
    low, high = wrong / runs, 1.0
    for _ in range(60):
        q = (low + high) / 2
        if sum(math.comb(runs, i) * q**i * (1 - q) ** (runs - i) for i in range(wrong + 1)) > 0.05:
            low = q
        else:
            high = q
    return high


BINS = [(0, 0.05), (0.05, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.0001)]


def report(model, records):
    """Counts by verdict, the calibration curve and its error: sum over bins of their share times |mean p - rate|."""
    p = [probability(model, r) for r in records]
    counts = {v: [0, 0] for v in ("ALIGNED", "UNCERTAIN", "NOT_ALIGNED")}
    for r, q in zip(records, p):
        counts[verdict(q)][good(r)] += 1
    curve, error = [], 0.0
    for low, high in BINS:
        inside = [(q, good(r)) for r, q in zip(records, p) if low <= q < high]
        if inside:
            mean, rate = sum(q for q, _ in inside) / len(inside), sum(g for _, g in inside) / len(inside)
            curve.append((low, high, len(inside), mean, rate))
            error += len(inside) / len(records) * abs(mean - rate)
    return counts, curve, error


def split(records):
    return [r for r in records if not held_out(r)], [r for r in records if held_out(r)]


def verdict_section():
    """Of docs/results.md."""
    records = records_of(RUNS)
    if not records:
        return ""
    train, test = split(records)
    model = fit(train)
    lines = ["## The verdict, where the truth is known\n"]
    lines.append(f"{len(records)} runs of `bench/verdict.py` (easy and hard pairs, 500 to 9,000 rows a side, other corpora, unequal and half")
    lines.append("overlapping sides, few columns, noise, destroyed data, unrelated clusters). Good: top-1 above half of the paired oracle's. The model never saw a run with encoder")
    lines.append("l3 or corpus agnews; its figures stand for what it meets in use.\n")
    called = [r for r in test + train if not good(r) and verdict(probability(model, r)) == "ALIGNED"]
    shares = ", ".join(f"{r['top1'] / r['oracle']:.2f}" for r in sorted(called, key=lambda r: r["top1"] / r["oracle"]))
    lines.append(f"Shares of the oracle's top-1 that failed runs called ALIGNED reached: {shares or 'none'}.\n")
    lines.append("| runs | verdict | good | failed |\n|---|---|---|---|")
    for name, part in (("fitted on", train), ("held out", test)):
        counts, _, _ = report(model, part)
        for v, (bad, ok) in counts.items():
            lines.append(f"| {name} | {v} | {ok} | {bad} |")
    lines.append("")
    for name, part in (("Fitted on", train), ("Held out", test)):
        counts, curve, error = report(model, part)
        bad, ok = counts["ALIGNED"]
        all_good = sum(c[1] for c in counts.values())
        lines.append(f"{name}: {len(part)} runs; good ones called ALIGNED {ok} of {all_good}; failed ones among ALIGNED {bad} of {bad + ok} (95 % upper bound {upper_bound(bad, bad + ok):.3f}); calibration error {error:.3f}.")
        lines.append("Calibration (probability: mean foretold / rate seen, runs): " + "; ".join(f"{low:g}–{min(high, 1):g}: {mean:.2f} / {rate:.2f}, {n}" for low, high, n, mean, rate in curve) + ".\n")
    return "\n".join(lines) + "\n"


def choose(train):
    """For each set of evidence, every pair of encoders told by a model of the others: log loss, and good and failed runs ALIGNED."""
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--choose", action="store_true", help="compare sets of evidence on the runs fitted on alone")
    arguments = parser.parse_args()
    train, _ = split(records_of(RUNS))
    if arguments.choose:
        choose(train)
        return
    names, intercept, coefficients = fit(train)
    print(verdict_section())
    values = ", ".join(f"k{name} = {value:.4g}" for name, value in zip(["Intercept", *names], [intercept, *coefficients]))
    print(values)
    if arguments.write:
        HEADER.write_text(
            "#pragma once\n\nnamespace vec2vec {\n\n// Written by bench/fit_verdict.py from bench/results/verdict.jsonl; do not edit.\n"
            f"constexpr double {values};\nconstexpr double kLeastAgreement = {LEAST_AGREEMENT}, kMostHalves = {MOST_HALVES};\nconstexpr double kAligned = {ALIGNED}, kNotAligned = {NOT_ALIGNED};\n\n}}  // namespace vec2vec\n"
        )
        subprocess.run([sys.executable, ROOT / "bench" / "page_runs.py"], check=True)  # the page of align shows the same runs


if __name__ == "__main__":
    main()
