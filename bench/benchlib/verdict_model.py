# SPDX-License-Identifier: Apache-2.0
"""The model behind the verdict: a logistic model of whether a map is good, fitted to the runs of bench/verdict/runs.py.

Good means a top-1 above half of the paired oracle's. The model has a ridge of 0.1 on standardised evidence. A run so near to the half
that another evaluation sample might have decided otherwise counts in part. Runs with encoder l3 or corpus agnews take no part in the
fit: they are the test. Standard library only."""

import math

from .env import RESULTS

RUNS = RESULTS / "verdict.jsonl"
LEAST_SEARCHES = 4  # src/align/effort.h at normal effort
LEAST_AGREEMENT = 0.05  # a lower agreement is chance
MOST_HALVES = 0.5  # a higher agreement of the halves counts no more: in few dimensions those of wrong maps agree by 0.7, too
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
ALIGNED, NOT_ALIGNED = 0.8, 0.03  # bounds on the probability; no good run of this bench or of bench/quality/hard_cases.py is below the second


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
    """95 % upper bound of a rate when `wrong` of `runs` were found (Clopper-Pearson, by bisection)."""
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
