# SPDX-License-Identifier: Apache-2.0
"""usearch index files of one vector a key. Vectors are translated, keys kept, the graph built anew with the old parameters."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from ._errors import BadInputError
from ._index_files import check_dim, check_target, translated, written_index
from ._index_files import sample as sample_of
from ._map import Map
from ._progress import Progress, reporting
from ._rows import Float32
from ._summary import Summary

try:
    from usearch.index import Index, ScalarKind
except ImportError as error:
    raise ImportError("usearch indexes are read by usearch: pip install usearch") from error


def _open(path: Path) -> tuple[Any, Any]:
    """The index and its keys (n,)."""
    try:
        index = Index.restore(str(path))
    except RuntimeError:
        index = None
    if index is None:
        raise BadInputError("is no index that usearch can read", str(path), "copy or export it again")
    if index.multi or index.dtype not in (ScalarKind.F32, ScalarKind.F16, ScalarKind.BF16, ScalarKind.F64):
        raise BadInputError(f"holds several vectors a key, or vectors of type {index.dtype}", str(path), "one vector of floats a key is read")
    return index, np.sort(np.asarray(index.keys))


def _rows(index: Any, keys: Any, begin: int, count: int) -> Float32:
    found = index.get(keys[begin : begin + count], dtype=ScalarKind.F32)
    return np.asarray(found, np.float32).reshape(count, index.ndim)


def sample(source: Path, *, column: str | None = None, max_rows: int = 20000) -> Float32:
    """At most `max_rows` vectors (n, d) from 64 places spread over the keys."""
    index, keys = _open(source)
    return sample_of(lambda begin, count: _rows(index, keys, begin, count), len(keys), max_rows, source)


def translate(
    map: Map | Path,
    source: Path,
    target: Path,
    *,
    to: str | None = None,
    centred: bool = False,
    ignore_fingerprint: bool = False,
    overwrite: bool = False,
    threads: int = 0,
    progress: Progress = None,
) -> Summary:
    """An index file -> one of the same metric, type, parameters and keys, in the target space. Memory: both indexes."""
    began = monotonic()
    check_target(source, target, overwrite)
    map = Map.of(map, to)
    old, keys = _open(source)
    check_dim(map, old.ndim, source)
    if len(keys) == 0:
        raise BadInputError("holds no vectors", str(source))
    new = Index(
        ndim=map.target_dim,
        metric=old.metric_kind,
        dtype=old.dtype,
        connectivity=old.connectivity,
        expansion_add=old.expansion_add,
        expansion_search=old.expansion_search,
    )
    options = {"centred": centred, "ignore_fingerprint": ignore_fingerprint, "threads": threads}
    with reporting(progress) as callback:
        rows = lambda begin, count: _rows(old, keys, begin, count)  # noqa: E731
        for begin, block in translated(map, rows, len(keys), source, callback, **options):
            new.add(keys[begin : begin + len(block)], block, threads=threads)
    facts = {"kind": "usearch", "anew": "graph built anew"}
    with written_index(target, source, map, len(keys), centred, overwrite, facts) as path:
        new.save(str(path))
    return Summary(len(keys), 0, 1, 0, monotonic() - began)
