#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times translations from Parquet to Parquet, 384 -> 768 dimensions, by one process, by Spark and by Ray Data on this machine.

    bench/speed/engines.py [--rows 400000] [--files 16] [--only arrow,spark,ray]

The engines run as in the tests: Spark's local-cluster has two executors of one core, Ray has two cores. Their start is not timed. CPU
seconds are those of this process and all its descendants (virtual machines, executors, workers), so that they mean something on a busy
machine; the load average is recorded beside them. "copy" is the same Spark or Ray job with an identity function in the place of the map:
the cost of the engine itself. Appends records to bench/results/engines.jsonl; `bench/report.py --table engines` prints the tables of
docs/scale.md. Run scripts/engines_test.sh first, which makes build/engines/venv.
"""

import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, DEMO, RESULTS, run_by
from benchlib.records import add_record, now
from benchlib.run import parser_of

PYTHON = BUILD / "engines" / "venv" / "bin" / "python"
DIM = 384


def make_input(folder, rows, files):
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    few, rng = np.load(DEMO / "minilm.a.npy").astype(np.float32), np.random.default_rng(0)
    folder.mkdir()
    for i in range(files):
        count = rows // files
        x = few[rng.integers(0, len(few), count)] + np.float32(0.01) * rng.standard_normal((count, DIM), dtype=np.float32)
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), DIM)
        table = pa.table({"id": np.arange(count) + i * count, "vector": vectors})
        pq.write_table(table, folder / f"{i:04}.parquet", compression="NONE", use_dictionary=False)


def processes():
    """{process: its parent} and {process: CPU seconds of itself and of the children it has waited for}."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.name)] = int(fields[1])
        used[int(path.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return parents, used


def cpu_seconds():
    """Of this process and all its descendants."""
    parents, used = processes()

    def ours(pid):
        while pid > 1:
            if pid == os.getpid():
                return True
            pid = parents.get(pid, 0)
        return False

    return sum(seconds for pid, seconds in used.items() if ours(pid))


def arrow_job(source, map_file, target, copy):
    from vec2vec_cpp import arrow

    arrow.translate(map_file, source, target)


class Spark:
    def __init__(self):
        from pyspark.sql import SparkSession

        os.environ["PYSPARK_PYTHON"] = sys.executable
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.driver.host", "127.0.0.1")
        builder = builder.config("spark.ui.enabled", "false").config("spark.executor.memory", "1g")
        self.session = builder.getOrCreate()
        self.session.range(1000).mapInArrow(lambda batches: batches, "id long").count()

    def __call__(self, source, map_file, target, copy):
        from vec2vec_cpp import spark

        frame = self.session.read.parquet(str(source))
        frame = frame.mapInArrow(lambda batches: batches, frame.schema) if copy else spark.translate(frame, map_file)
        frame.write.option("compression", "uncompressed").parquet(str(target))

    def stop(self):
        self.session.stop()


class Ray:
    def __init__(self):
        import ray

        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        ray.init(num_cpus=2, include_dashboard=False, object_store_memory=1 << 30, log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        ray.data.range(1000).map_batches(lambda batch: batch).count()

    def __call__(self, source, map_file, target, copy):
        import ray
        from vec2vec_cpp import ray as v2v_ray

        dataset = ray.data.read_parquet(str(source))
        if copy:
            dataset = dataset.map_batches(lambda batch: batch, batch_format="pyarrow", batch_size=16384, zero_copy_batch=True)
        else:
            dataset = v2v_ray.translate(dataset, map_file)
        dataset.write_parquet(str(target))

    def stop(self):
        import ray

        ray.shutdown()


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--only", default="arrow,spark,ray")
    arguments = parser.parse_args()
    run_by(PYTHON)
    import numpy as np
    import vec2vec_cpp as v2v

    folder = BUILD / "engines-speed"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    source, map_file = folder / "in", folder / "map.safetensors"
    v2v.fit_paired(*(np.load(DEMO / f"{name}.pairs.npy") for name in ("minilm", "mpnet"))).save(map_file)
    make_input(source, arguments.rows, arguments.files)
    os.sync()

    def measure(engine, job, copy):
        target = folder / "out"
        before, start = cpu_seconds(), time.perf_counter()
        job(source, map_file, target, copy)
        seconds, used = time.perf_counter() - start, cpu_seconds() - before
        sizes = [sum(path.stat().st_size for path in place.glob("*.parquet")) for place in (source, target)]
        shutil.rmtree(target)
        record = {"engine": engine, "copy": copy, "rows": arguments.rows // arguments.files * arguments.files}
        record |= {"d_source": DIM, "d_target": 768, "seconds": seconds, "cpu_seconds": used}
        record |= {"bytes_in": sizes[0], "bytes_out": sizes[1], "load": os.getloadavg()[0]}
        record["date"] = now()
        add_record(RESULTS / "engines.jsonl", record)
        print(f"{engine}{', copy' if copy else ''}: {seconds:.1f} s, {used:.1f} CPU s, load {record['load']:.1f}", flush=True)

    wanted = arguments.only.split(",")
    if "arrow" in wanted:
        measure("one process", arrow_job, False)
    for name, engine in (("spark", Spark), ("ray", Ray)):
        if name in wanted:
            job = engine()
            for copy in (False, True):
                measure(name.capitalize(), job, copy)
            job.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
