#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures time and memory of `vec2vec measure` at 100,000 rows, and at 10,000 rows beside the dense way.

    bench/speed/measures.py [--rows 100000] [--dense-rows 10000] [--results FILE]

A (rows, 768) and B (rows, 384) are random but related. The dense way is that of the platonic-rep code: an n x n product, a full argsort,
two n x n masks. It runs in numpy and in PyTorch (Debian's python3-torch, scripts/setup.sh --torch; left out where it is missing), and in
both once more with their partial selection in the place of the argsort, which that code does not use. All may use every core. The GEMM
speed is that of numpy's OpenBLAS (4096^3, float32, best of 5) in the same run, in flops per second of CPU time, so that a busy machine
slows both alike. Appends a record to bench/results/measure/scale.jsonl.
"""

import json
import os
import subprocess
import sys
import time
from argparse import SUPPRESS
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.records import add_record, machine, now
from benchlib.run import add_program, find_program, parser_of, run_measured

STORE = RESULTS / "measure" / "scale.jsonl"
DIMS = (768, 384)
K = 10


def make(rows):
    import numpy as np

    files = [BENCH_DATA / "measure" / f"random.{rows}.{dim}.npy" for dim in DIMS]
    if not all(file.exists() for file in files):
        files[0].parent.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(7)
        latent = random.standard_normal((rows, 64), dtype=np.float32)
        for file, dim in zip(files, DIMS):
            image = latent @ random.standard_normal((64, dim), dtype=np.float32)
            np.save(file, image + 4 * random.standard_normal((rows, dim), dtype=np.float32))
    return files


def measured(command):
    """Output, wall and CPU seconds and peak MiB of a command."""
    done = run_measured(command)
    return done["json"], {name: done[name] for name in ("seconds", "cpu_seconds", "peak_mib")}


def gemm_speed():
    """float32 flops per CPU second."""
    import numpy as np

    a = np.ones((4096, 4096), dtype=np.float32)
    a @ a
    best = 0
    for _ in range(5):
        start = time.process_time()
        a @ a
        best = max(best, 2 * 4096**3 / (time.process_time() - start))
    return best


def nearest_numpy(file, partial):
    """0/1 mask (n, n) of the K nearest rows of each."""
    import numpy as np

    rows = np.load(file)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    similarity = rows @ rows.T
    np.fill_diagonal(similarity, -1e8)
    near = np.argpartition(similarity, -K, axis=1)[:, -K:] if partial else np.argsort(-similarity, axis=1)[:, :K]
    mask = np.zeros(similarity.shape, dtype=np.float32)
    np.put_along_axis(mask, near, 1, axis=1)
    return mask


def nearest_torch(file, partial):
    import numpy as np
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    rows = torch.nn.functional.normalize(torch.from_numpy(np.load(file)), dim=1)
    similarity = (rows @ rows.T).fill_diagonal_(-1e8)
    near = similarity.topk(K, dim=1).indices if partial else similarity.argsort(dim=1, descending=True)[:, :K]
    return torch.zeros_like(similarity).scatter_(1, near, 1.0)


def dense(way, files):
    """Mutual k-NN by n x n matrices; prints its value."""
    library, selection = way.split("-")
    nearest = {"numpy": nearest_numpy, "torch": nearest_torch}[library]
    a, b = (nearest(file, selection == "partial") for file in files)
    print(json.dumps((a * b).sum(1).mean().item() / K))


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--dense-rows", type=int, default=10000)
    add_program(parser)
    parser.add_argument("--results", type=Path, default=STORE)
    parser.add_argument("--families", default="cka,maps", help="feature-space families to time")
    parser.add_argument("--dense", nargs=3, help=SUPPRESS)
    arguments = parser.parse_args()
    if arguments.dense:
        dense(arguments.dense[0], arguments.dense[1:])
        return
    run_inside("bench-venv", ["numpy"])
    program = find_program(arguments.vec2vec)

    def ours(files, only):
        # The dense way has neither permutations nor bootstrap, so ours has as few as it can.
        told, cost = measured([program, "measure", *files, "--only", only, "--permutations", 10, "--bootstrap", 0, "--json", "--quiet"])
        return {key: m["value"] for key, m in told["measures"].items()}, cost

    record = {"date": now(), "machine": machine(), "nice": os.nice(0), "load": os.getloadavg()[0]}
    record |= {"rows": arguments.rows, "dense_rows": arguments.dense_rows, "dims": DIMS, "k": K, "gemm_gflops_per_cpu_second": gemm_speed() / 1e9}

    def show(name, values, cost, n=None):
        record[name] = {"values": values, **cost}
        line = f"{name:<28}{cost['seconds']:8.1f} s wall {cost['cpu_seconds']:8.1f} s CPU {cost['peak_mib']:8.0f} MiB"
        if n:
            # By symmetry the work is one multiplication and addition for every two entries of S.
            share = n * n * sum(DIMS) / cost["cpu_seconds"] / 1e9 / record["gemm_gflops_per_cpu_second"]
            record[name]["share_of_gemm"] = share
            line += f"  {share:.2f} of GEMM speed (whole command)"
        print(line, flush=True)

    small = make(arguments.dense_rows)
    system = "/usr/bin/python3"  # Debian's packages are in no virtual environment
    has_torch = subprocess.run([system, "-c", "import torch"], capture_output=True).returncode == 0
    ways = ["numpy-argsort", "numpy-partial"] + (["torch-argsort", "torch-partial"] if has_torch else [])
    # Ours runs before and after them, and the mean counts: on a busy machine the load changes meanwhile.
    show("k-NN, few rows", *ours(small, "mutual_knn"), arguments.dense_rows)
    for way in ways:
        value, cost = measured([system if way.startswith("torch") else sys.executable, __file__, "--dense", way, *small])
        show(f"dense {way}, few rows", {"mutual_knn": value}, cost)
    show("k-NN, few rows, again", *ours(small, "mutual_knn"), arguments.dense_rows)
    large = make(arguments.rows)
    show("k-NN", *ours(large, "mutual_knn"), arguments.rows)
    for family in filter(None, arguments.families.split(",")):
        show(family, *ours(large, family))
    few = [record["k-NN, few rows"], record["k-NN, few rows, again"]]
    for way in ways:
        slow = record[f"dense {way}, few rows"]
        ratio = {cost: 2 * slow[cost] / (few[0][cost] + few[1][cost]) for cost in ("seconds", "cpu_seconds", "peak_mib")}
        record[f"dense {way}, few rows"]["times_ours"] = ratio
        print(f"dense {way}: {ratio['seconds']:.1f} times our time, {ratio['cpu_seconds']:.1f} times our CPU time, {ratio['peak_mib']:.1f} times our memory")
    add_record(arguments.results, record)


if __name__ == "__main__":
    main()
