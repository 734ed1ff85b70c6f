# SPDX-License-Identifier: Apache-2.0
"""A progress function that raises, and Ctrl-C: the exception comes out; no thread, no file and no lock stays behind."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Load
from vec2vec_cpp import stores


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


class Refused(Exception):
    pass


def refuse(stage: str, done: float) -> None:
    raise Refused(stage)


@pytest.fixture
def calls(demo: Load, paired_map: v2v.Map, map_file: Path, tmp_path: Path) -> dict[str, Callable[..., Any]]:
    """Each long enough to report, each writing into tmp_path if anywhere."""
    a, b = demo("minilm.a"), demo("mpnet.b")
    many = np.tile(a, (10, 1))
    np.save(tmp_path / "in.npy", many)
    return {
        "align": lambda progress: v2v.align(a, b, checkpoint=tmp_path / "state", progress=progress),
        "train_neural": lambda progress: v2v.train_neural(
            a[:500], b[:500], paired_map, steps=100000, blend=1, log=tmp_path / "log.csv", progress=progress
        ),
        "translate": lambda progress: paired_map.translate(many, progress=progress),
        "translate_file": lambda progress: v2v.translate_file(
            map_file, tmp_path / "in.npy", tmp_path / "out.npy", confidence=tmp_path / "c.npy", progress=progress
        ),
        "stores": lambda progress: stores.translate(map_file, tmp_path / "in.npy", tmp_path / "out.csv", progress=progress),
        "evaluate": lambda progress: v2v.evaluate(many[:20000], many[:20000], progress=progress),
        "measure": lambda progress: v2v.measure(many[:4000], many[:4000], progress=progress),
        "audit": lambda progress: v2v.audit(a, b, checkpoint=tmp_path / "work", progress=progress),
        "defend": lambda progress: v2v.defend(many, "rotate", 1, progress=progress),
        "score": lambda progress: v2v.ConfidenceScorer(paired_map, b).score(many, progress=progress),
        "inspect": lambda progress: v2v.inspect(many, max_rows=60000, progress=progress),
    }


def test_a_progress_function_that_raises(calls: dict[str, Callable[..., Any]], tmp_path: Path) -> None:
    rows = np.random.default_rng(0).standard_normal((80, 8), dtype=np.float32)
    v2v.align(rows, rows, "rows")  # threads that the libraries keep are there
    before, running, files = threads(), threading.active_count(), {"in.npy", "work", "stages"}  # other tests may have left a bar's monitor
    for name, call in calls.items():
        with pytest.raises(Refused), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(refuse)
        left = {path.name for path in tmp_path.rglob("*")} - files
        assert left <= ({"state"} if name == "align" else {"log.csv"} if name == "train_neural" else set()), name
        for path in tmp_path.rglob("*"):
            if path.is_file() and path.name != "in.npy":
                path.unlink()
        assert threads() <= before, name
        assert threading.active_count() <= running, name


@pytest.mark.parametrize("name", ["align", "translate_file", "audit"])
def test_ctrl_c(name: str, calls: dict[str, Callable[..., Any]], tmp_path: Path) -> None:
    before = threads()
    began = threading.Event()

    def press() -> None:
        began.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Thread(target=press)
    timer.start()
    with pytest.raises(KeyboardInterrupt), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            calls[name](lambda stage, done: began.set())
            (tmp_path / "out.npy").unlink(missing_ok=True)
    timer.join()
    assert threads() <= before
    assert not [path for path in tmp_path.rglob("*") if "tmp" in path.name or "part" in path.name]


def test_an_exit_of_a_callback_is_an_exit(demo: Load, paired_map: v2v.Map) -> None:
    def leave(stage: str, done: float) -> None:
        raise SystemExit(7)

    with pytest.raises(SystemExit, match="7"):
        paired_map.translate(np.tile(demo("minilm.a"), (10, 1)), progress=leave)


def test_a_callback_may_call_the_library(demo: Load, paired_map: v2v.Map) -> None:
    rows = demo("minilm.eval")
    seen: list[Any] = []

    def nested(stage: str, done: float) -> None:
        seen.append(paired_map.translate(rows[:5000]).shape)
        seen.append(v2v.evaluate(rows[:50], rows[:50], bootstrap=0).top1.value)

    paired_map.translate(np.tile(rows, (20, 1)), progress=nested)
    assert seen


def test_small_work_reports_too(demo: Load, paired_map: v2v.Map) -> None:
    seen: list[float] = []
    paired_map.translate(demo("minilm.eval")[:10], progress=lambda stage, done: seen.append(done))
    assert seen and seen[-1] == 1


def test_work_goes_on_in_many_threads_at_once(demo: Load, paired_map: v2v.Map) -> None:
    rows = demo("minilm.eval")
    expected = paired_map.translate(rows)
    found: list[bool] = []

    def work() -> None:
        for _ in range(5):
            found.append(np.array_equal(paired_map.translate(rows, progress=lambda stage, done: None), expected))

    pool = [threading.Thread(target=work) for _ in range(6)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    assert found == [True] * 30
