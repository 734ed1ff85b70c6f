# SPDX-License-Identifier: Apache-2.0
"""A column of pictures, laid out as the files that `vec2vec encode --pictures` reads."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from ._arrow_files import Part, open_source
from ._errors import BadInputError

_ENDINGS = {b"\xff\xd8": ".jpg", b"\x89PNG": ".png", b"RIFF": ".webp"}
_IN_A_FOLDER = 10000  # file systems are slow with more


def _bytes_of(column: Any) -> Any:
    """The column itself, or the field "bytes" of a struct, as data sets of Hugging Face have it; None when it holds no bytes."""
    kind = column.type
    if pa.types.is_struct(kind) and any(field.name == "bytes" for field in kind):
        column = column.field("bytes") if isinstance(column, pa.Array) else pa.chunked_array([c.field("bytes") for c in column.chunks])
        kind = column.type
    return column if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) else None


def _column(schema: Any, wanted: str | None, where: str) -> str:
    found = [field.name for field in schema if _bytes_of(pa.array([], field.type)) is not None]
    if wanted is not None and wanted not in schema.names:
        raise BadInputError(f"has no column '{wanted}'", where, f"one of {', '.join(schema.names)}")
    if wanted is not None and wanted not in found:
        raise BadInputError(f"the column '{wanted}' holds no bytes", where, f"one that does: {', '.join(found) or 'there is none'}")
    if wanted is None and len(found) != 1:
        raise BadInputError(f"has {len(found)} columns of bytes", where, f"`column`, one of {', '.join(found)}" if found else "another file")
    return wanted or found[0]


def _pictures(source: Path, column: str | None) -> Iterator[bytes | None]:
    store = open_source(source)
    name = _column(store.schema, column, str(source))
    for file in store.files:
        part = Part(file, range(len(file.group_rows)), 0, sum(file.group_rows), source, file.kind)
        for batch, _ in file.batches(part, 64, 1 << 30):
            yield from (value.as_py() for value in _bytes_of(batch.column(name)))


def unpack_pictures(source: str | os.PathLike[str], target: str | os.PathLike[str], *, column: str | None = None) -> int:
    """Writes the pictures in a column of bytes (or of structs with a field "bytes") of a Parquet or Arrow file or folder to files in
    the new folder target, and their names, in the order of the rows, to target/list.txt. Returns their number.

    A null becomes an empty file, so that line i stays row i; `vec2vec encode --skip-damaged` leaves it out. The folder appears whole or
    not at all.
    """
    folder = Path(target)
    if folder.exists():
        raise BadInputError("exists already", str(folder), "another name")
    if not folder.absolute().parent.is_dir():
        raise BadInputError("there is no such folder", str(folder.absolute().parent), "make it first")
    temporary = folder.with_name(f".vec2vec-{secrets.token_hex(8)}.tmp")
    temporary.mkdir()
    count = 0
    try:
        with (temporary / "list.txt").open("w", encoding="utf-8") as names:
            for data in _pictures(Path(source), column):
                ending = next((end for magic, end in _ENDINGS.items() if data and data.startswith(magic)), ".bin")
                name = Path(f"{count // _IN_A_FOLDER:04}") / f"{count:08}{ending}"
                (temporary / name).parent.mkdir(exist_ok=True)
                (temporary / name).write_bytes(data or b"")
                names.write(name.as_posix() + "\n")
                count += 1
        if count == 0:
            raise BadInputError("has no rows", str(source))
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return count
