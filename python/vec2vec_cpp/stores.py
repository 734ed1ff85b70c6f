# SPDX-License-Identifier: Apache-2.0
"""Stores of vectors in every format that can be read, recognised by their content.

    from vec2vec_cpp import stores
    stores.sample("old.faiss", max_rows=20000)                 # (n, d): rows to align with
    stores.translate("map.safetensors", "old/", "new/")        # the same format, ids and other columns carried along
    python -m vec2vec_cpp --help                               # the same for the shell

docs/python.md says what is read, kept and written of each format.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ._errors import BadInputError
from ._kinds import kind_of
from ._map import Map
from ._rows import Float32
from ._summary import Summary

__all__ = ["Summary", "format_of", "sample", "translate"]


def _start(path: Path, count: int, offset: int = 0) -> bytes:
    if not path.is_file() or path.stat().st_size < offset + count:
        return b""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(count)


def _is_faiss(path: Path) -> bool:
    """Whether a file begins as FAISS indexes do: four letters, of which the first is I, and the dimension."""
    start = _start(path, 8)
    return start[:1] == b"I" and start[:4].isalnum() and int.from_bytes(start[4:], "little") <= 1_000_000


def _is_usearch(path: Path) -> bool:
    """Whether a file is a usearch index. Its name comes after the matrix of vectors that the file begins with."""
    rows, row_bytes = struct.unpack("<II", _start(path, 8) or bytes(8))
    return _start(path, 7, 8 + rows * row_bytes) == b"usearch"


@dataclass(frozen=True)
class _Format:
    name: str
    module: str  #: imported when it is needed: so are the packages that it takes
    options: frozenset[str]  #: of `translate`, beyond those that all formats have
    recognises: Callable[[Path], bool]


_TABLES = frozenset({"column", "into", "float16", "nulls", "part_rows"})
_FORMATS = [
    _Format("VDF", "_vdf", _TABLES - {"into"}, lambda path: (path / "VDF_META.json").is_file()),
    _Format("Parquet or Arrow", "arrow", _TABLES, lambda path: path.is_dir() or kind_of(_start(path, 8)) is not None),
    _Format("FAISS", "_faiss", frozenset(), _is_faiss),
    _Format("usearch", "_usearch", frozenset(), _is_usearch),
    _Format("a vector file", "_vector_files", frozenset({"column", "float16"}), lambda path: True),
]


def _find(source: str | os.PathLike[str]) -> _Format:
    if not Path(source).exists():
        raise BadInputError("does not exist", str(source), "check the path")
    return next(format for format in _FORMATS if format.recognises(Path(source)))


def format_of(source: str | os.PathLike[str]) -> str:
    """The format of a file or folder: "VDF", "Parquet or Arrow", "FAISS", "usearch", or "a vector file" (npy, NDJSON ...)."""
    return _find(source).name


def _load(format: _Format) -> Any:
    try:
        return import_module(f"{__package__}.{format.module}")
    except ImportError as error:
        if error.name and error.name.startswith("pyarrow"):
            raise ImportError(f"{format.name} is read by pyarrow: pip install pyarrow") from error
        raise


def sample(source: str | os.PathLike[str], *, column: str | None = None, max_rows: int = 20000) -> Float32:
    """At most `max_rows` vectors (n, d), from up to 64 places spread evenly over a store: enough for `align`. column: of a table, the
    field of NDJSON, the tensor of safetensors; None where there is only one of vectors."""
    if max_rows < 1:
        raise BadInputError(f"must be at least 1, but is {max_rows}", "`max_rows`")
    found: Float32 = _load(_find(source)).sample(Path(source), column=column, max_rows=max_rows)
    return found


def translate(
    map: Map | str | os.PathLike[str], source: str | os.PathLike[str], target: str | os.PathLike[str], **options: Any
) -> Summary:
    """Translates a store through a map, or a map file, into a new one of the same format (vector files: of the format that the name of the
    target ends in).

    Options of all formats: to (which of the known spaces of a map of several; None = their consensus), centred, ignore_fingerprint, overwrite, threads, progress. Of Parquet, Arrow and VDF: column, into (not
    VDF), float16, nulls, part_rows (`arrow.translate`). Of vector files: column, float16. Others are refused.
    """
    format = _find(source)
    every = {"to", "centred", "ignore_fingerprint", "overwrite", "threads", "progress"}
    if unknown := sorted(set(options) - every - format.options):
        raise BadInputError(f"does not go with {format.name}", ", ".join(unknown), "leave it out")
    done: Summary = _load(format).translate(map if isinstance(map, Map) else Path(map), Path(source), Path(target), **options)
    return done
