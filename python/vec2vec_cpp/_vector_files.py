# SPDX-License-Identifier: Apache-2.0
"""Files that the C++ library reads and writes itself: npy, safetensors, fvecs, CSV, NDJSON ... A column is a tensor or a field."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import _core
from ._map import Map
from ._rows import OF_FILES, Float32
from ._summary import Summary
from ._translate_file import translate_file
from ._wording import meaning

#: What the library's messages call the options is `column` here.
_WORDS = OF_FILES | {"OpenOptions::field": "column", "OpenOptions::tensor": "column"}


def sample(source: Path, *, column: str | None = None, max_rows: int = 20000) -> Float32:
    """At most `max_rows` vectors (n, d), from 64 places spread evenly over the file."""
    with meaning(_WORDS):
        return _core.read_file(source, column or "", max_rows)


def translate(map: Map | Path, source: Path, target: Path, *, column: str | None = None, **options: Any) -> Summary:
    """As `translate_file`."""
    if isinstance(map, Map):
        with TemporaryDirectory() as folder:
            map.save(Path(folder, "map.safetensors"))
            return translate(Path(folder, "map.safetensors"), source, target, column=column, **options)
    with meaning(_WORDS):
        done = translate_file(map, source, target, tensor=column or "", field=column or "", **options)
    return Summary(done.rows, 0, 1, 0, done.seconds)
