# SPDX-License-Identifier: Apache-2.0
"""The common part of FAISS and usearch: an index is a file that is read whole, and built again from its translated vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from . import _core
from ._errors import BadInputError
from ._files import require_free, sha256_of, utc_now, written_whole
from ._map import Map
from ._progress import Callback
from ._rows import Float32

BLOCK = 65536  # rows translated at a time

#: rows(begin, count) -> (count, d): vectors of an index in an order of its own.
Rows = Callable[[int, int], Float32]


def check_target(source: Path, target: Path, overwrite: bool) -> None:
    if target.exists() and (target.is_dir() or target.samefile(source)):
        raise BadInputError("is a folder" if target.is_dir() else "is where the input lies", str(target), "another name")
    require_free(target, overwrite)


def check_dim(map: Map, dim: int, source: Path) -> None:
    if dim != map.source_dim:
        message = f"vectors of dimension {dim}, but the map translates from {map.source_dim}"
        raise BadInputError(message, str(source), "translate rows of the model the map was fitted on")


def spread(total: int, wanted: int) -> list[tuple[int, int]]:
    """(begin, count) of up to 64 stretches spread evenly over total rows, wanted rows together."""
    wanted = min(total, wanted)
    places = min(64, wanted)
    counts = [(i + 1) * wanted // places - i * wanted // places for i in range(places)]
    return [(i * (total - counts[i]) // max(1, places - 1), count) for i, count in enumerate(counts)]


def sample(rows: Rows, total: int, wanted: int, source: Path) -> Float32:
    if total == 0:
        raise BadInputError("holds no vectors", str(source))
    return np.concatenate([rows(begin, count) for begin, count in spread(total, wanted)])


def translated(
    map: Map, rows: Rows, total: int, source: Path, callback: Callback | None, **options: Any
) -> Iterator[tuple[int, Float32]]:
    """(number of its first row, translated rows) of one block after another. Rows that cannot be translated are named by their
    number in the order of `rows`."""
    for begin in range(0, total, BLOCK):
        count = min(BLOCK, total - begin)
        try:
            block = map.translate(rows(begin, count), **options)
        except BadInputError as error:
            head, found, number = error.where.rpartition("row ")
            where = f"{source}, vector {begin + int(number)}" if found else str(source)
            raise BadInputError(error.message, where, error.hint) from None
        options["ignore_fingerprint"] = True  # the first block has shown whose they are
        yield begin, block
        if callback:
            callback("translate", (begin + count) / total)


@contextmanager
def written_index(
    target: Path, source: Path, map: Map, rows: int, centred: bool, overwrite: bool, index: dict[str, Any]
) -> Iterator[Path]:
    """A file to write the index to (`written_whole`), and beside it the provenance that the command writes too, with what became of
    the index."""
    used = map._facts()
    facts = {
        "rows": rows,
        "centred": centred,
        "index": index,
        "input": {"path": str(source), "sha256": sha256_of(source)},
        "map": {"sha256": used.pop("map_sha256"), **used},
        "library_version": _core.version(),
        "date": utc_now(),
    }

    def provenance(sha256: str) -> str:
        what = "vectors translated by vec2vec; not native rows of the target model"
        return json.dumps({"what": what, "file": target.name, "sha256": sha256} | facts, indent=2) + "\n"

    with written_whole(target, overwrite=overwrite, provenance=provenance) as path:
        yield path
