#!/usr/bin/env python3
"""Do random starts converge? The paper's losses from random weights on a small copy of the problem: full, without each, and with steadied
discriminators.

    bench/neural_random.py [--dims 8] [--steps 3000] [--seeds 0-2] [--known 0] [--variants full,no-vsp+no-gan,...]

Both sides are minilm rows of different texts (0-19,999 and 20,000-39,999 of bench/run.py's split) in their leading principal
directions, the target side turned by a random rotation: a map exists that is exact, linear and orthogonal, so what fails here fails
elsewhere. --known N gives training N known pairs (the source rows of the first N target texts are added). Evaluated on rows 10,000-14,095 of both (pairs are never shown). Lines go to bench/results/neural_random.jsonl."""

import argparse
import os
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, add_record, records_of, run_inside

STORE = ROOT / "bench" / "results" / "neural_random.jsonl"
BASE = {"reconstruction": 1, "cycle": 10, "preservation": 1, "cycle-preservation": 10, "generator": 1, "latent-generator": 1, "matching": 0}
VARIANTS = {
    "full": ({}, []),
    "noise": ({}, ["--instance-noise", "0.3"]),
    "penalty": ({}, ["--discriminator-penalty", "0.1"]),
    "matching": ({"matching": 10}, []),
    "no-vsp": ({"preservation": 0, "cycle-preservation": 0}, []),
    "no-cycle": ({"cycle": 0, "cycle-preservation": 0}, []),
    "no-cycle-vsp": ({"cycle-preservation": 0}, []),
    "cycle-vsp-1": ({"cycle-preservation": 1}, []),
    "no-latent-gan": ({"latent-generator": 0}, []),
    "no-gan": ({"generator": 0, "latent-generator": 0}, []),
}


def weights_of(variant):
    """The losses' coefficients of a variant, or of several joined by +."""
    return BASE | {name: weight for part in variant.split("+") for name, weight in VARIANTS[part][0].items()}


def loss_options(weights):
    return [part for name, weight in weights.items() for part in ("--loss", f"{name}={weight}")]


def section():
    records = records_of(STORE)
    if not records:
        return ""
    text = "## Neural from random weights\n\nThe paper's losses and coefficients on a small copy of the problem (`bench/neural_random.py`): minilm rows of different texts in their leading principal "
    text += "directions, one side rotated. Top-1 and mean rank of 4,096 held-out rows (chance: 0.0002, 2,048.5), one number a seed.\n\n"
    text += "| dimensions | steps | known pairs | losses | top-1 | mean rank | pair-free score, start → best |\n|---|---|---|---|---|---|---|\n"
    problem = lambda r: (r["dims"], r["steps"], r.get("known", 0), r["variant"])
    for group in dict.fromkeys(map(problem, records)):
        runs = [r for r in records if problem(r) == group]
        cells = [str(part) for part in group]
        cells.append(", ".join(f"{r['scores']['top1']['value']:.4f}" for r in runs))
        cells.append(", ".join(f"{r['scores']['mean_rank']['value']:.0f}" for r in runs))
        cells.append(", ".join(f"{r['start_score']:.3f} → {r['best_score']:.3f}" for r in runs))
        text += "| " + " | ".join(cells) + " |\n"
    return text + f"\n{records[-1]['date'][:10]}, commit {', '.join(dict.fromkeys(r['revision'] for r in records))}.\n\n"


def make_files(run, dims, known):
    """Rows of both sides and their evaluation pairs in `dims` directions; the last `known` of a belong to the first ones of b."""
    import numpy as np

    folder = BENCH_DATA / "neural_random"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.{dims}.{known}.npy" for name in ("a", "b", "eval-a", "eval-b")]
    if not all(file.exists() for file in files):
        a, b = (np.load(run.slice_of("minilm", first, first + 20000)).astype(np.float32) for first in (0, 20000))
        mean = a.mean(0)
        directions = np.linalg.svd((a - mean)[:4000], full_matrices=False)[2][:dims].T
        rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((dims, dims)))[0].astype(np.float32)
        held_out = slice(10000, 14096)
        rest = np.r_[0:10000, 14096:20000]
        for file, rows in zip(files, (np.concatenate([a[rest], b[:known]]), b, a[held_out], a[held_out])):
            projected = (rows - mean) @ directions
            np.save(file, projected @ rotation if "b." in file.name else projected)
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dims", type=int, default=8)
    parser.add_argument("--known", type=int, default=0)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", default="0-2")
    parser.add_argument("--variants", default=",".join(VARIANTS))
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import run

    arguments.vec2vec, revision = run.program_of(arguments.vec2vec)
    a, b, *evaluation = make_files(run, arguments.dims, arguments.known)
    pairs = []
    if arguments.known:
        pairs = ["--pairs", BENCH_DATA / "neural_random" / f"pairs.{arguments.known}.csv"]
        first = 20000 - 4096  # rows of a before the known ones
        pairs[1].write_text("".join(f"{first + i},{i}\n" for i in range(arguments.known)))
    done = {(r["dims"], r["steps"], r.get("known", 0), r["variant"], r["seed"]) for r in records_of(STORE) if r["revision"] == revision}
    for variant in arguments.variants.split(","):
        options = [option for part in variant.split("+") for option in VARIANTS[part][1]]
        for seed in run.numbers(arguments.seeds):
            if (arguments.dims, arguments.steps, arguments.known, variant, seed) in done:
                continue
            work = BENCH_DATA / "neural_random" / "map.safetensors"
            command = [arguments.vec2vec, "align", a, b, "-o", work, "--method", "neural", "--init", "random", "--width", 64, "--seed", seed]
            command += ["--steps", arguments.steps, "--period", arguments.steps // 6, "--learning-rate", 1e-3, "--discriminator-rate", 5e-4]
            command += ["--close", "no", "--threads", 1, *options, *pairs, *loss_options(weights_of(variant))]
            told = run.run_measured([*command, "--force", "--json", "--quiet"], tuple(run.VERDICTS))
            record = {"dims": arguments.dims, "steps": arguments.steps, "known": arguments.known, "variant": variant, "seed": seed, "revision": revision}
            record |= {name: told["json"][name] for name in ("start_score", "best_score", "best_step", "stopped_because")}
            record |= {"scores": run.scores_of(arguments, work, evaluation)[0], "seconds": told["seconds"]}
            record |= {"load": os.getloadavg()[0], "date": run.now(), "machine": run.machine()}
            add_record(STORE, record)
            print(f"{variant} seed {seed}: top-1 {record['scores']['top1']['value']:.4f}, mean rank {record['scores']['mean_rank']['value']:.0f}, score {record['start_score']:.3f} -> {record['best_score']:.3f}, {record['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
