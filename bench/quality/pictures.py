#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Aligns pictures with captions of other pictures, without pairs, and compares with the map of true pairs.

    bench/quality/pictures.py [--pictures efflite0+rn50,efflite0] [--captions minilm+bge+l3,minilm] [--pairs all,0,50] [--seeds 0-4]
    bench/report.py --table pictures      prints the table of the stored runs

Side A has pictures 0-8,499 of webcap by one encoder, or by several side by side: centred unit rows of each, so that each counts the
same. Side B has captions 8,500-16,999 by one encoder, or by several known spaces. Pictures and captions 17,000-18,605 are for evaluation
in a pool of 1,606, and no fit sees them. With known pairs the captions of the first pictures are added to B. "all" stands for pictures
0-8,499 with their own captions, --paired. Chance is 0.5 in FOSCTTM and 0.006 in top-10. Each run is one line of
bench/results/pictures.jsonl; a stored run is skipped. Needs the shared data; captions are encoded on first use.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import encoded
from benchlib.env import RESULTS, SHARED, run_inside
from benchlib.fits import evaluated, fit, saved
from benchlib.records import Lines, sweep
from benchlib.run import add_program, find_program, git, numbers, parser_of

STORE, PUBLIC, EVALUATION = slice(0, 8500), slice(8500, 17000), slice(17000, 18606)
POOL = 1606


def pictures(encoders, rows):
    """Rows (n, d): centred unit rows of each encoder side by side. The mean is that of the store."""
    import numpy as np

    parts = []
    for encoder in encoders:
        whole = np.load(SHARED / "data" / f"webcap.{encoder}.npy").astype(np.float32)
        part = whole[rows] - whole[STORE].mean(0)
        parts.append(part / np.linalg.norm(part, axis=1, keepdims=True))
    return np.concatenate(parts, 1)


def captions(program, encoders, rows):
    """{encoder: rows (n, d)}. rows is a slice or a list of row numbers."""
    import numpy as np

    texts = (SHARED / "data" / "webcap.captions.txt").read_text(encoding="utf-8").split("\n")[:18606]
    files = {name: SHARED / "data" / f"webcap.{name}.npy" for name in encoders}
    files = {name: path if path.exists() else encoded(program, "webcap", texts, name) for name, path in files.items()}
    return {name: np.load(path)[rows].astype(np.float32) for name, path in files.items()}


def plan(arguments):
    """The runs. Pairs "all" are the true pairs, and their map is the oracle."""
    for seed in arguments.seeds:
        for pairs in [p if p == "all" else int(p) for p in arguments.pairs.split(",")]:
            for views in arguments.pictures.split(","):
                for spaces in arguments.captions.split(","):
                    yield {"pictures": views.split("+"), "captions": spaces.split("+"), "pairs": pairs, "seed": 0 if pairs == "all" else seed}


def measure(program, folder, run):
    import numpy as np

    views, spaces, pairs, oracle = run["pictures"], run["captions"], run["pairs"], run["pairs"] == "all"
    rows, options = np.arange(18606)[STORE if oracle else PUBLIC], ["--paired"]
    if not oracle:
        options = ["--seed", run["seed"]]
        rows = np.concatenate([rows, np.arange(pairs)])
        if pairs:
            known = folder / "pairs.csv"
            known.write_text("".join(f"{i},{8500 + i}\n" for i in range(pairs)))
            options += ["--pairs", known]
    map_file, told = fit(program, folder, pictures(views, STORE), captions(program, spaces, rows), options)
    files = saved(folder / "eval", pictures(views, EVALUATION), captions(program, spaces, EVALUATION))
    scores = evaluated(program, files, ["--map", map_file], POOL)
    return told | {name: scores[name] for name in ("foscttm", "top1", "top10")} | run | {"commit": git("rev-parse", "--short", "HEAD")}


def show(record):
    what = f"{'+'.join(record['pictures'])} against {'+'.join(record['captions'])}, {record['pairs']} pairs, seed {record['seed']}"
    return f"{what}: FOSCTTM {record['foscttm']:.3f}, top-10 {record['top10']:.3f}, {record.get('verdict', '')}, {record['seconds']:.0f} s"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pictures", default="efflite0+rn50,efflite0", help="encoders of the pictures; + puts their vectors side by side")
    parser.add_argument("--captions", default="minilm+bge+l3,minilm", help="encoders of the captions; + joins several known spaces")
    parser.add_argument("--pairs", default="all,0,50", help="numbers of known pairs, or all")
    parser.add_argument("--seeds", type=numbers, default="0-4", help="as in 0-9 or 0,3,5")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program = find_program(arguments.vec2vec)
    lines = Lines(RESULTS / "pictures.jsonl", ["pictures", "captions", "pairs", "seed"])
    with tempfile.TemporaryDirectory() as folder:
        sweep(lines, plan(arguments), lambda run: measure(program, Path(folder), run), show)


if __name__ == "__main__":
    main()
