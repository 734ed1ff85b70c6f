#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains with all of the paper's losses from the linear start, and without each in turn. bench/neural/random_start.py does the same from
random weights.

    bench/neural/ablation.py [--pairs minilm-e5] [--seeds 0-4] [--variants full,no-vsp,...]

Files, linear maps and evaluation rows are those of bench/neural/gain.py, which must have run for these pairs. The `paper` preset has
width 512, rates 2e-4 and 1e-4 and 200 steps. The best of the scores at every 50th step, step 0 included, decides which map is kept; it
reads no pair. Each run is one line of bench/results/neural_ablation.jsonl; a stored run is skipped.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import evaluation_files
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.fits import scores_of
from benchlib.neural import LOSSES, ROWS, SHOWN, train
from benchlib.records import Lines, machine, now, sweep
from benchlib.run import add_program, numbers, parser_of, program_of


def show(record):
    linear, scores = record["linear"], record["scores"]
    shown = "  ".join(f"{name} {linear[name]['value']:.4f} -> {scores[name]['value']:.4f}" for name in SHOWN)
    return f"{record['pair']} {record['variant']} seed {record['seed']}  step {record['best_step']}  {shown}  {record['cpu_seconds']:.0f} CPU s"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default="minilm-e5", help="directed pairs, source-target, separated by commas")
    parser.add_argument("--seeds", type=numbers, default="0-4", help="as in 0-9 or 0,3,5")
    parser.add_argument("--variants", default=",".join(LOSSES), help="losses left out")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, revision = program_of(arguments.vec2vec)
    work = BENCH_DATA / "neural" / "ablation.safetensors"
    lines = Lines(RESULTS / "neural_ablation.jsonl", ["pair", "variant", "seed", "revision"])

    def measure(run):
        told = train(program, run["pair"], ["--start", start], run["seed"], work, run["variant"])
        record = run | {"cpu_seconds": told["cpu_seconds"]}
        record |= {name: told["json"][name] for name in ("start_score", "best_score", "best_step", "stopped_because")}
        return record | {"linear": linear, "scores": scores_of(program, work, evaluation)[0], "date": now(), "machine": machine()}

    for pair in arguments.pairs.split(","):
        evaluation, start = evaluation_files(pair), BENCH_DATA / "neural" / f"{pair}.{ROWS}.linear.safetensors"
        linear = scores_of(program, start, evaluation)[0]
        variants = arguments.variants.split(",")
        sweep(lines, [{"pair": pair, "variant": v, "seed": seed, "revision": revision} for v in variants for seed in arguments.seeds], measure, show)


if __name__ == "__main__":
    main()
