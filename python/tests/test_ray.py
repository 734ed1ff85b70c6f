# SPDX-License-Identifier: Apache-2.0
"""Ray Data with several worker processes: the bytes of the command, also when a worker is killed in mid-run."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vec2vec_cpp as v2v
from conftest import Load
from test_draw import draw_from
from test_spark import FILES, expected, store, vectors_by_id
from vec2vec_cpp import arrow
from vec2vec_cpp import ray as v2v_ray

ray = pytest.importorskip("ray", reason="ray is not installed: scripts/engines_test.sh")

__all__ = ["expected", "store"]  # fixtures


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=3, include_dashboard=False, object_store_memory=300 << 20, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def test_gives_the_bytes_of_the_command(store: Path, map_file: Path, expected: bytes, tmp_path: Path) -> None:
    out = v2v_ray.translate(ray.data.read_parquet(str(store)), map_file, into="w")
    out.write_parquet(str(tmp_path / "out"))
    ids, found = vectors_by_id(tmp_path / "out", "w")
    assert ids == list(range(1000 * FILES)) and found == expected
    table = pq.read_table(tmp_path / "out").sort_by("id")
    assert table["text"].to_pylist() == [f"text {i}" for i in ids]
    assert table["w"].type == pa.list_(pa.float32(), 768)


def test_a_killed_worker_costs_nothing_but_time(store: Path, map_file: Path, expected: bytes, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()

    def slow(batch: Any) -> Any:  # so that the kill finds a worker at work; leaves a note of each attempt
        note = begun / f"{batch['id'][0].as_py()}-{time.time_ns()}-{os.getpid()}"
        note.touch()
        time.sleep(1)
        note.rename(note.with_suffix(".done"))
        return batch

    def kill_one() -> None:
        while not over.wait(0.02):
            working = [int(note.name.rpartition("-")[2]) for note in begun.iterdir() if note.suffix != ".done"]
            if working and len(list(begun.glob("*.done"))) >= 3:
                assert os.getpid() not in working
                os.kill(working[0], signal.SIGKILL)
                killed.append(working[0])
                return

    dataset = ray.data.read_parquet(str(store)).repartition(FILES)  # a task each
    slowed = dataset.map_batches(slow, batch_format="pyarrow", batch_size=None)
    over, killed = threading.Event(), list[int]()
    watcher = threading.Thread(target=kill_one)
    watcher.start()
    try:
        v2v_ray.translate(slowed, map_file).write_parquet(str(tmp_path / "out"))
    finally:
        over.set()
        watcher.join()
    attempts = [note.name.split("-")[0] for note in begun.iterdir()]
    assert killed and len(attempts) > len(set(attempts)) >= FILES // 2, "no task was begun twice"
    assert len({note.stem.rpartition("-")[2] for note in begun.iterdir()}) >= 2, "a single worker did it all"
    ids, found = vectors_by_id(tmp_path / "out")
    assert ids == list(range(1000 * FILES)) and found == expected


def test_tensors_nulls_and_bad_rows(demo: Load, paired_map: v2v.Map) -> None:
    rows = demo("minilm.eval")[:40]
    out = v2v_ray.translate(ray.data.from_numpy(rows), paired_map, float16=True).take_all()
    np.testing.assert_array_equal(
        np.array([row["data"] for row in out], np.float16), paired_map.translate(rows).astype(np.float16)
    )
    values: list[Any] = list(rows)
    values[7] = None
    dataset = ray.data.from_arrow(pa.table({"id": range(40), "v": pa.array(values, pa.list_(pa.float32()))}))
    kept = v2v_ray.translate(dataset, paired_map, nulls="keep").take_all()
    assert [row["id"] for row in kept if row["v"] is None] == [7]
    with pytest.raises(ray.exceptions.UserCodeException, match="a batch, row 7: There is a null"):
        v2v_ray.translate(dataset, paired_map).take_all()
    with pytest.raises(ray.exceptions.UserCodeException, match="has no column 'x'"):
        v2v_ray.translate(dataset, paired_map, column="x").take_all()


def test_sample(store: Path) -> None:
    dataset = ray.data.read_parquet(str(store), columns=["v"])
    drawn = v2v_ray.sample(dataset, max_rows=2000, seed=3)
    rows = arrow.to_numpy(pq.read_table(store)["v"], "v")
    assert drawn.tobytes() == draw_from([rows], 2000, 3).tobytes()
    assert v2v_ray.sample(dataset.repartition(3), max_rows=2000, seed=3, total=24000).tobytes() == drawn.tobytes()
