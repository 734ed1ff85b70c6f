#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what Python costs over the command line: the same job as `vec2vec ...` and as a Python process that imports vec2vec_cpp.

    bench/speed/python_overhead.py [--rows 1000000] [--repeat 15]

The jobs are translate (rows x 384 -> 768, npy to npy) and align (the demo data). Both processes are timed from start to end, interpreter
and imports included. A round runs both, in changing order, after a sync. Wall time, CPU time and overheads are medians over the rounds;
the 95 % interval comes from 2,000 resamples of the rounds. Appends records to bench/results/python_overhead.jsonl. Run
scripts/python_test.sh first, which makes build/python/venv.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, DEMO, RESULTS
from benchlib.records import add_record, now
from benchlib.report.speed import overhead
from benchlib.run import add_program, find_program, parser_of, run_quietly

PYTHON = BUILD / "python" / "venv" / "bin" / "python"


MAKE_ROWS = """
import sys, numpy as np
rows = np.lib.format.open_memmap(sys.argv[1], "w+", np.float32, (int(sys.argv[2]), 384))
few = np.load(sys.argv[3]).astype(np.float32)
for begin in range(0, len(rows), len(few)):
    rows[begin : begin + len(few)] = few[: len(rows) - begin]
"""
TRANSLATE = "import sys, vec2vec_cpp as v; v.translate_file(*sys.argv[1:], overwrite=True)"
ALIGN = """
import sys, numpy as np, vec2vec_cpp as v
v.align(np.load(sys.argv[1]), np.load(sys.argv[2])).map.save(sys.argv[3], overwrite=True)
"""


def seconds(command):
    """Wall and CPU seconds of a process, started with nothing left to write to the disk."""
    os.sync()
    before, start = os.times(), time.perf_counter()
    run_quietly(command)
    wall, after = time.perf_counter() - start, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def compare(job, ours, theirs, repeat):
    """ours, theirs: the commands of Python and of the command line."""
    load, runs = os.getloadavg()[0], []
    for i in range(repeat):
        order = (0, 1) if i % 2 == 0 else (1, 0)
        took = {side: seconds((theirs, ours)[side]) for side in order}
        runs.append((took[0], took[1]))
    record = {"job": job, "repeat": repeat, "load": load}
    for i, kind in enumerate(("wall", "cpu")):
        cli, python = (statistics.median(run[side][i] for run in runs) for side in (0, 1))
        ratios = [run[1][i] / run[0][i] - 1 for run in runs]
        draw = random.Random(0)
        resampled = sorted(statistics.median(draw.choices(ratios, k=repeat)) for _ in range(2000))
        record |= {f"{kind}_cli": cli, f"{kind}_python": python, f"{kind}_overhead": statistics.median(ratios)}
        record[f"{kind}_interval"] = [resampled[49], resampled[1949]]
    record["date"] = now()
    add_record(RESULTS / "python_overhead.jsonl", record)
    shown = (f"{kind} {record[f'{kind}_cli']:.2f} s -> {record[f'{kind}_python']:.2f} s ({overhead(record, kind)})" for kind in ("wall", "cpu"))
    print(f"{job}: " + ", ".join(shown))


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--repeat", type=int, default=15)
    add_program(parser)
    arguments = parser.parse_args()
    program = find_program(arguments.vec2vec)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        rows, out, map_file = folder / "in.npy", folder / "out.npy", folder / "map.safetensors"
        pairs = [DEMO / "minilm.pairs.npy", DEMO / "mpnet.pairs.npy"]
        run_quietly([program, "align", *pairs, "-o", map_file, "--paired", "--procrustes", "--quiet"])
        run_quietly([PYTHON, "-c", MAKE_ROWS, rows, arguments.rows, DEMO / "minilm.a.npy"])
        os.sync()
        job = f"translate {arguments.rows} x 384 -> 768"
        command = [program, "translate", map_file, rows, "-o", out, "--force", "--quiet"]
        compare(job, [PYTHON, "-c", TRANSLATE, map_file, rows, out], command, arguments.repeat)
        demo = [DEMO / "minilm.a.npy", DEMO / "mpnet.b.npy"]
        command = [program, "align", *demo, "-o", folder / "m", "--force", "--quiet"]
        compare("align minilm -> mpnet, demo data", [PYTHON, "-c", ALIGN, *demo, folder / "m"], command, arguments.repeat)


if __name__ == "__main__":
    main()
