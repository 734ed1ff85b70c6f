#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the ladder of supervision: `vec2vec align` with 0 to 20,000 known pairs, beside orthogonal Procrustes (scipy) and ridge
regression (scikit-learn, penalty by cross-validation), which take the same pairs alone.

    bench/quality/ladder.py [--pairs minilm-e5] [--counts 0,20,300] [--seeds 0-2] [--label NAME]

The source side has rows 0-19,999 of the general set, the target side rows 20,000-39,999. As many random rows of the target as there are
pairs are replaced by the counterparts of source rows. Rows 40,000-44,095 are for evaluation. With --wrong a fifth of the pairs are
exchanged among themselves. With 20,000 pairs both sides hold the same texts. Each run is one line of bench/results/ladder.jsonl; a
stored run is skipped.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import EVALUATION, take
from benchlib.env import RESULTS, run_inside
from benchlib.fits import POOL, fit, score
from benchlib.records import Lines
from benchlib.report.hard_cases import OURS
from benchlib.run import add_program, find_program, label_of, numbers, parser_of

PAIRS = ["minilm-mpnet", "minilm-e5", "e5-minilm", "mpnet-e5", "e5-mpnet"]
ROWS = 20000
RIVALS_FROM = 2  # pairs that the rivals need at least


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

    mean_a, mean_b = a.mean(0), b.mean(0)  # means of all rows, which need no pair
    x, y = centred(a[known[:, 0]], mean_a), centred(b[known[:, 1]], mean_b)
    x_new = centred(rows, mean_a)
    d = max(x.shape[1], y.shape[1])
    wide = lambda m: np.pad(m, ((0, 0), (0, d - m.shape[1])))
    rotation, _ = orthogonal_procrustes(wide(x), wide(y))
    yield "Procrustes, scipy", (wide(x_new) @ rotation)[:, : y.shape[1]] + mean_b
    ridge = RidgeCV(alphas=np.logspace(-4, 3, 15)).fit(x, y)
    yield "ridge, scikit-learn", ridge.predict(x_new) + mean_b


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default=",".join(PAIRS))
    parser.add_argument("--counts", default="0,1,5,20,50,100,300,1000,3000,20000")
    parser.add_argument("--seeds", type=numbers, default="0-2")
    parser.add_argument("--wrong", action="store_true", help="a fifth of the pairs are wrong")
    parser.add_argument("--label", help="the name of this program in the results; default: its commit")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("ladder-venv", ["numpy", "scipy", "scikit-learn"])
    import numpy as np

    program, label = find_program(arguments.vec2vec), label_of(arguments.label)
    lines = Lines(RESULTS / "ladder.jsonl", ["pair", "count", "seed", "wrong", "method", "program"])

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
                            add(record | {"method": method, "program": label}, told | score(program, folder, out, rows, answers, POOL))
                    if count >= RIVALS_FROM and not lines.has(record | {"method": "ridge, scikit-learn"}):
                        for method, translated in rivals(a, b, known, rows):
                            add(record | {"method": method}, score(program, folder, None, translated.astype(np.float32), answers, POOL))


if __name__ == "__main__":
    main()
