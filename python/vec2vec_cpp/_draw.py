# SPDX-License-Identifier: Apache-2.0
"""A sample of rows that does not depend on how they are split among machines: those with the smallest seeded hashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ._errors import BadInputError
from ._rows import Float32, as_rows
from ._vectors import as_one_array, vectors

Hashes = npt.NDArray[np.uint64]
ALL = 2**64 - 1


def hashes(rows: Float32, seed: int) -> Hashes:
    """rows (n, d) -> (n,): equal for rows of equal bits, otherwise nearly independent and uniform. Sum of a_i x_i over the bits
    x_i of a row with random a_i, which is strongly universal (Carter & Wegman 1979), then the mixer of splitmix64."""
    factors = np.random.default_rng([seed, rows.shape[1]]).integers(0, ALL, rows.shape[1], np.uint64, endpoint=True)
    found: Hashes = np.empty(len(rows), np.uint64)
    for first in range(0, len(rows), 1024):
        bits = np.ascontiguousarray(rows[first : first + 1024]).view(np.uint32)
        found[first : first + 1024] = (bits * factors).sum(axis=1, dtype=np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        found = (found ^ (found >> np.uint64(shift))) * np.uint64(factor)
    return found ^ (found >> np.uint64(31))


def threshold(rows: int, total: int) -> int:
    """The hash below which at least `rows` of `total` distinct rows lie, but for one case in a million."""
    return min(ALL, int((rows + 5 * rows**0.5 + 15) / max(total, 1) * 2.0**64))


def pick(column: Any, seed: int, below: int, where: str) -> tuple[Hashes, Float32]:
    """The hashes and vectors of an Arrow column whose hash is at most `below`, each vector once; nulls are left out."""
    rows = as_rows(vectors(as_one_array(column).drop_null(), None, 0, where)[0])
    found = hashes(rows, seed)
    found, first = np.unique(found, return_index=True)
    count = int(np.searchsorted(found, np.uint64(below), side="right"))
    return found[:count], rows[first[:count]]


def as_table(found: Hashes, rows: Float32) -> Any:
    """The table that workers send: hash (int64 of the same bits) and vector (the bytes of its float32)."""
    width = 4 * rows.shape[1]
    offsets = pa.array(np.arange(len(rows) + 1, dtype=np.int32) * width).buffers()[1]
    values = pa.py_buffer(np.ascontiguousarray(rows))
    packed = pa.Array.from_buffers(pa.binary(), len(rows), [None, offsets, values])
    return pa.table({"hash": pa.array(found.view(np.int64)), "vector": packed})


def smallest(rows: int, total: int, draw: Callable[[int], tuple[list[int], list[bytes]]], where: str) -> Float32:
    """The `rows` vectors of the smallest hashes among `total`, in the order of their hashes. draw(below) has the workers pick, and
    returns the columns of `as_table`."""
    below = threshold(rows, total)
    while True:
        bits, packed = draw(below)
        found, first = np.unique(np.array(bits, np.int64).view(np.uint64), return_index=True)
        if len(found) >= rows or below == ALL:
            break
        below = min(ALL, 20 * below)  # many rows repeat
    if len({len(vector) for vector in packed}) > 1:
        raise BadInputError("holds vectors of several dimensions", where, "remove or repair them first")
    if not packed:
        raise BadInputError("holds no vectors", where)
    return np.stack([np.frombuffer(packed[i], np.float32) for i in first[:rows]])
