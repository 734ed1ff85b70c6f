#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Translates a large Parquet file into a folder of Parquet files, once in one go and once killed twice (SIGKILL) and resumed.

    bench/speed/parquet.py [--rows 10000000] [--folder build/parquet-scale] [--keep]

The rows are those of the demo data (384 dimensions) with noise, in row groups of 50,000. Reports rows a second, the largest memory of the
process, whether both outputs have the same SHA-256, and two bounds that are measured in the same run: GEMM (2 rows d^2 flops at the speed
of numpy's float32 product of 4096 x 384 by 384 x 384 on all cores) and disk (reading the input and writing as many bytes, with fsync).
Fills the disk with up to three times rows x 384 x 4 bytes. Appends a record to bench/results/parquet_scale.jsonl. Run
scripts/python_test.sh first, which makes build/python/venv.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, DEMO, RESULTS, natural_blas, run_by
from benchlib.records import add_record, now
from benchlib.run import disk_seconds, parser_of

PYTHON = BUILD / "python" / "venv" / "bin" / "python"
DIM, GROUP = 384, 50_000


def make_input(path, rows):
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    few, rng = np.load(DEMO / "minilm.a.npy").astype(np.float32), np.random.default_rng(0)
    schema = pa.schema({"id": pa.int64(), "vector": pa.list_(pa.float32(), DIM)})
    with pq.ParquetWriter(path, schema, compression="NONE", use_dictionary=False, write_statistics=False) as writer:
        for begin in range(0, rows, GROUP):
            count = min(GROUP, rows - begin)
            x = few[rng.integers(0, len(few), count)] + np.float32(0.01) * rng.standard_normal((count, DIM), dtype=np.float32)
            vectors = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), DIM)
            writer.write_table(pa.table({"id": np.arange(begin, begin + count), "vector": vectors}), row_group_size=count)


def gemm_seconds(rows):
    import numpy as np

    a, b = np.ones((4096, DIM), np.float32), np.ones((DIM, DIM), np.float32)
    out = np.empty((4096, DIM), np.float32)
    times = []
    for _ in range(200):
        start = time.perf_counter()
        np.matmul(a, b, out=out)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 10] * rows / 4096


def timed(command, kill_after_files=None, folder=None):
    """Wall seconds, CPU seconds and largest resident bytes; SIGKILL once the folder has so many files."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), env=natural_blas(os.environ))
    if kill_after_files is not None:
        while process.poll() is None and len(list(folder.glob("*.parquet"))) < kill_after_files:
            time.sleep(0.05)
        time.sleep(0.5)  # into the middle of the next file
        if process.poll() is not None:
            sys.exit("The translation ended before it could be killed. Give more rows with --rows.")
        process.send_signal(signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    killed = kill_after_files is not None
    if os.waitstatus_to_exitcode(status) != (-signal.SIGKILL if killed else 0):
        sys.exit(f"The translation ended with exit code {os.waitstatus_to_exitcode(status)}.")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def checksum(folder):
    """SHA-256 over names and contents of a folder's files, which are then removed: two outputs at a time fill a disk."""
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            total.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    shutil.rmtree(folder)
    return total.hexdigest()


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=BUILD / "parquet-scale")
    parser.add_argument("--keep", action="store_true", help="leave the files there")
    arguments = parser.parse_args()
    run_by(PYTHON)
    import numpy as np
    import vec2vec_cpp as v2v

    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    source, map_file = folder / "in.parquet", folder / "map.safetensors"
    pairs = [np.load(DEMO / f"{name}.pairs.npy") for name in ("minilm", "e5")]
    v2v.fit_paired(*pairs).save(map_file, overwrite=True)
    if not source.exists():
        make_input(source, arguments.rows)
    parts = max(arguments.rows // 10, GROUP)
    outputs = [folder / "whole", folder / "killed"]
    for output in outputs:
        shutil.rmtree(output, ignore_errors=True)
    command = [PYTHON, "-m", "vec2vec_cpp", "translate", map_file, source, "-o"]
    options = ["--quiet", "--part-rows", parts]
    os.sync()
    disk = disk_seconds(source, folder / "plain", source.stat().st_size)
    seconds, cpu, memory = timed([*command, outputs[0], *options])
    whole = checksum(outputs[0])
    disk = min(disk, disk_seconds(source, folder / "plain", source.stat().st_size))
    for files in (2, 5):
        timed([*command, outputs[1], *options], files, outputs[1])
    timed([*command, outputs[1], *options])
    record = {"rows": arguments.rows, "dim": DIM, "seconds": seconds, "rows_per_second": arguments.rows / seconds}
    record |= {"cpu_seconds": cpu, "memory_mib": memory / 2**20, "gemm_bound": gemm_seconds(arguments.rows), "disk_bound": disk}
    record["share"] = max(record["gemm_bound"], record["disk_bound"]) / seconds
    record |= {"same_after_two_kills": whole == checksum(outputs[1]), "load": os.getloadavg()[0]}
    record["date"] = now()
    add_record(RESULTS / "parquet_scale.jsonl", record)
    print(json.dumps(record, indent=2))
    if not arguments.keep:
        shutil.rmtree(folder)
    if not record["same_after_two_kills"]:
        sys.exit("The output of the resumed translation differs from that in one go.")


if __name__ == "__main__":
    main()
