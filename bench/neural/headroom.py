#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how much a nonlinear map could gain where pairs are known: ridge regression on true pairs, and the same with random ReLU
features for its residuals.

    bench/neural/headroom.py [--pairs minilm-e5,minilm-mpnet]

The regression is fitted on rows 0-9,999 of both encoders and scored on rows 10,000-14,095, which are no evaluation rows of
docs/results.md. Prints lines and stores nothing.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import slice_of
from benchlib.env import run_inside
from benchlib.run import parser_of


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default="minilm-e5,minilm-mpnet", help="directed pairs, source-target, separated by commas")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import numpy as np

    def unit(x):
        return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)

    def ridge(x, y, penalty):
        return np.linalg.solve(x.T @ x / len(x) + penalty * np.eye(x.shape[1], dtype=np.float32), x.T @ y / len(x))

    def show(name, found, truth):
        cosines = unit(found) @ truth.T
        own = np.diag(cosines)
        rank = 1 + (cosines > own[:, None]).sum(1)
        print(f"  {name}: top-1 {np.mean(rank == 1):.4f}, mean rank {rank.mean():.3f}, centred cosine {own.mean():.4f}", flush=True)

    for pair in arguments.pairs.split(","):
        print(pair)
        sides = []
        for encoder in pair.split("-"):
            train, test = (unit(np.load(slice_of(encoder, *span)).astype(np.float32)) for span in ((0, 10000), (10000, 14096)))
            sides.append((unit(train - train.mean(0)), unit(test - train.mean(0))))
        (x, x_test), (y, y_test) = sides
        linear = ridge(x, y, 1e-3)
        show("ridge", x_test @ linear, y_test)
        random = np.random.default_rng(0)
        weight, bias = random.standard_normal((x.shape[1], 3000), dtype=np.float32), random.standard_normal(3000, dtype=np.float32) / 2
        features = [np.maximum(rows @ weight + bias, 0) / np.sqrt(750) for rows in (x, x_test)]
        middle = features[0].mean(0)
        features = [f - middle for f in features]
        more = ridge(features[0], y - x @ linear, 0.3 * features[0].var(0).mean())
        show("ridge and features", x_test @ linear + features[1] @ more, y_test)


if __name__ == "__main__":
    main()
