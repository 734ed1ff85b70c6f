"""Parquet and Arrow IPC files, read by row groups and written whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ._errors import BadInputError

ENDINGS = (".parquet", ".arrow", ".feather")


class SourceFile:
    """One file. Its row groups (record batches of an Arrow file) are what can be read alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                magic = file.read(6)
            if magic[:4] == b"PAR1":
                # Pages are decoded as they come: a column chunk may be larger than memory.
                self._parquet = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16)
                self.schema = self._parquet.schema_arrow
                meta = self._parquet.metadata
                self.group_rows = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
            elif magic == b"ARROW1":
                self._parquet = None
                self._ipc = pa.ipc.open_file(pa.memory_map(str(path)))
                self.schema = self._ipc.schema
                self.group_rows = [self._ipc.get_batch(i).num_rows for i in range(self._ipc.num_record_batches)]
            else:
                raise BadInputError("is neither a Parquet nor an Arrow file", str(path), "the Arrow stream format is not read")
        except (OSError, pa.ArrowException) as error:
            raise BadInputError(f"cannot be read: {error}", str(path)) from error

    @property
    def is_parquet(self) -> bool:
        return self._parquet is not None

    def batches(self, part: Part, batch_rows: int, group_rows: int) -> Iterator[tuple[Any, bool]]:
        """The rows of a part, at most batch_rows at a time, and whether a row group of the output ends with them: where one of
        the input ends, and before it would have more than group_rows."""
        try:
            for group in part.groups:
                left, room = self.group_rows[group], group_rows
                for batch in self._group_batches(group, batch_rows):
                    left, room = left - batch.num_rows, room - batch.num_rows
                    ends = left == 0 or room < batch_rows
                    yield batch, ends
                    room = group_rows if ends else room
        except (OSError, pa.ArrowException) as error:
            raise BadInputError(f"cannot be read: {error}", str(self.path), "copy or export it again") from error

    def _group_batches(self, group: int, batch_rows: int) -> Iterator[Any]:
        if self.is_parquet:
            yield from self._parquet.iter_batches(batch_rows, row_groups=[group], use_threads=False)
        else:
            batch = self._ipc.get_batch(group)
            yield from (batch.slice(first, batch_rows) for first in range(0, batch.num_rows, batch_rows))

    def read_group(self, group: int, column: str) -> Any:
        """One column of one row group."""
        if self.is_parquet:
            return self._parquet.read_row_group(group, columns=[column]).column(column)
        return self._ipc.get_batch(group).column(column)

    def fingerprint(self) -> dict[str, Any]:
        """Tells this file from any other without a pass over it: the footer holds the place and size of every chunk."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.seek(max(0, size - (1 << 20)))
            tail = file.read()
        return {
            "name": self.path.name,
            "bytes": size,
            "rows": sum(self.group_rows),
            "last_mebibyte_sha256": hashlib.sha256(tail).hexdigest(),
        }

    def writer_options(self, column: str, out_column: str) -> dict[str, Any]:
        """Codecs and dictionaries of the Parquet columns, as the input has them. Vectors get neither dictionary nor statistics,
        which cost time and serve nobody."""
        vector_paths = [f"{out_column}.list.element", f"{out_column}.list.item"]
        if not self.is_parquet:
            return {"compression": "NONE", "use_dictionary": False}
        codecs: dict[str, str] = {}
        dictionaries: list[str] = []
        plain: list[str] = []
        meta = self._parquet.metadata
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


def open_source(path: Path) -> Source:
    if not path.is_dir():
        return Source(path, [SourceFile(path)])
    # Names with _ or . in front are notes of other programs, as everywhere in this world.
    names = sorted(p for p in path.iterdir() if p.suffix in ENDINGS and p.name[0] not in "_.")
    if not names:
        raise BadInputError("holds no Parquet or Arrow files", str(path), f"files that end in {', '.join(ENDINGS)} are read")
    files = [SourceFile(name) for name in names]
    for file in files:
        if not file.schema.equals(files[0].schema):
            raise BadInputError(f"has other columns than {files[0].path.name}", str(file.path))
    return Source(path, files)


@dataclass(frozen=True)
class Part:
    """Row groups of one input file, which become one output file."""

    source: SourceFile
    groups: range
    first_row: int
    rows: int
    path: Path


def plan(source: Source, target: Path, part_rows: int) -> list[Part]:
    """The output files. It depends on the input and part_rows only, so that a later run can go on with it."""
    if target.suffix in ENDINGS and not target.is_dir():
        if len(source.files) > 1:
            raise BadInputError("is one file, but the input has several", str(target), "name a folder")
        file = source.files[0]
        return [Part(file, range(len(file.group_rows)), 0, sum(file.group_rows), target)]
    if source.path.is_dir():
        return [
            Part(file, range(len(file.group_rows)), 0, sum(file.group_rows), target / file.path.name) for file in source.files
        ]
    file = source.files[0]
    parts: list[Part] = []
    begin = first_row = rows = 0
    for group, count in enumerate(file.group_rows):
        rows += count
        if rows >= part_rows or group + 1 == len(file.group_rows):
            name = f"part-{len(parts):05}{'.parquet' if file.is_parquet else '.arrow'}"
            parts.append(Part(file, range(begin, group + 1), first_row, rows, target / name))
            begin, first_row, rows = group + 1, first_row + rows, 0
    return parts


def writer(path: Path, schema: Any, source: SourceFile, column: str, out_column: str, *, parquet: bool) -> Any:
    """Of pyarrow, for a table a row group; a context manager."""
    if parquet:
        return pq.ParquetWriter(path, schema, **source.writer_options(column, out_column))
    return pa.ipc.new_file(str(path), schema)
