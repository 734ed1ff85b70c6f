#!/usr/bin/env python3
"""Measures the ladder of supervision: `vec2vec align` with 0 to 20,000 known pairs, beside what the same pairs alone give:
orthogonal Procrustes (scipy) and ridge regression (scikit-learn, penalty by cross-validation).

    bench/ladder.py [--pairs minilm-e5] [--counts 0,20,300] [--seeds 0-2] [--vec2vec PROGRAM] [--label NAME]

Each run is one JSON line of bench/results/ladder.jsonl; a run found there is skipped. bench/make_results.py makes the table.
Rows 0-19,999 of the general set are the source's, 20,000-39,999 the target's; p random rows of the target are replaced by the
counterparts of p source rows. Evaluation: rows 40,000-44,095. In a run named "wrong" a fifth of the pairs are exchanged among
themselves. With 20,000 pairs the sides hold the same texts.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from bench_env import ROOT, run_inside
from experiment import EVALUATION, Lines, fit, score, take
from run import build, git, numbers

RESULTS = ROOT / "bench" / "results" / "ladder.jsonl"
PAIRS = ["minilm-mpnet", "minilm-e5", "e5-minilm", "mpnet-e5", "e5-mpnet"]
ROWS = 20000
RIVALS_FROM = 2  # pairs
OURS = ["vec2vec", "vec2vec --by-cosine"]  # the second with pairs alone


def sides(source, target, count, seed, wrong):
    """The two sides and the row numbers (count, 2) of the known pairs."""
    import numpy as np

    random = np.random.default_rng(seed)
    a = take(source, [("general", 0, ROWS)])
    if count == ROWS:
        return a, take(target, [("general", 0, ROWS)]), np.repeat(np.arange(ROWS)[:, None], 2, axis=1)
    b = take(target, [("general", ROWS, 2 * ROWS)])
    known = np.stack([random.choice(ROWS, count, replace=False) for _ in range(2)], axis=1)
    b[known[:, 1]] = take(target, [("general", 0, ROWS)])[known[:, 0]]
    if wrong:
        some = random.choice(count, count // 5, replace=False)
        known[some, 1] = known[np.roll(some, 1), 1]
    return a, b, known


def rivals(a, b, known, rows):
    """Translations of rows by Procrustes and by ridge, fitted on the known pairs of centred unit rows alone."""
    import numpy as np
    from scipy.linalg import orthogonal_procrustes
    from sklearn.linear_model import RidgeCV

    def centred(rows, mean):
        rows = rows - mean
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    mean_a, mean_b = a.mean(0), b.mean(0)  # of all rows: no pair is needed for these
    x, y = centred(a[known[:, 0]], mean_a), centred(b[known[:, 1]], mean_b)
    x_new = centred(rows, mean_a)
    d = max(x.shape[1], y.shape[1])
    wide = lambda m: np.pad(m, ((0, 0), (0, d - m.shape[1])))
    rotation, _ = orthogonal_procrustes(wide(x), wide(y))
    yield "Procrustes, scipy", (wide(x_new) @ rotation)[:, : y.shape[1]] + mean_b
    ridge = RidgeCV(alphas=np.logspace(-4, 3, 15)).fit(x, y)
    yield "ridge, scikit-learn", ridge.predict(x_new) + mean_b


def section():
    """Of docs/results.md."""
    records = Lines(RESULTS, []).records
    if not records:
        return ""
    counts = sorted({r["count"] for r in records})
    parts = ["## The ladder of supervision\n", __doc__.split("\n\n")[-1].replace("\n", " ").strip() + " `bench/ladder.py`.\n"]
    parts.append("Top-1 (pool 4,096, chance 0.0002) by the number of known pairs, median of the seeds; below it, centred cosine.\n")
    parts.append("| pair | method | " + " | ".join(f"{c:,}" for c in counts) + " |\n|---|---" + "|---" * len(counts) + "|")
    for pair, wrong in dict.fromkeys((r["pair"], r["wrong"]) for r in records):
        of_pair = [r for r in records if (r["pair"], r["wrong"]) == (pair, wrong)]
        for method in (*OURS, "Procrustes, scipy", "ridge, scikit-learn"):
            cells = []
            for count in counts:
                runs = [r for r in of_pair if (r["count"], r["method"]) == (count, method)]
                runs = [r for r in runs if r.get("program") == runs[-1].get("program")]
                cells.append(f"{median(r['top1'] for r in runs):.3f}<br>{median(r['centred_cosine'] for r in runs):.3f}" if runs else "–")
            parts.append(f"| {pair.replace('-', ' → ')}{', a fifth wrong' if wrong else ''} | {method} | " + " | ".join(cells) + " |")
    ours = [r for r in records if r["method"] in OURS]
    machines = ", ".join(sorted({f"{r['machine']['cpu']}, {r['machine']['cores']} cores" for r in ours}))
    seeds = sorted({r["seed"] for r in records})
    parts.append(f"\nSeeds {seeds[0]} to {seeds[-1]}; machine: {machines}; commit {', '.join(sorted({r['program'] for r in ours}))}.\n")
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=",".join(PAIRS))
    parser.add_argument("--counts", default="0,1,5,20,50,100,300,1000,3000,20000")
    parser.add_argument("--seeds", type=numbers, default="0-2")
    parser.add_argument("--wrong", action="store_true", help="a fifth of the pairs are wrong")
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    parser.add_argument("--label", help="what to call this program in the results; default: its commit")
    arguments = parser.parse_args()
    import numpy as np

    program = (arguments.vec2vec or build()).resolve()
    label = arguments.label or git("log", "-1", "--format=%h", "--abbrev=12")
    lines = Lines(RESULTS, ["pair", "count", "seed", "wrong", "method", "program"])

    def add(record, told):
        lines.add(record | told)
        print(record["pair"], record["count"], record["seed"], record["method"], f"top-1 {told['top1']:.3f}, cosine {told['centred_cosine']:.3f}", flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for pair in arguments.pairs.split(","):
            source, target = pair.split("-")
            rows, answers = take(source, [EVALUATION]), take(target, [EVALUATION])
            for count in map(int, arguments.counts.split(",")):
                for seed in arguments.seeds if count < ROWS else [0]:
                    record = {"pair": pair, "count": count, "seed": seed, "wrong": arguments.wrong}
                    a, b, known = sides(source, target, count, seed, arguments.wrong)
                    np.savetxt(folder / "pairs.csv", known, fmt="%d", delimiter=",")
                    given = ["--paired"] if count == ROWS else ["--pairs", folder / "pairs.csv"] if count else []
                    for method in OURS if count == ROWS else OURS[:1]:
                        if not lines.has(record | {"method": method, "program": label}):
                            out, told = fit(program, folder, a, b, ["--seed", seed, *given, *method.split()[1:]])
                            add(record | {"method": method, "program": label}, told | score(program, folder, out, rows, answers, 4096))
                    if count >= RIVALS_FROM and not lines.has(record | {"method": "ridge, scikit-learn"}):
                        for method, translated in rivals(a, b, known, rows):
                            add(record | {"method": method}, score(program, folder, None, translated.astype(np.float32), answers, 4096))


if __name__ == "__main__":
    run_inside("ladder-venv", ["numpy", "scipy", "scikit-learn"])
    main()
