# SPDX-License-Identifier: Apache-2.0
"""Types of arguments, for annotations of your own: `def embed() -> Rows`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy.typing as npt

from ._options import Effort, Nulls, Path, Preset, Relation, Severity, Verdict
from ._progress import Callback, Progress

__all__ = [
    "Callback",
    "Effort",
    "Known",
    "Nulls",
    "Pairs",
    "Path",
    "Preset",
    "Progress",
    "Relation",
    "Rows",
    "Severity",
    "Spaces",
    "Verdict",
]


class _Array(Protocol):  # pandas, polars, JAX ...
    def __array__(self) -> Any: ...


class _Tensor(Protocol):  # torch, CuPy ...
    def __dlpack__(self, *, stream: Any = None) -> Any: ...

    def __dlpack_device__(self) -> Any: ...


class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: Any = None) -> Any: ...


class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


_Table = npt.NDArray[Any] | _Array | _Tensor | _ArrowArray | _ArrowStream | Path
#: One vector a row, (n, d): numpy, pandas, polars, torch, Arrow; a list of vectors; or the path of a vector file (docs/python.md).
Rows = _Table | Sequence[Sequence[float] | _Array]
#: Several known spaces, rows of the same texts by several models: {name: rows}, or a list of them.
Known = Mapping[str, Rows] | Sequence[Rows]
#: Rows or Known. One sequence, not two: mypy finds the type of a mixed list by it.
Spaces = _Table | Mapping[str, Rows] | Sequence[Sequence[float] | _Array | Rows]
#: Known pairs (k, 2), (row of A, row of B); a file of them; or "rows": row i of A belongs to row i of B, for all of them.
Pairs = Literal["rows"] | npt.NDArray[Any] | _Array | Sequence[Sequence[int] | _Array] | Path
