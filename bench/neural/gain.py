#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the neural translator adds, without pairs, to the linear map that it starts from, pair by pair and seed by seed.

    bench/neural/gain.py [--pairs minilm-mpnet,minilm-e5+50] [--seeds 0-4] [--rows 20000] [--time-budget 120] [--maps FOLDER] [--tuning] [-- OPTION ...]

NAME+50 gives 50 known pairs to the linear start and to training: texts of the last 50 target rows, which take the place of as many
source rows. The linear map of a pair is found once (seed 0), or taken from FOLDER (bench/quality/align.py keeps its maps in
build/bench-data/maps); training runs once a seed. Options behind -- go to `vec2vec align --method neural`. Sides, data and scores are
those of bench/quality/align.py. Each run is one line of bench/results/neural.jsonl; a run that is stored for the same revision and
options is skipped.

--tuning is for the choice of settings: it takes 10,000 rows a side and scores on rows 10,000-14,095, which are no evaluation rows. Its
records are in bench/results/neural_tuning.jsonl.
"""

import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import EVAL_END, EVAL_FIRST, TARGET_FIRST, slice_of
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.fits import align_files, scores_of
from benchlib.neural import ROWS, kept
from benchlib.records import Lines, machine, now, sweep
from benchlib.report.neural import GAINS
from benchlib.run import add_program, numbers, parser_of, program_of

FOLDER = BENCH_DATA / "neural"


def with_known_pairs(source, a, last, rows, count):
    """The rows of file a, but the last `count` replaced by rows last - count .. last - 1 of the encoder, and the option with their pairs."""
    import numpy as np

    path, pairs = FOLDER / f"{source}.{rows}.{count}.npy", FOLDER / f"pairs.{rows}.{count}.csv"
    if not path.exists():
        changed = np.load(a)
        changed[rows - count :] = np.load(slice_of(source, last - count, last))
        np.save(path, changed)
        pairs.write_text("".join(f"{i},{i}\n" for i in range(rows - count, rows)))
    return path, ["--pairs", pairs]


class Problem:
    """A pair of encoders, or of encoders and known pairs: its files, its linear map and what that scores."""

    def __init__(self, program, pair, rows, evaluation, maps):
        encoders, _, known = pair.partition("+")
        source, target = encoders.split("-")
        last = TARGET_FIRST + rows
        self.program, self.name = program, f"{pair}.{rows}"
        self.files, self.pairs = [slice_of(source, 0, rows), slice_of(target, TARGET_FIRST, last)], []
        if known:
            self.files[0], self.pairs = with_known_pairs(source, self.files[0], last, rows, int(known))
        self.evaluation = [slice_of(encoder, *evaluation) for encoder in (source, target)]
        self.start = FOLDER / f"{self.name}.linear.safetensors"
        given = maps / f"{self.name}.0.safetensors" if maps else self.start
        if not self.start.exists() and given.exists():
            shutil.copy(given, self.start)
        if not self.start.exists():
            align_files(program, self.files, self.start, self.pairs)
        self.linear = scores_of(program, self.start, self.evaluation)[0]

    def measure(self, run):
        work = FOLDER / f"{self.name}.{run['seed']}.safetensors"
        options = [*self.pairs, "--method", "neural", "--start", self.start, "--seed", run["seed"], *run["options"].split()]
        told = align_files(self.program, self.files, work, options)
        record = run | {"cpu_seconds": told["cpu_seconds"]}
        record |= {name: told["json"][name] for name in ("start_score", "best_score", "best_step", "steps", "stopped_because")}
        record |= {"linear": self.linear, "neural": scores_of(self.program, work, self.evaluation)[0], "seconds": told["seconds"]}
        return record | {"load": os.getloadavg()[0], "date": now(), "machine": machine()}


def show(record):
    linear, neural = record["linear"], record["neural"]
    scores = "  ".join(f"{name} {linear[name]['value']:.4f} -> {neural[name]['value']:.4f}" for name in GAINS)
    steps = f"step {record['best_step']} of {record['steps']}  {record['cpu_seconds']:.0f} CPU s"
    return f"{record['pair']} seed {record['seed']}  {scores}  {'kept' if kept(linear, neural) else 'WORSE'}  {steps}"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default="minilm-mpnet,mpnet-minilm,minilm-e5+50", help="directed pairs, source-target or source-target+N")
    parser.add_argument("--seeds", type=numbers, default="0-4", help="as in 0-9 or 0,3,5")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows a side")
    parser.add_argument("--time-budget", type=int, default=120, help="seconds of training a run; 0 = all steps of the preset")
    parser.add_argument("--maps", type=Path, help="folder of linear maps named PAIR.ROWS.0.safetensors")
    parser.add_argument("--tuning", action="store_true", help="fewer rows, scored on rows that are not kept for evaluation")
    parser.add_argument("options", nargs="*", help="options for align, behind --")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, revision = program_of(arguments.vec2vec)
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows, store, evaluation = arguments.rows, RESULTS / "neural.jsonl", (EVAL_FIRST, EVAL_END)
    if arguments.tuning:
        rows, store, evaluation = 10000, RESULTS / "neural_tuning.jsonl", (10000, 14096)
    options = " ".join([*(["--time-budget", str(arguments.time_budget)] if arguments.time_budget else []), *arguments.options])
    lines = Lines(store, ["rows", "pair", "seed", "options", "revision"], {"rows": ROWS})
    for pair in arguments.pairs.split(","):
        runs = [{"pair": pair, "rows": rows, "seed": seed, "options": options, "revision": revision} for seed in arguments.seeds]
        if not all(map(lines.has, runs)):
            sweep(lines, runs, Problem(program, pair, rows, evaluation, arguments.maps).measure, show)


if __name__ == "__main__":
    main()
