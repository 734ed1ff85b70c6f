# SPDX-License-Identifier: Apache-2.0
"""Spark on a cluster of two executors: the bytes of the command, also when an executor is killed in mid-run."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load
from test_draw import draw_from
from vec2vec_cpp import arrow, spark

pytest.importorskip("pyspark", reason="pyspark is not installed: scripts/engines_test.sh")

FILES = 24


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # virtual machines that live for a minute
    made = (
        SparkSession.builder.master("local-cluster[2,1,768]")  # two worker processes of one core and 768 MB
        .config("spark.executor.memory", "768m")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.extraJavaOptions", quick)
        .config("spark.executor.extraJavaOptions", quick)
        .config("spark.ui.enabled", "false")
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")  # no task before both executors are there
        .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "600s")
        .config("spark.sql.files.minPartitionNum", str(FILES))  # a task for each file
        .config("spark.network.timeout", "1800s")  # machines that stop for minutes
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
        .getOrCreate()
    )
    yield made
    made.stop()


@pytest.fixture(scope="module")
def store(demo: Load, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24,000 rows in as many files as tasks."""
    folder = tmp_path_factory.mktemp("spark") / "store"
    folder.mkdir()
    rows = demo("minilm.a")
    for i in range(FILES):
        part = np.roll(rows, 37 * i, axis=0)[:1000] * np.float32(1 + i / 64)  # all rows differ
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(part.ravel()), 384)
        texts = [f"text {1000 * i + j}" for j in range(1000)]
        table = pa.table({"id": np.arange(1000) + 1000 * i, "text": texts, "v": vectors})
        pq.write_table(table, folder / f"{i:02}.parquet")
    return folder


def vectors_by_id(folder: Path, column: str = "v") -> tuple[list[int], bytes]:
    table = pq.read_table(folder).sort_by("id")
    return table["id"].to_pylist(), arrow.to_numpy(table[column], column).tobytes()


@pytest.fixture(scope="module")
def expected(cli: Cli, store: Path, map_file: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the command makes of the store's vectors."""
    folder = tmp_path_factory.mktemp("expected")
    np.save(folder / "in.npy", arrow.to_numpy(pq.read_table(store)["v"], "v"))
    cli("translate", map_file, folder / "in.npy", "-o", folder / "out.npy")
    return bytes(np.load(folder / "out.npy").tobytes())


def descends_from_this_process(pid: int) -> bool:
    while pid > 1 and pid != os.getpid():
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid == os.getpid()


def executors() -> list[int]:
    """The executors that this process started, by way of Spark's virtual machine."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            backend = b"CoarseGrainedExecutorBackend" in (process / "cmdline").read_bytes()
            if backend and descends_from_this_process(int(process.name)):
                found.append(int(process.name))
        except OSError:  # it has ended
            continue
    return found


def test_gives_the_bytes_of_the_command(session: Any, store: Path, map_file: Path, expected: bytes, tmp_path: Path) -> None:
    frame = session.read.parquet(str(store))
    out = spark.translate(frame, map_file, into="w")
    assert [field.name for field in out.schema] == ["id", "text", "v", "w"]
    out.write.parquet(str(tmp_path / "out"))
    ids, found = vectors_by_id(tmp_path / "out", "w")
    assert ids == list(range(1000 * FILES)) and found == expected
    table = pq.read_table(tmp_path / "out").sort_by("id")
    assert table["text"].to_pylist() == [f"text {i}" for i in ids]
    assert vectors_by_id(tmp_path / "out", "v") == vectors_by_id(store)


def test_a_killed_executor_costs_nothing_but_time(
    session: Any, store: Path, map_file: Path, expected: bytes, tmp_path: Path
) -> None:
    def slow(batches: Iterable[Any]) -> Iterator[Any]:  # so that the kill finds both executors at work
        for batch in batches:
            time.sleep(0.2)
            yield batch

    frame = session.read.parquet(str(store))
    out = spark.translate(frame.mapInArrow(slow, frame.schema), map_file)
    tracker = session.sparkContext.statusTracker()
    killed, failed = list[int](), list[int]()
    over = threading.Event()

    def kill_one() -> None:
        while not over.is_set():
            for stage in tracker.getActiveStageIds():
                info = tracker.getStageInfo(stage)
                if info is None:
                    continue
                failed.append(info.numFailedTasks)
                midway = info.numTasks > 10 and info.numCompletedTasks >= 2 and info.numActiveTasks == 2
                if midway and not killed and len(found := executors()) == 2:
                    killed.append(found[0])
                    os.kill(found[0], signal.SIGKILL)
            time.sleep(0.05)

    watcher = threading.Thread(target=kill_one)
    watcher.start()
    try:
        out.write.parquet(str(tmp_path / "out"))
    finally:
        over.set()
        watcher.join()
    assert killed and max(failed) >= 1, "the kill came too late to hit a task"
    ids, found = vectors_by_id(tmp_path / "out")
    assert ids == list(range(1000 * FILES)) and found == expected


def test_doubles_nulls_and_bad_rows(session: Any, demo: Load, paired_map: v2v.Map) -> None:
    from pyspark.errors import PythonException

    rows = demo("minilm.eval")[:40]
    values: list[Any] = [[float(x) for x in row] for row in rows]
    values[7] = None
    frame = session.createDataFrame([(i, v) for i, v in enumerate(values)], "id long, v array<double>").coalesce(1)
    kept = spark.translate(frame, paired_map, nulls="keep").orderBy("id").collect()
    assert kept[7]["v"] is None
    found = np.array([row["v"] for row in kept if row["v"] is not None], np.float32)
    assert found.tobytes() == paired_map.translate(np.delete(rows, 7, axis=0)).tobytes()
    with pytest.raises(PythonException, match="partition 0, row 7: There is a null"):
        spark.translate(frame, paired_map).collect()
    with pytest.raises(v2v.BadInputError, match="has no column 'x'"):
        spark.translate(frame, paired_map, column="x")
    with pytest.raises(v2v.BadInputError, match="column 'id' holds int64"):
        spark.sample(frame, column="id")


def test_sample(session: Any, store: Path) -> None:
    frame = session.read.parquet(str(store))
    drawn = spark.sample(frame, max_rows=2000, seed=3)
    assert drawn.shape == (2000, 384)
    rows = arrow.to_numpy(pq.read_table(store)["v"], "v")
    assert drawn.tobytes() == draw_from([rows], 2000, 3).tobytes()
    assert spark.sample(frame.repartition(3), max_rows=2000, seed=3, total=24000).tobytes() == drawn.tobytes()
