#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `vec2vec align` without pairs on real vectors that are damaged on purpose, beside the undamaged ones.

    bench/quality/dirty.py [--pairs minilm-mpnet] [--cases clean,outliers] [--seeds 0-2] [--rows 5000]

The sides are those of bench/quality/align.py. Both are damaged in the same way with different random numbers. Where the encoder itself
would do the damage (a dominating direction, rows of any length) the evaluation rows have it too; else they are clean. The oracle is the
orthogonal map of as many true pairs with the same damage. Each run is one line of bench/results/dirty.jsonl; a stored run is skipped.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.damage import CASES, ENCODERS_OWN, damage
from benchlib.data import EVAL_FIRST, TARGET_FIRST, take
from benchlib.env import RESULTS, run_inside
from benchlib.fits import fit, score
from benchlib.records import Lines, sweep
from benchlib.run import add_program, find_program, label_of, numbers, parser_of

EVAL_ROWS = 2048


def damaged(encoder, first, count, case, part):
    return damage(take(encoder, [("general", first, first + count)]), case, encoder, part)


def plan(arguments, label):
    """The runs. A seed None is the paired oracle."""
    for pair in arguments.pairs.split(","):
        for case in arguments.cases.split(","):
            for seed in (None, *arguments.seeds):
                run = {"kind": "dirty", "pair": pair, "case": case, "rows": arguments.rows, "seed": seed}
                yield run | {"program": label, "options": arguments.options}


def measure(program, folder, run):
    (source, target), case, rows, oracle = run["pair"].split("-"), run["case"], run["rows"], run["seed"] is None
    a = damaged(source, 0, rows, case, 0)
    b = damaged(target, 0, rows, case, 0) if oracle else damaged(target, TARGET_FIRST, rows, case, 1)
    out, told = fit(program, folder, a, b, [*run["options"].split(), "--seed", run["seed"]], oracle)
    seen = case if case in ENCODERS_OWN else "clean"
    evaluation = [damaged(encoder, EVAL_FIRST, EVAL_ROWS, seen, 2) for encoder in (source, target)]
    return told | score(program, folder, out, *evaluation, EVAL_ROWS) | run


def show(record):
    return f"{record['pair']} {record['case']} {record['seed']} {record.get('verdict', 'oracle')} {record['top1']:.3f}"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default="minilm-mpnet", help="directed pairs, source-target, separated by commas")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--seeds", type=numbers, default="0-2", help="as in 0-9 or 0,3,5")
    parser.add_argument("--rows", type=int, default=5000, help="rows a side")
    parser.add_argument("--label", help="the name of this program in the table; default: its commit")
    parser.add_argument("--options", default="", help="more options for align")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program = find_program(arguments.vec2vec)
    lines = Lines(RESULTS / "dirty.jsonl", ["pair", "case", "rows", "seed", "program", "options"])
    with tempfile.TemporaryDirectory() as folder:
        sweep(lines, plan(arguments, label_of(arguments.label)), lambda run: measure(program, Path(folder), run), show)


if __name__ == "__main__":
    main()
