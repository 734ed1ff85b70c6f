"""Defences of a vector store, to measure what each stops."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from . import _core
from ._errors import BadInputError
from ._progress import Progress, reporting
from ._rows import Float32, as_rows


class Defence:
    """Steps such as "rotate,noise=0.1,quantise=8" for rows of `dim` columns under a key (`vec2vec defend --help`).

    key: secret bytes, at least 16, the same as the content of `--key FILE`; or a seed, which anyone can guess. One key gives the
    same matrices whatever the rows, so that queries can be sent through the same defence.
    """

    def __init__(self, steps: str, dim: int, key: bytes | int) -> None:
        if isinstance(key, bytes) and len(key) < 16:
            raise BadInputError("a key needs at least 16 bytes", "key", "os.urandom(32)")
        secret = hashlib.sha256(key).digest() if isinstance(key, bytes) else _core.key_of_seed(key)
        self._core = _core.Defence(steps, dim, secret)

    @property
    def source_dim(self) -> int:
        return self._core.source_dim

    @property
    def dim(self) -> int:
        return self._core.dim

    def apply(self, rows: Any, *, first_row: int = 0, progress: Progress = None) -> Float32:
        """rows (n, source_dim) -> (n, dim). first_row: the number of the first row within its store, on which noise depends."""
        x = as_rows(rows)
        if x.shape[1] != self.source_dim:
            raise BadInputError(f"has {x.shape[1]} columns, but the defence was made for {self.source_dim}", "rows")
        if not np.isfinite(x).all():
            raise BadInputError("holds NaN or infinite values", "rows")
        out = np.empty((x.shape[0], self.dim), np.float32)
        with reporting(progress) as callback:
            self._core.apply(x, first_row, out, callback)
        return out


def defend(rows: Any, steps: str, key: bytes | int, *, progress: Progress = None) -> Float32:
    """rows (n, d) through a defence; see `Defence`."""
    x = as_rows(rows)
    return Defence(steps, x.shape[1], key).apply(x, progress=progress)
