#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads an unknown space with several known ones: top-1 against the rows of the store and the number of known models.

    bench/quality/known_spaces.py [--unknown e5,mpnet] [--rows 500,1000,2000,5000,20000] [--known 1,2,4] [--seeds 0-2]
    bench/report.py --known-spaces      writes table and plot of docs/known-spaces.md

The store has the first rows of the general set by the unknown encoder. The known spaces have rows 20,000-39,999, which are other
texts, by the first encoders of KNOWN; none of them is of the unknown's family. Rows 40,000-44,095 are for evaluation, and no fit sees
them. Each run is one line of bench/results/known_spaces.jsonl: its score in the consensus of the known spaces (with one known space:
in that one), its score in each known space by --to, and the same of the oracle, a map of 20,000 true pairs (rows 20,000-39,999). A
stored run is skipped. Needs the shared data and the encoders of scripts/models.sh.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import EVALUATION, take
from benchlib.env import RESULTS, run_inside
from benchlib.fits import POOL, fit, score
from benchlib.records import Lines, sweep
from benchlib.run import add_program, find_program, git, numbers, parser_of

KNOWN = {"e5": ["mpnet", "minilm", "l3", "bge"], "mpnet": ["bge", "e5", "e5v2", "wordllama"]}
PUBLIC = ("general", 20000, 40000)


def plan(arguments):
    """The runs. Rows "oracle" are the 20,000 true pairs."""
    for seed in arguments.seeds:
        for rows in ["oracle", *map(int, arguments.rows.split(","))]:
            for unknown in arguments.unknown.split(","):
                for count in map(int, arguments.known.split(",")):
                    yield {"unknown": unknown, "known": KNOWN[unknown][:count], "rows": rows, "seed": 0 if rows == "oracle" else seed}


def measure(program, folder, run):
    unknown, known, oracle = run["unknown"], run["known"], run["rows"] == "oracle"
    store = PUBLIC if oracle else ("general", 0, run["rows"])
    public = {name: take(name, [PUBLIC]) for name in known}
    map_file, told = fit(program, folder, take(unknown, [store]), public, ["--paired"] if oracle else ["--seed", run["seed"]])
    source, truth = take(unknown, [EVALUATION]), {name: take(name, [EVALUATION]) for name in known}
    single = {name: score(program, folder, map_file, source, {name: truth[name]}, POOL, name)["top1"] for name in known}
    whole = score(program, folder, map_file, source, truth, POOL)
    return told | whole | {"single": single} | run | {"commit": git("rev-parse", "--short", "HEAD")}


def show(record):
    what = f"{record['unknown']} against {'+'.join(record['known'])}, {record['rows']} rows, seed {record['seed']}"
    return f"{what}: top-1 {record['top1']:.3f}, {record.get('verdict', '')}, {record['seconds']:.0f} s"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--unknown", default="e5,mpnet", help="encoders of the store")
    parser.add_argument("--rows", default="500,1000,2000,5000,20000", help="rows of the store")
    parser.add_argument("--known", default="1,2,4", help="numbers of known spaces")
    parser.add_argument("--seeds", type=numbers, default="0-2", help="as in 0-9 or 0,3,5")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program = find_program(arguments.vec2vec)
    lines = Lines(RESULTS / "known_spaces.jsonl", ["unknown", "known", "rows", "seed"])
    with tempfile.TemporaryDirectory() as folder:
        sweep(lines, plan(arguments), lambda run: measure(program, Path(folder), run), show)


if __name__ == "__main__":
    main()
