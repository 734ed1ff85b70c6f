#!/usr/bin/env python3
"""Measures `vec2vec align`, unpaired, on dirty input: real vectors that are damaged on purpose, beside the clean ones.

    bench/dirty.py [--pairs minilm-mpnet] [--cases clean,outliers] [--seeds 0-2] [--rows 5000] [--vec2vec PROGRAM]

Each run is appended as one JSON line to bench/results/dirty.jsonl; a run found there is skipped. bench/make_results.py makes the
table. Split as in bench/run.py. Side A is damaged, and side B in the same way with other random numbers; where the damage is the
encoder's (a dominating direction, rows of any length) the evaluation rows have it too, else they are clean. The oracle is the
orthogonal map of as many true pairs, damaged likewise.
"""

import argparse
import tempfile
from pathlib import Path

from bench_env import ROOT, run_inside
from experiment import Lines, fit, score, take
from run import build, git, numbers

RESULTS = ROOT / "bench" / "results" / "dirty.jsonl"
EVAL_FIRST, EVAL_ROWS = 40000, 2048
CASES = {
    "clean": "as the encoder made them",
    "duplicates": "half of the rows are copies of 20 rows",
    "outliers": "1 % of the rows are random directions",
    "corrupted": "1 % of the rows have a tenth of their values replaced by 100 times the largest",
    "unnormalised": "rows scaled by e^z, z standard normal",
    "dominating": "3 z w added to every row, of norm 1; z standard normal, w one random direction",
    "two-dominating": "the same with two directions, 3 z and 2 z",
    "offset": "the vector 3 w added to every row",
}
ENCODERS_OWN = {"unnormalised", "dominating", "two-dominating", "offset"}


def damage(rows, case, encoder, part):
    """A damaged copy of rows (n, d). Directions w depend on the encoder, which rows are chosen on the part (so that the oracle's
    pairs stay pairs), and what is drawn for a row on both."""
    import numpy as np

    fixed = np.random.default_rng([len(encoder), *encoder.encode()])
    random, choice = np.random.default_rng([*encoder.encode(), part]), np.random.default_rng(part)
    rows = rows.astype(np.float32).copy()
    n, d = rows.shape
    directions = fixed.standard_normal((2, d)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    if case == "duplicates":
        copies = choice.choice(n, n // 2, replace=False)
        rows[copies] = rows[choice.integers(0, 20, len(copies))]
    elif case == "outliers":
        chosen = choice.choice(n, n // 100, replace=False)
        rows[chosen] = random.standard_normal((len(chosen), d)) / np.sqrt(d)
    elif case == "corrupted":
        for i in choice.choice(n, n // 100, replace=False):
            rows[i, random.choice(d, d // 10, replace=False)] = 100 * np.abs(rows[i]).max()
    elif case == "unnormalised":
        rows *= np.exp(random.standard_normal((n, 1)))
    elif case == "dominating":
        rows += 3 * random.standard_normal((n, 1)) * directions[:1]
    elif case == "two-dominating":
        rows += 3 * random.standard_normal((n, 1)) * directions[:1] + 2 * random.standard_normal((n, 1)) * directions[1:]
    elif case == "offset":
        rows += 3 * directions[:1]
    else:
        assert case == "clean", case
    return rows.astype(np.float32)


def damaged(encoder, first, count, case, part):
    return damage(take(encoder, [("general", first, first + count)]), case, encoder, part)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default="minilm-mpnet")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--seeds", type=numbers, default="0-2")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    parser.add_argument("--label", help="what to call this program in the table; default: its commit")
    parser.add_argument("--options", default="", help="more options for align")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program = arguments.vec2vec or build()
    label = arguments.label or git("log", "-1", "--format=%h", "--abbrev=12")
    lines = Lines(RESULTS, ["pair", "case", "rows", "seed", "program", "options"])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for pair in arguments.pairs.split(","):
            source, target = pair.split("-")
            for case in arguments.cases.split(","):
                seen = case if case in ENCODERS_OWN else "clean"
                evaluation = [damaged(encoder, EVAL_FIRST, EVAL_ROWS, seen, 2) for encoder in (source, target)]
                for seed in (None, *arguments.seeds):  # None: the paired oracle
                    record = {"kind": "dirty", "pair": pair, "case": case, "rows": arguments.rows, "seed": seed}
                    record |= {"program": label, "options": arguments.options}
                    if lines.has(record):
                        continue
                    a = damaged(source, 0, arguments.rows, case, 0)
                    b = damaged(target, 0, arguments.rows, case, 0) if seed is None else damaged(target, 20000, arguments.rows, case, 1)
                    options = [*arguments.options.split(), "--seed", seed]
                    out, told = fit(program, folder, a, b, options, oracle=seed is None)
                    record = told | score(program, folder, out, *evaluation, EVAL_ROWS) | record
                    lines.add(record)
                    print(pair, case, seed, record.get("verdict", "oracle"), f"{record['top1']:.3f}", flush=True)


if __name__ == "__main__":
    main()
