#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks whether random starts converge: the paper's losses from random weights on a small copy of the problem, with all losses, without
each, and with steadied discriminators.

    bench/neural/random_start.py [--dims 8] [--steps 3000] [--seeds 0-2] [--known 0] [--variants full,no-vsp+no-gan,...]

Both sides are minilm rows of different texts (0-19,999 and 20,000-39,999, as in bench/quality/align.py) in their leading principal
directions; a random rotation turns the target side. So an exact, linear, orthogonal map exists, and what fails here fails elsewhere.
--known N gives N known pairs to training: the source rows of the first N target texts are added. Rows 10,000-14,095 of both are for
evaluation, and training never sees their pairs. Each run is one line of bench/results/neural_random.jsonl; a stored run is skipped.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import slice_of
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.fits import align_files, scores_of
from benchlib.neural import VARIANTS, loss_options, weights_of
from benchlib.records import Lines, machine, now, sweep
from benchlib.run import add_program, numbers, parser_of, program_of

FOLDER = BENCH_DATA / "neural_random"


def make_files(dims, known):
    """Rows of both sides and their evaluation pairs in `dims` directions; the last `known` of a belong to the first ones of b."""
    import numpy as np

    FOLDER.mkdir(parents=True, exist_ok=True)
    files = [FOLDER / f"{name}.{dims}.{known}.npy" for name in ("a", "b", "eval-a", "eval-b")]
    if not all(file.exists() for file in files):
        a, b = (np.load(slice_of("minilm", first, first + 20000)).astype(np.float32) for first in (0, 20000))
        mean = a.mean(0)
        directions = np.linalg.svd((a - mean)[:4000], full_matrices=False)[2][:dims].T
        rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((dims, dims)))[0].astype(np.float32)
        held_out = slice(10000, 14096)
        rest = np.r_[0:10000, 14096:20000]
        for file, rows in zip(files, (np.concatenate([a[rest], b[:known]]), b, a[held_out], a[held_out])):
            projected = (rows - mean) @ directions
            np.save(file, projected @ rotation if "b." in file.name else projected)
    return files


def pairs_option(known):
    if not known:
        return []
    path, first = FOLDER / f"pairs.{known}.csv", 20000 - 4096  # the known rows of side a begin there
    path.write_text("".join(f"{first + i},{i}\n" for i in range(known)))
    return ["--pairs", path]


def show(record):
    scores, moved = record["scores"], f"score {record['start_score']:.3f} -> {record['best_score']:.3f}"
    top1, rank = scores["top1"]["value"], scores["mean_rank"]["value"]
    return f"{record['variant']} seed {record['seed']}: top-1 {top1:.4f}, mean rank {rank:.0f}, {moved}, {record['seconds']:.0f} s"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--dims", type=int, default=8, help="principal directions that are kept")
    parser.add_argument("--known", type=int, default=0, help="known pairs")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", type=numbers, default="0-2", help="as in 0-9 or 0,3,5")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="changes of the losses; + joins several")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, revision = program_of(arguments.vec2vec)
    a, b, *evaluation = make_files(arguments.dims, arguments.known)
    pairs, work = pairs_option(arguments.known), FOLDER / "map.safetensors"

    def measure(run):
        options = ["--method", "neural", "--init", "random", "--width", 64, "--seed", run["seed"]]
        options += ["--steps", run["steps"], "--period", run["steps"] // 6, "--learning-rate", 1e-3, "--discriminator-rate", 5e-4]
        options += ["--close", "no", "--threads", 1, *(option for part in run["variant"].split("+") for option in VARIANTS[part][1])]
        told = align_files(program, [a, b], work, [*options, *pairs, *loss_options(weights_of(run["variant"]))])
        record = run | {name: told["json"][name] for name in ("start_score", "best_score", "best_step", "stopped_because")}
        record |= {"scores": scores_of(program, work, evaluation)[0], "seconds": told["seconds"]}
        return record | {"load": os.getloadavg()[0], "date": now(), "machine": machine()}

    problem = {"dims": arguments.dims, "steps": arguments.steps, "known": arguments.known}
    runs = [problem | {"variant": v, "seed": seed, "revision": revision} for v in arguments.variants.split(",") for seed in arguments.seeds]
    lines = Lines(RESULTS / "neural_random.jsonl", ["dims", "steps", "known", "variant", "seed", "revision"], {"known": 0})
    sweep(lines, runs, measure, show)


if __name__ == "__main__":
    main()
