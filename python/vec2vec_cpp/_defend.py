# SPDX-License-Identifier: Apache-2.0
"""Defences of a vector store, to find out what each one stops."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from . import _core
from ._errors import BadInputError
from ._options import checked
from ._progress import Progress, reporting
from ._rows import Float32, as_rows, require_finite
from ._show import Shown

if TYPE_CHECKING:
    from .typing import Rows


class Defence(Shown):
    """Steps that change the vectors of a store, under a key. docs/audit.md says what each of them protects, and what it does not.

    One key gives the same matrices whatever the rows, so that queries can be sent through the same defence.

    Args:
        steps: Such as "rotate,noise=0.1,quantise=8": rotate, permute, project=COLUMNS, truncate=COLUMNS, noise=PART of a row's
            norm, quantise=BITS; in the order they are applied.
        dim: Columns of the rows.
        key: Secret bytes, at least 16, as in the key file of `vec2vec defend`; or a seed, which anyone can guess.

    Raises:
        BadInputError: Steps that do not fit each other or dim, a key that is too short.

    Making it costs dim^3 flops a rotation.
    """

    def __init__(self, steps: str, dim: int, key: bytes | int) -> None:
        self._steps = steps
        if isinstance(key, bytes) and len(key) < 16:
            raise BadInputError("a key needs at least 16 bytes", "`key`", "`os.urandom(32)`")
        secret = hashlib.sha256(key).digest() if isinstance(key, bytes) else _core.key_of_seed(key)
        self._core = _core.Defence(steps, dim, secret)

    @property
    def source_dim(self) -> int:
        return self._core.source_dim

    @property
    def dim(self) -> int:
        return self._core.dim

    def _line(self) -> str:
        return f"{self._steps}, {self.source_dim} -> {self.dim}"

    @checked
    def apply(self, rows: Rows, *, first_row: int = 0, progress: Progress = None) -> Float32:
        """Sends rows through the defence.

        Args:
            rows: (n, source_dim), finite.
            first_row: The number of the first row within its store, on which noise depends.
            progress: True for a bar, or a function of stage and part done.

        Returns:
            (n, dim) float32.
        """
        x = as_rows(rows)
        if x.shape[1] != self.source_dim:
            raise BadInputError(f"has {x.shape[1]} columns, but the defence was made for {self.source_dim}", "rows")
        require_finite(x, "rows")
        out = np.empty((x.shape[0], self.dim), np.float32)
        with reporting(progress) as callback:
            self._core.apply(x, first_row, out, callback)
        return out


def defend(rows: Rows, steps: str, key: bytes | int, *, progress: Progress = None) -> Float32:
    """Sends rows (n, d) through a defence -> (n, its dim) float32; steps and key as of `Defence`."""
    x = as_rows(rows)
    return Defence(steps, x.shape[1], key).apply(x, progress=progress)
