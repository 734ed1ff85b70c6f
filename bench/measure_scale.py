#!/usr/bin/env python3
"""Time and memory of `vec2vec measure` at 100,000 rows, and at 10,000 beside the dense way of numpy.

    bench/measure_scale.py [--rows 100000] [--dense-rows 10000] [--vec2vec PROGRAM] [--results FILE]

A (rows, 768) and B (rows, 384) are random but related. The dense way is that of the platonic-rep code, in numpy: an n x n product, a
full argsort, two n x n masks. The GEMM speed is that of numpy's OpenBLAS (4096^3, float32, best of 5) in the same run, in flops per
second of CPU time, so that a busy machine slows both alike. Appends one JSON record to bench/results/measure/scale.jsonl.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, natural_blas, run_inside

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
    """Output, wall and CPU seconds and peak MiB of a child process."""
    start = time.perf_counter()
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, env=natural_blas(os.environ))
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"exit code {child.returncode} of: {' '.join(map(str, command))}")
    return json.loads(out), {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
    }


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


def dense(files):
    """Mutual k-NN by n x n matrices; prints its value."""
    import numpy as np

    masks = []
    for file in files:
        rows = np.load(file)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        similarity = rows @ rows.T
        np.fill_diagonal(similarity, -1e8)
        near = np.argsort(-similarity, axis=1)[:, :K]
        mask = np.zeros(similarity.shape, dtype=np.float32)
        np.put_along_axis(mask, near, 1, axis=1)
        masks.append(mask)
    print(json.dumps((masks[0] * masks[1]).sum(1).mean().item() / K))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--dense-rows", type=int, default=10000)
    parser.add_argument("--vec2vec", type=Path, default=ROOT / "build" / "release" / "cli" / "vec2vec")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "measure" / "scale.jsonl")
    parser.add_argument("--families", default="cka,maps", help="feature-space families to time")
    parser.add_argument("--dense", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    if arguments.dense:
        dense(arguments.dense)
        return
    from run import machine

    def ours(files, only):
        # The fewest permutations and no bootstrap: the dense way has neither.
        told, cost = measured([arguments.vec2vec, "measure", *files, "--only", only, "--permutations", 10, "--bootstrap", 0, "--json", "--quiet"])
        return {key: m["value"] for key, m in told["measures"].items()}, cost

    record = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "machine": machine()}
    record |= {"rows": arguments.rows, "dims": DIMS, "k": K, "gemm_gflops_per_cpu_second": gemm_speed() / 1e9}

    def show(name, values, cost, n=None):
        record[name] = {"values": values, **cost}
        line = f"{name:<28}{cost['seconds']:8.1f} s wall {cost['cpu_seconds']:8.1f} s CPU {cost['peak_mib']:8.0f} MiB"
        if n:
            # What is done: by symmetry one multiplication and addition for every two entries of S.
            share = n * n * sum(DIMS) / cost["cpu_seconds"] / 1e9 / record["gemm_gflops_per_cpu_second"]
            record[name]["share_of_gemm"] = share
            line += f"  {share:.2f} of GEMM speed (whole command)"
        print(line, flush=True)

    small = make(arguments.dense_rows)
    show("k-NN, few rows", *ours(small, "mutual_knn"), arguments.dense_rows)
    value, cost = measured([sys.executable, __file__, "--dense", *small])
    show("dense numpy, few rows", {"mutual_knn": value}, cost)
    large = make(arguments.rows)
    show("k-NN", *ours(large, "mutual_knn"), arguments.rows)
    for family in filter(None, arguments.families.split(",")):
        show(family, *ours(large, family))
    few, slow = record["k-NN, few rows"], record["dense numpy, few rows"]
    print(f"dense way: {slow['seconds'] / few['seconds']:.1f} times the time, {slow['peak_mib'] / few['peak_mib']:.1f} times the memory")
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    with arguments.results.open("a") as file:
        file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
