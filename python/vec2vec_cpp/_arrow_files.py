# SPDX-License-Identifier: Apache-2.0
"""Parquet and Arrow IPC files, read by row groups and written whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ._errors import BadInputError
from ._kinds import ENDINGS, KINDS, kind_of


class _Parquet:
    def __init__(self, path: Path) -> None:
        # Pages are decoded as they come: a column chunk may be larger than memory.
        self.file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16)
        self.schema = self.file.schema_arrow
        meta = self.file.metadata
        self.group_rows = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]

    def group_batches(self, group: int, batch_rows: int) -> Iterator[Any]:
        yield from self.file.iter_batches(batch_rows, row_groups=[group], use_threads=False)

    def read_group(self, group: int, column: str) -> Any:
        return self.file.read_row_group(group, columns=[column]).column(column)


def _check_end(path: Path) -> None:
    """Refuses a stream without the mark at its end, which every writer in use leaves: cut between two batches it looks whole."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(-min(8, path.stat().st_size), os.SEEK_END)
        end = file.read()
    if start == b"\xff" * 4 and end != b"\xff" * 4 + b"\0" * 4:  # before Arrow 0.15 marks were shorter
        raise BadInputError("cannot be read: the stream has no mark at its end, so it may have been cut", str(path), "write it again")


class _Arrow:
    """An IPC file or stream in memory that the file is mapped to."""

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self._file = pa.ipc.open_file(pa.memory_map(str(path))) if kind == "arrow" else None
        if self._file is None:
            _check_end(path)
        self._open_stream()
        self.schema = self._stream.schema if self._file is None else self._file.schema
        if self._file is not None:
            self.group_rows = [self._file.get_batch(i).num_rows for i in range(self._file.num_record_batches)]
        else:
            self.group_rows = [batch.num_rows for batch in self._stream]
            self._open_stream()

    def _open_stream(self) -> None:
        if self._file is None:
            self._stream, self._next = pa.ipc.open_stream(pa.memory_map(str(self._path))), 0

    def _batch(self, group: int) -> Any:
        if self._file is not None:
            return self._file.get_batch(group)
        if group < self._next:  # a stream is read in its order only
            self._open_stream()
        while True:
            batch, self._next = self._stream.read_next_batch(), self._next + 1
            if self._next > group:
                return batch

    def group_batches(self, group: int, batch_rows: int) -> Iterator[Any]:
        batch = self._batch(group)
        yield from (batch.slice(first, batch_rows) for first in range(0, batch.num_rows, batch_rows))

    def read_group(self, group: int, column: str) -> Any:
        return self._batch(group).column(column)


class SourceFile:
    """One file. Its row groups (record batches of an Arrow file or stream) are what can be read alone. name: within its store."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path, self.name = path, name or path.name
        try:
            with path.open("rb") as file:
                kind = kind_of(file.read(8))
            if kind is None:
                raise BadInputError("is neither a Parquet nor an Arrow file", str(path), "copy or export it again")
            self.kind = kind
            self._reader = _Parquet(path) if kind == "parquet" else _Arrow(path, kind)
        except (OSError, pa.ArrowException) as error:
            raise BadInputError(f"cannot be read: {error}", str(path), "copy or export it again") from error
        self.schema, self.group_rows = self._reader.schema, self._reader.group_rows

    def again(self) -> SourceFile:
        """A reader of its own, for readers of pyarrow do not serve two threads."""
        return SourceFile(self.path, self.name)

    def batches(self, part: Part, batch_rows: int, group_rows: int) -> Iterator[tuple[Any, bool]]:
        """The rows of a part, at most batch_rows at a time, and whether a row group of the output ends with them. It ends
        where one of the input ends, and before it has more than group_rows."""
        try:
            for group in part.groups:
                left, room = self.group_rows[group], group_rows
                for batch in self._reader.group_batches(group, batch_rows):
                    left, room = left - batch.num_rows, room - batch.num_rows
                    ends = left == 0 or room < batch_rows
                    yield batch, ends
                    room = group_rows if ends else room
        except (OSError, pa.ArrowException, StopIteration) as error:
            raise BadInputError(f"cannot be read: {error}", str(self.path), "copy or export it again") from error

    def read_group(self, group: int, column: str) -> Any:
        """One column of one row group."""
        return self._reader.read_group(group, column)

    def fingerprint(self) -> dict[str, Any]:
        """Identifies the file without reading all of it: the footer has the place and size of every chunk."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.seek(max(0, size - (1 << 20)))
            tail = file.read()
        return {
            "name": self.name,
            "bytes": size,
            "rows": sum(self.group_rows),
            "last_mebibyte_sha256": hashlib.sha256(tail).hexdigest(),
        }

    def writer_options(self, column: str, out_column: str) -> dict[str, Any]:
        """Codecs and dictionaries of the Parquet columns, as the input has them. Vectors get neither dictionary nor statistics,
        which cost time and are of no use."""
        vector_paths = [f"{out_column}.list.element", f"{out_column}.list.item"]
        if not isinstance(self._reader, _Parquet):
            return {"compression": "NONE", "use_dictionary": False}
        codecs: dict[str, str] = {}
        dictionaries: list[str] = []
        plain: list[str] = []
        meta = self._reader.file.metadata
        for i in range(meta.row_group(0).num_columns if meta.num_row_groups else 0):
            chunk = meta.row_group(0).column(i)
            codec = "NONE" if chunk.compression == "UNCOMPRESSED" else chunk.compression
            if chunk.path_in_schema.split(".")[0] == column:
                codecs |= dict.fromkeys(vector_paths, codec)
                if out_column == column:
                    continue
            else:
                plain.append(chunk.path_in_schema)
                if any("DICTIONARY" in encoding for encoding in chunk.encodings):
                    dictionaries.append(chunk.path_in_schema)
            codecs[chunk.path_in_schema] = codec
        return {"compression": codecs, "use_dictionary": dictionaries, "write_statistics": plain}


