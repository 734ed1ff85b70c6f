# SPDX-License-Identifier: Apache-2.0
"""What mypy refuses. Each `type: ignore` here is an error of mypy's (scripts/python_test.sh) when it accepts the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import vec2vec_cpp as v2v
from vec2vec_cpp.typing import Known, Pairs, Rows, Spaces


def refused() -> None:
    """Never called."""
    v2v.align("a", 3)  # type: ignore[arg-type]
    v2v.align("a", None)  # type: ignore[arg-type]
    v2v.align("a", [1, 2, 3])  # type: ignore[list-item]
    v2v.align("a", {"b": 3})  # type: ignore[dict-item]
    v2v.align("a", {3: "b"})  # type: ignore[dict-item]
    v2v.align("a", ["b", "c"], target_name=3)  # type: ignore[arg-type]
    v2v.Map.load("a").to(None)  # type: ignore[arg-type]
    v2v.align("a", "b", 3)  # type: ignore[arg-type]
    v2v.align("a", "b", effort="turbo")  # type: ignore[arg-type]
    v2v.align("a", "b", sed=3)  # type: ignore[call-arg]
    v2v.align("a", "b", progress=3)  # type: ignore[arg-type]
    v2v.measure("a", "b", neighbours=3)  # type: ignore[call-arg]
    v2v.train_neural("a", "b", None, preset="quick")  # type: ignore[arg-type]
    v2v.Map.load("a").translate(3)  # type: ignore[arg-type]
    v2v.align("a", "b").verdict == "GOOD"  # type: ignore[comparison-overlap]  # noqa: B015


def accepted(array: npt.NDArray[np.float16], rows: Rows, pairs: Pairs, known: Known, spaces: Spaces) -> None:
    """Never called."""
    v2v.align(array, rows, "pairs.csv")
    v2v.align(array, [[1.0, 2.0], [3.0, 4.0]], [(1, 2)])
    v2v.align([array[0]], rows, pairs)
    v2v.align("a.npy", ["b.npy", rows, array], target_name=["b", "c", "d"])
    v2v.align("a.npy", {"b": "b.npy", "c": array}).map.consensus({"b": array, "c": array})
    v2v.align("a.npy", [Path("b.npy"), array], target_name=("b", "c"))
    v2v.align(rows, spaces)
    v2v.align(rows, known).map.consensus(known)
    v2v.align("a.npy", rows, np.zeros((2, 2), int), effort="low")
    v2v.measure_all([rows, array, "c.npy"])
    v2v.measure_all({"a": array, "b": array})


def test_the_types_are_there_at_run_time() -> None:
    assert Rows and Pairs and Known and Spaces
