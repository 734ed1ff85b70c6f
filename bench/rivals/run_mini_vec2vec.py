#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs mini-vec2vec 0.1.2 (the PyPI package) with its own defaults, and scores its map as `vec2vec evaluate` scores ours.

    bench/rivals/run_mini_vec2vec.py A.npy B.npy --eval-a EA.npy --eval-b EB.npy [--seed N] [--map OUT.npy] [--rows N]

Prints one JSON object. The first run makes a virtual environment, build/rivals-venv, which needs Python 3.12 or later; the variable
PYTHON names one. The package pads unequal dimensions with zeros.
"""

import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import run_inside
from benchlib.run import parser_of

VERSION = "0.1.2"
DEFAULT_SEED = 123  # the default of the package


def unit(rows):
    import numpy as np

    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)


def evaluate(weight, means, spread, source, truth):
    """Scores of source (n, d_source) against truth (n, d_target), as in include/vec2vec/evaluate.h with a pool of n."""
    import numpy as np

    directions = unit(unit(unit(source) - means[0]) @ weight)
    truth = unit(truth)
    raw = unit(directions * spread + means[1])
    centred = unit(truth - means[1])
    similarity = directions @ centred.T
    own = np.diag(similarity).copy()
    np.fill_diagonal(similarity, -np.inf)
    # A tie counts half, as with us.
    rank = 1 + (similarity > own[:, None]).sum(1) + 0.5 * (similarity == own[:, None]).sum(1)
    return {
        "top1": float((rank == 1).mean()),
        "top10": float((rank <= 10).mean()),
        "mean_rank": float(rank.mean()),
        "median_rank": float(np.median(rank)),
        "centred_cosine": float(own.mean()),
        "cosine": float((raw * truth).sum(1).mean()),
    }


def main():
    parser = parser_of(__doc__)
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--eval-a", type=Path, required=True)
    parser.add_argument("--eval-b", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--rows", type=int, help="only the first N rows of either side (smoke tests)")
    parser.add_argument("--map", type=Path, help="where to save the matrix")
    arguments = parser.parse_args()
    run_inside("rivals-venv", [f"mini-vec2vec=={VERSION}"], at_least=(3, 12))

    start = time.perf_counter()
    import numpy as np
    from mini_vec2vec import MiniVec2Vec

    source, target = (np.load(path)[: arguments.rows].astype(np.float32) for path in (arguments.a, arguments.b))
    fit_start = time.perf_counter()
    model = MiniVec2Vec().fit(source, target, random_seed=arguments.seed, verbose=False)
    fit_seconds = time.perf_counter() - fit_start
    # The package pads the narrower side with zero columns; the part between the true dimensions alone has an effect.
    weight = np.asarray(model.W, dtype=np.float32)[: source.shape[1], : target.shape[1]]
    if arguments.map:
        np.save(arguments.map, weight)
    seconds = time.perf_counter() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    means = [unit(rows).mean(0, dtype=np.float64).astype(np.float32) for rows in (source, target)]
    spread = float(np.linalg.norm(unit(target) - means[1], axis=1).mean())
    evaluation = [np.load(path).astype(np.float32) for path in (arguments.eval_a, arguments.eval_b)]
    result = {
        "tool": f"mini-vec2vec {VERSION}",
        "seed": arguments.seed,
        "rows": [len(source), len(target)],
        "dims": [source.shape[1], target.shape[1]],
        "fit_seconds": fit_seconds,
        "seconds": seconds,
        "peak_mib": peak_mib,
        "eval_rows": len(evaluation[0]),
        "scores": evaluate(weight, means, spread, *evaluation),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
