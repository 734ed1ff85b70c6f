# SPDX-License-Identifier: Apache-2.0
"""The map between two embedding spaces, and what applies it."""

from __future__ import annotations

import hashlib
import json
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import _core
from ._errors import BadInputError
from ._known import in_order
from ._options import Path, checked, text
from ._progress import Progress, reporting
from ._rows import Float32, as_rows
from ._show import Shown
from ._wording import meaning

if TYPE_CHECKING:
    from .typing import Known, Rows


class Map(Shown):
    """A translation of rows (n, source_dim) into the target space; made by `align`, `fit_paired`, `train_neural` or `Map.load`.

    A map of several known spaces (`targets`) translates into their consensus, and by `to(name)` into one of them.
    It can be pickled; the pickle holds the bytes of the map file. It never changes, so that threads may share it.
    """

    __slots__ = ("_core",)

    def __init__(self, core: _core.Map) -> None:
        self._core = core

    @classmethod
    def load(cls, path: Path) -> Map:
        """Reads a map file of `save` or `vec2vec align`; BadInputError for any other."""
        return cls(_core.Map.load(path))

    @classmethod
    def from_bytes(cls, data: bytes) -> Map:
        """The map of a map file's bytes."""
        return cls(_core.Map.from_bytes(data))

    @classmethod
    def of(cls, map: Map | Path, to: str | None = None) -> Map:
        """The map itself, or the one in a file. With to, its map into that known space."""
        found = map if isinstance(map, Map) else cls.load(map)
        with meaning({"Map::to": "to"}):
            return found if to is None else found.to(to)

    def save(self, path: Path, *, overwrite: bool = False) -> None:
        """Writes a safetensors file, whole or not at all. BadInputError: the file exists, unless overwrite."""
        self._core.save(path, overwrite)

    @checked
    def export(
        self,
        path: Path,
        format: Literal["onnx", "sentence-transformers", "sql", "numpy"],
        *,
        function: str = "vec2vec_translate",
        overwrite: bool = False,
    ) -> list[str]:
        """Writes the translation, normalisation included, as a program for where the vectors are: docs/export.md.

        Args:
            path: The file to write (.onnx, .sql, .npz), or the folder for sentence-transformers.
            format: "numpy" writes a .py file beside the .npz file; "sql" makes a function for Postgres with pgvector.
            function: Name of the function in SQL.
            overwrite: Replace what is there.

        Returns:
            What was written.

        Raises:
            BadInputError: Something is there and not to be overwritten, a neural map as SQL, a name that SQL does not take.

        What is written agrees with `translate` to 1e-6. Of several known spaces, `map.to(name).export(...)` takes one.
        """
        return self._core.export_to(path, text("format", format), text("function", function), overwrite)

    def to_bytes(self) -> bytes:
        """The bytes that `save` writes."""
        return self._core.to_bytes()

    @checked
    def translate(
        self,
        rows: Rows,
        *,
        centred: bool = False,
        ignore_fingerprint: bool = False,
        threads: int = 0,
        out: Float32 | None = None,
        progress: Progress = None,
    ) -> Float32:
        """Translates rows into the target space: the bytes that `vec2vec translate` writes.

        Args:
            rows: (n, source_dim), finite. One vector is `x.reshape(1, -1)`.
            centred: Without the target's mean, as compared by centred cosine.
            ignore_fingerprint: Translate rows, 8 and more, that do not look like those of the map's source model.
            threads: 0 = all cores.
            out: Where to write: (n, target_dim), writable float32 in C order, not the memory of `rows`.
            progress: True for a bar, or a function of stage and part done.

        Returns:
            (n, target_dim), rows of norm 1; `out`, if it was given.

        Raises:
            BadInputError: Another dimension, values that are not finite (it names the row), rows of another model.

        Costs 2 n source_dim target_dim flops for a linear map: a second for some 500,000 rows of 768 values on two cores.
        Each row's bytes depend on the row and the map only.
        """
        x = as_rows(rows)
        y: Float32 = np.empty((x.shape[0], self.target_dim), np.float32) if out is None else out
        if (
            not isinstance(y, np.ndarray)
            or y.dtype != np.float32
            or y.shape != (x.shape[0], self.target_dim)
            or not (y.flags.c_contiguous and y.flags.writeable)
        ):
            raise ValueError(f"out must be writable float32 of shape ({x.shape[0]}, {self.target_dim}) in C order")
        if out is not None and np.may_share_memory(x, y):
            raise BadInputError("lies in the memory of the rows", "`out`", "memory of its own")
        with reporting(progress) as callback:
            self._core.translate(x, y, centred, ignore_fingerprint, threads, "rows", callback)
        return y

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the known spaces, when the map was fitted to several; () for a map of one."""
        return tuple(self._core.targets)

    def to(self, target: str) -> Map:
        """The map into one of several known spaces alone: (n, source_dim) -> (n, dimension of that space).

        A map of one space gives itself for the name of that space. BadInputError for any other name; it has those there are.
        """
        return Map(self._core.to(text("target", target)))

    def consensus(self, known: Known) -> Float32:
        """Rows of the consensus space from the known spaces: how queries and truth enter the space that `translate` leads to.

        Args:
            known: The same n texts by each known space, (n, d_k): {name: rows}, or a list in the order of `targets`.

        Returns:
            (n, target_dim), rows of norm 1: coordinates of what the known spaces have in common.

        Raises:
            BadInputError: Spaces that are missing, other numbers of rows or dimensions, values that are not finite, a map of one
                space.
        """
        names = self.targets
        return self._core.consensus(in_order(known, names) if names else [])  # without names the library says what is wrong

    def fits(self, rows: Rows) -> bool:
        """Whether rows (n, source_dim) look like the model the map was fitted on; always true for fewer than 8."""
        x = as_rows(rows)
        return x.shape[1] == self.source_dim and self._core.fits(x)

    @property
    def card(self) -> dict[str, Any]:
        """How the map was made: docs/file-format.md."""
        card: dict[str, Any] = json.loads(self._core.card or "{}")
        return card

    @property
    def source_dim(self) -> int:
        return self._core.source_dim

    @property
    def target_dim(self) -> int:
        return self._core.target_dim

    @property
    def source_mean(self) -> Float32:
        """(source_dim,), read-only."""
        return self._core.source_mean.reshape(-1)

    @property
    def target_mean(self) -> Float32:
        """(target_dim,), read-only."""
        return self._core.target_mean.reshape(-1)

    @property
    def target_spread(self) -> float:
        """Mean norm of the target's centred unit rows."""
        return self._core.target_spread

    @property
    def weight(self) -> Float32:
        """(source_dim, target_dim), read-only; of a neural map: its linear start or, from a random one, its nearest linear map."""
        return self._core.weight

    @property
    def is_neural(self) -> bool:
        return self._core.is_neural

    @property
    def blend(self) -> float:
        """Part of the layers of a neural map in the translation, the rest being the linear map; 1 without layers."""
        return self._core.blend

    def _line(self) -> str:
        card = self.card
        source, target = (card.get(side, {}).get("name") or "?" for side in ("source", "target"))
        if self.targets:
            target = f"{target} of {', '.join(self.targets)}"
        return f"{source} -> {target}, {self.source_dim} -> {self.target_dim}, {card.get('verdict', 'no verdict')}"

    def _repr_html_(self) -> str:
        card = self.card
        rows = {"verdict": card.get("verdict", "none"), "kind": "neural" if self.is_neural else "linear"}
        for side, dim in (("source", self.source_dim), ("target", self.target_dim)):
            facts = card.get(side, {})
            rows[side] = f"{facts.get('name') or '?'}, {dim} dimensions, fitted on {facts.get('rows', '?')} rows"
        if self.targets:
            rows["known spaces"] = ", ".join(self.targets)
        rows["seed"] = str(card.get("seed", "?"))
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in rows.items())
        return f"<table>{cells}</table>"

    def _facts(self) -> dict[str, str]:
        """The map as provenance names it: its hash and, where the file has several known spaces, the one that was meant."""
        facts = {"map_sha256": hashlib.sha256(self.to_bytes()).hexdigest()}
        card = self.card
        return facts | ({"target": card["target"]["name"]} if self.targets or "one_of" in card else {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Map) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __reduce__(self) -> tuple[Any, ...]:
        return Map.from_bytes, (self.to_bytes(),)