@dataclass(frozen=True)
class Source:
    """A file or a folder of files of one schema."""

    path: Path
    files: list[SourceFile]

    @property
    def schema(self) -> Any:
        return self.files[0].schema


def store_files(folder: Path) -> list[Path]:
    """The files of a store: those in its folder, and those in folders named key=value, as Hive and Spark lay tables out."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name[0] in "_.":  # notes of other programs, as everywhere in this world
            continue
        if path.is_dir() and "=" in path.name:
            found += store_files(path)
        elif path.suffix in ENDINGS:
            found.append(path)
    return found


def open_source(path: Path) -> Source:
    if not path.is_dir():
        return Source(path, [SourceFile(path)])
    names = store_files(path)
    if not names:
        others = [f"'{folder.name}'" for folder in sorted(path.iterdir()) if folder.is_dir() and store_files(folder)]
        hint = f"name one of the stores in it: {', '.join(others)}" if others else f"files that end in {', '.join(ENDINGS)} are read"
        raise BadInputError("holds no Parquet or Arrow files", str(path), hint)
    files = [SourceFile(name, name.relative_to(path).as_posix()) for name in names]
    for file in files:
        if not file.schema.equals(files[0].schema):
            raise BadInputError(f"has other columns than {files[0].name}", str(file.path))
    return Source(path, files)


@dataclass(frozen=True)
class Part:
    """Row groups of one input file, which become one output file."""

    source: SourceFile
    groups: range
    first_row: int
    rows: int
    path: Path
    kind: str  #: of the output file


def plan(source: Source, target: Path, part_rows: int) -> list[Part]:
    """The output files. It depends on the input and part_rows only, so that a later run can go on with it."""
    if target.suffix in ENDINGS and not target.is_dir():
        if len(source.files) > 1:
            raise BadInputError("is one file, but the input has several", str(target), "name a folder")
        file = source.files[0]
        return [Part(file, range(len(file.group_rows)), 0, sum(file.group_rows), target, KINDS[target.suffix])]
    if source.path.is_dir():
        return [
            Part(file, range(len(file.group_rows)), 0, sum(file.group_rows), target / file.name, file.kind) for file in source.files
        ]
    file = source.files[0]
    ending = next(ending for ending, kind in KINDS.items() if kind == file.kind)
    parts: list[Part] = []
    begin = first_row = rows = 0
    for group, count in enumerate(file.group_rows):
        rows += count
        if rows >= part_rows or group + 1 == len(file.group_rows):
            path = target / f"part-{len(parts):05}{ending}"
            parts.append(Part(file, range(begin, group + 1), first_row, rows, path, file.kind))
            begin, first_row, rows = group + 1, first_row + rows, 0
    return parts


def writer(path: Path, schema: Any, part: Part, column: str, out_column: str) -> Any:
    """The writer of pyarrow, which gets a table for each row group. A context manager."""
    if part.kind == "parquet":
        return pq.ParquetWriter(path, schema, **part.source.writer_options(column, out_column))
    make = pa.ipc.new_file if part.kind == "arrow" else pa.ipc.new_stream
    return make(str(path), schema)
