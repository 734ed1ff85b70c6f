#!/usr/bin/env python3
"""What Python costs over the command line: the same job as `vec2vec ...` and as a Python process that imports vec2vec_cpp, in turn.

    bench/python_overhead.py [--rows 1000000] [--repeat 15]

Jobs: translate (rows x 384 -> 768, npy to npy) and align (the demo data). Both processes are timed from start to end, interpreter
and imports included; wall time and CPU time are medians, the overheads medians over the rounds (each round runs both, in changing order, after a
sync) with a 95 % interval of 2,000 resamples of the rounds. Appends records to bench/results/python_overhead.jsonl. Needs build/release
and scripts/python_test.sh to have run (build/python/venv).
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench_env import BUILD, ROOT, add_record, natural_blas, records_of

PYTHON = BUILD / "python" / "venv" / "bin" / "python"
VEC2VEC = BUILD / "release" / "cli" / "vec2vec"
DATA = ROOT / "examples" / "data"


def overhead(record, kind):
    """Of a record, with its interval where it has one."""
    text = f"{record[f'{kind}_overhead']:+.1%}"
    if f"{kind}_interval" in record:
        text += " ({:+.1%} to {:+.1%})".format(*record[f"{kind}_interval"])
    return text


def section():
    """Of docs/results.md: all records; one run varies by more than Python costs."""
    path = ROOT / "bench" / "results" / "python_overhead.jsonl"
    records = records_of(path)
    if not records:
        return ""
    text = "## Python\n\n| date | job, whole process | command: wall, CPU (s) | Python: wall, CPU (s) | wall overhead | CPU overhead |\n|---|---|---|---|---|---|\n"
    for r in records:
        text += f"| {r['date'][:16]} | {r['job']} | {r['wall_cli']:.2f}, {r['cpu_cli']:.2f} | {r['wall_python']:.2f}, {r['cpu_python']:.2f} | {overhead(r, 'wall')} | {overhead(r, 'cpu')} |\n"
    few, many = (pick(r["repeat"] for r in records) for pick in (min, max))
    text += f"\nMedians of {few} to {many} runs of each in turn, interpreter and imports included; 2 cores; in brackets 95 % intervals over the rounds. Until "
    return text + "2026-11-26 04:00 `import vec2vec_cpp` loaded the whole package and numpy (0.10 s of wall time, 0.13 s of CPU), now what is used. Command: `bench/python_overhead.py`\n"


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
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, env=natural_blas(os.environ))
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
    record["date"] = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    add_record(ROOT / "bench" / "results" / "python_overhead.jsonl", record)
    shown = (f"{kind} {record[f'{kind}_cli']:.2f} s -> {record[f'{kind}_python']:.2f} s ({overhead(record, kind)})" for kind in ("wall", "cpu"))
    print(f"{job}: " + ", ".join(shown))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--repeat", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        rows, out, map_file = folder / "in.npy", folder / "out.npy", folder / "map.safetensors"
        pairs = [DATA / "minilm.pairs.npy", DATA / "mpnet.pairs.npy"]
        subprocess.run([VEC2VEC, "align", *pairs, "-o", map_file, "--paired", "--procrustes", "--quiet"], check=True)
        subprocess.run([PYTHON, "-c", MAKE_ROWS, rows, str(arguments.rows), DATA / "minilm.a.npy"], check=True)
        os.sync()
        job = f"translate {arguments.rows} x 384 -> 768"
        command = [VEC2VEC, "translate", map_file, rows, out, "--force", "--quiet"]
        compare(job, [PYTHON, "-c", TRANSLATE, map_file, rows, out], command, arguments.repeat)
        demo = [DATA / "minilm.a.npy", DATA / "mpnet.b.npy"]
        command = [VEC2VEC, "align", *demo, "-o", folder / "m", "--force", "--quiet"]
        compare("align minilm -> mpnet, demo data", [PYTHON, "-c", ALIGN, *demo, folder / "m"], command, arguments.repeat)


if __name__ == "__main__":
    main()
