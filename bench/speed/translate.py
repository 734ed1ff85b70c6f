#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times `vec2vec translate` on a large file against two bounds of this machine that are measured in the same run.

    bench/speed/translate.py [--rows 1000000] [--pairs 384x384,384x768,768x768] [--repeat 3] [--neural PRESET]

--neural takes an untrained neural map of that preset's sizes, which costs as much as a trained one. GEMM bound: 2 rows d_source d_target
flops (neural: 2 rows times the entries of its matrices) at the float32 speed that all cores together reach on 1024 x 1024 products
(build/bench, built on first use). Disk bound: reading the input and writing as many bytes as the output, with fsync. Prints a line a
shape and appends records to bench/results/translate.jsonl.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, RESULTS, ROOT, natural_blas, run_inside
from benchlib.records import add_record, now
from benchlib.run import add_program, disk_seconds, find_program, parser_of, run_quietly


def gemm_flops():
    """Flop/s of all cores, out of the benchmark of the translate kernel: its speed over its share of the peak."""
    subprocess.run(["cmake", "--preset", "bench"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "bench"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    command = [BUILD / "bench" / "bench" / "vec2vec_bench", "--benchmark_filter=BM_Translate/384/384", "--benchmark_format=json"]
    out = subprocess.run(command, check=True, capture_output=True, env=natural_blas(os.environ)).stdout
    result = json.loads(out)["benchmarks"][0]
    return result["flops"] / result["of_peak"]


def make_map(vec2vec, folder, d_source, d_target, rng):
    import numpy as np

    latent = rng.standard_normal((2000, 32), dtype=np.float32)
    files = []
    for name, dim in (("a", d_source), ("b", d_target)):
        files.append(folder / f"{name}.npy")
        np.save(files[-1], latent @ rng.standard_normal((32, dim), dtype=np.float32))
    out = folder / "map.safetensors"
    run_quietly([vec2vec, "align", *files, "-o", out, "--paired", "--procrustes", "--force", "--quiet"])
    return out


def make_neural(vec2vec, folder, linear, preset):
    """A neural map that equals the linear one, of files that make_map left."""
    out = folder / "neural.safetensors"
    command = [vec2vec, "align", folder / "a.npy", folder / "b.npy", "-o", out, "--method", "neural", "--preset", preset]
    subprocess.run([*command, "--start", linear, "--steps", "0", "--quiet"], stdout=subprocess.DEVNULL)  # the exit code is a verdict
    return out


def products(map_file):
    """Entries of the matrices that a row is multiplied with."""
    with open(map_file, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    shapes = {name: t["shape"] for name, t in header.items() if name != "__metadata__"}
    layers = [s for name, s in shapes.items() if name.startswith("neural.") and name.endswith((".weight", ".skip"))]
    return sum(a * b for a, b in layers or [shapes["linear.weight"]])


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--pairs", default="384x384,384x768,768x768")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--neural", default="", help="preset of a neural map: refine or paper")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import numpy as np

    program = find_program(arguments.vec2vec)
    flops, rng = gemm_flops(), np.random.default_rng(0)
    print(f"GEMM: {flops / 1e9:.0f} Gflop/s on {os.cpu_count()} cores")
    for shape in arguments.pairs.split(","):
        d_source, d_target = map(int, shape.split("x"))
        with tempfile.TemporaryDirectory(dir=BUILD) as name:
            folder = Path(name)
            map_file = make_map(program, folder, d_source, d_target, rng)
            if arguments.neural:
                map_file = make_neural(program, folder, map_file, arguments.neural)
            entries = products(map_file)
            rows = np.lib.format.open_memmap(folder / "in.npy", "w+", np.float32, (arguments.rows, d_source))
            for begin in range(0, arguments.rows, 100000):
                rows[begin : begin + 100000] = rng.standard_normal(rows[begin : begin + 100000].shape, dtype=np.float32)
            del rows
            os.sync()
            ours, disk = [], []
            for _ in range(arguments.repeat):
                disk.append(disk_seconds(folder / "in.npy", folder / "plain.bin", arguments.rows * d_target * 4))
                start = time.perf_counter()
                command = [program, "translate", map_file, folder / "in.npy", "-o", folder / "out.npy"]
                run_quietly([*command, "--ignore-fingerprint", "--quiet"])
                ours.append(time.perf_counter() - start)
                os.unlink(folder / "out.npy")
        record = {"rows": arguments.rows, "d_source": d_source, "d_target": d_target, "seconds": sorted(ours)[len(ours) // 2]}
        record |= {"gemm_bound": 2 * arguments.rows * entries / flops, "disk_bound": sorted(disk)[len(disk) // 2]}
        record["share"] = max(record["gemm_bound"], record["disk_bound"]) / record["seconds"]
        if arguments.neural:
            record["neural"] = arguments.neural
        record["date"] = now()
        add_record(RESULTS / "translate.jsonl", record)
        print(
            f"{shape}: {record['seconds']:.2f} s, {arguments.rows / record['seconds']:,.0f} rows/s; bounds: GEMM"
            f" {record['gemm_bound']:.2f} s, disk {record['disk_bound']:.2f} s; {record['share']:.0%} of the slower"
        )


if __name__ == "__main__":
    main()
