# SPDX-License-Identifier: Apache-2.0
"""Stores in Parquet and Arrow files: their vectors translated, everything else carried through.

    from vec2vec_cpp import arrow
    arrow.sample("old/", max_rows=20000)                   # (n, d): rows to align with
    arrow.translate("map.safetensors", "old/", "new/")     # a folder of files -> a folder of files; resumes
    python -m vec2vec_cpp --help                           # the same for the shell

docs/python.md says what is read, kept and written.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa

from ._arrow_files import Part, open_source, plan, writer
from ._arrow_state import State
from ._errors import BadInputError
from ._files import written_whole
from ._map import Map
from ._progress import Progress, reporting
from ._rows import Float32, as_rows
from ._summary import Summary
from ._vectors import as_one_array, from_numpy, is_vector_type, to_numpy, vector_column, vectors

__all__ = ["Summary", "Translator", "is_vector_type", "sample", "to_numpy", "translate"]


@dataclass
class Translator:
    """Translates a column of vectors in batches or tables; the other columns are those of the input.

    column: the only column of vectors when None. into: a new column for the translated vectors; None puts them in the place of
    the old ones. nulls: "keep" leaves a null where the input has one, "error" refuses it. The result is fixed_size_list of
    float32, or float16.
    """

    map: Map
    column: str | None = None
    into: str | None = None
    centred: bool = False
    ignore_fingerprint: bool = False
    float16: bool = False
    nulls: str = "error"
    threads: int = 0

    def __post_init__(self) -> None:
        if self.nulls not in ("error", "keep"):
            raise BadInputError(f"must be error or keep, but is '{self.nulls}'", "`nulls`", '"error" or "keep"')

    def schema(self, schema: Any, provenance: str | None = None) -> Any:
        """The schema of what `batch` returns; provenance goes into its metadata under "vec2vec"."""
        column = vector_column(schema, self.column, "the table")
        kind = pa.list_(pa.float16() if self.float16 else pa.float32(), self.map.target_dim)
        if self.into is None:
            schema = schema.set(schema.get_field_index(column), pa.field(column, kind))
        elif self.into in schema.names:
            raise BadInputError(f"has a column '{self.into}' already", "the table", "another name for `into`")
        else:
            schema = schema.append(pa.field(self.into, kind))
        if provenance is not None:
            schema = schema.with_metadata({**(schema.metadata or {}), b"vec2vec": provenance.encode()})
        return schema

    def _column(self, batch: Any, first_row: int, where: str, check: bool, out: Float32 | None) -> Any:
        """The translated column of a RecordBatch or Table. first_row: the number of its first row, for errors. check: whether
        the fingerprint is looked at. out: memory that the column may be put into."""
        column = vector_column(batch.schema, self.column, where)
        rows, present = vectors(as_one_array(batch.column(column)), self.map.source_dim, first_row, where)
        if present is not None and self.nulls == "error":
            row = first_row + int(np.argmin(present))
            message = f"there is a null in the place of a vector ({int((~present).sum())} in this batch)"
            raise BadInputError(message, f"{where}, row {row}", '`nulls="keep"` carries nulls through')
        try:
            translated = self.map.translate(
                rows,
                centred=self.centred,
                ignore_fingerprint=self.ignore_fingerprint or not check,
                threads=self.threads,
                out=None if out is None else out[: len(rows)],
            )
        except BadInputError as error:  # its row is one of this batch's rows that are not null
            raise BadInputError(error.message, self._place(error.where, present, first_row, where), error.hint) from None
        return from_numpy(translated.astype(np.float16) if self.float16 else translated, present)

    @staticmethod
    def _place(place: str, present: Any, first_row: int, where: str) -> str:
        head, found, number = place.rpartition("row ")
        if not found:
            return where
        row = int(number) if present is None else int(np.flatnonzero(present)[int(number)])
        return f"{where}, row {first_row + row}"

    def batch(
        self, batch: Any, first_row: int = 0, where: str = "the table", check: bool = True, out: Float32 | None = None
    ) -> Any:
        """A RecordBatch or Table -> the same with the vectors translated. first_row: the number of its first row, for errors.
        check: whether the fingerprint is looked at. out (rows or more, target_dim): memory that the result may lie in."""
        schema = self.schema(batch.schema)
        translated = self._column(batch, first_row, where, check, out)
        columns = batch.columns
        if self.into is None:
            columns[schema.get_field_index(vector_column(batch.schema, self.column, where))] = translated
        else:
            columns.append(translated)
        return type(batch).from_arrays(columns, schema=schema)

    def batches(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The same for a stream of batches, as Spark's mapInArrow hands them over."""
        first_row = 0
        for batch in batches:
            yield self.batch(batch, first_row)
            first_row += batch.num_rows


def translate(
    map: Map | str | os.PathLike[str],
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    to: str | None = None,
    column: str | None = None,
    into: str | None = None,
    centred: bool = False,
    ignore_fingerprint: bool = False,
    float16: bool = False,
    nulls: str = "error",
    part_rows: int = 1_000_000,
    overwrite: bool = False,
    threads: int = 0,
    progress: Progress = None,
) -> Summary:
    """Streams a Parquet file, Arrow IPC file or Arrow IPC stream, or a folder of them, through a map; options as of `Translator`.

    to: of a map of several known spaces, the one to translate into; None = their consensus.
    target: a file (.parquet; .arrow and .feather, IPC files; .arrows, an IPC stream), or a folder: of a folder every file becomes
    one of the same name and kind (folders named key=value are looked into), a single file becomes parts of about part_rows rows.
    Each file appears whole, synced to disk. A folder is resumed: the same call goes on with the files that are missing, and ends with
    the bytes of an uninterrupted run; two calls at once do not write to one folder. Memory: a few batches of 64 MB for each of
    the two files that are written at a time.
    """
    began = monotonic()
    translator = Translator(Map.of(map, to), column, into, centred, ignore_fingerprint, float16, nulls, threads)
    opened = open_source(Path(source))
    parts = plan(opened, Path(target), part_rows)
    translator.column = vector_column(opened.schema, column, str(source))
    with State(opened, Path(target), translator, part_rows, overwrite) as state:
        todo = [part for part in parts if not state.has(part)]
        total = max(1, sum(part.rows for part in todo))
        rows = nulls_found = 0
        with reporting(progress) as callback, closing(_translate_parts(translator, todo, state)) as batches:
            for count, null_count in batches:
                rows, nulls_found = rows + count, nulls_found + null_count
                if callback:
                    callback("translate", rows / total)
        state.finish(sum(part.rows for part in parts))
    return Summary(rows, nulls_found, len(parts), len(parts) - len(todo), monotonic() - began)


def _translate_parts(
    translator: Translator, parts: list[Part], state: State
) -> Generator[tuple[int, int], None, None]:
    """Writes files, two at a time: where one waits for its decoder or the disk, the other computes. Yields the numbers of rows and
    of null rows of each batch. When it is left early, by an error or by Ctrl-C, no half-written file stays."""
    cores = translator.threads or len(os.sched_getaffinity(0))
    at_once = max(1, min(2, cores, len(parts)))
    of_one = replace(translator, threads=max(1, cores // at_once))
    news: SimpleQueue[tuple[int, int] | Future[None]] = SimpleQueue()
    stop = Event()

    def run(part: Part) -> None:
        with closing(_translate_part(of_one, replace(part, source=part.source.again()), state)) as batches:
            for counts in batches:
                news.put(counts)
                if stop.is_set():
                    return

    with ThreadPoolExecutor(at_once) as pool:
        try:
            for part in parts:
                pool.submit(run, part).add_done_callback(news.put)
            ended = 0
            while ended < len(parts):
                item = news.get()
                if isinstance(item, Future):
                    item.result()
                    ended += 1
                else:
                    yield item
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _translate_part(translator: Translator, part: Part, state: State) -> Generator[tuple[int, int], None, None]:
    """Writes one file; yields the numbers of rows and of null rows of each batch. While a batch is translated the next one is
    read and the last row group is written."""
    source, where = part.source, str(part.source.path)
    part.path.parent.mkdir(parents=True, exist_ok=True)
    column = vector_column(source.schema, translator.column, where)
    schema = translator.schema(source.schema, state.provenance(source))
    row_bytes = 4 * max(translator.map.source_dim, translator.map.target_dim)
    batch_rows, group_rows = (max(512, (size << 20) // row_bytes // 512 * 512) for size in (16, 64))
    # Row groups are translated into one of these while the other is written: fresh memory costs as much as the product.
    buffers = [np.empty((min(group_rows, part.rows), translator.map.target_dim), np.float32) for _ in range(2)]
    with (
        written_whole(part.path, overwrite=state.overwrite) as path,
        writer(path, schema, part, column, translator.into or column) as sink,
        ThreadPoolExecutor(1) as reading,
        ThreadPoolExecutor(1) as writing,
    ):

        def write(table: Any) -> None:  # it becomes a row group
            if table.num_rows > 0:
                sink.write_table(table, table.num_rows)

        batches = source.batches(part, batch_rows, group_rows)
        ahead: Future[Any] = reading.submit(next, batches, None)
        written: Future[None] | None = None
        group: list[Any] = []
        done = filled = 0
        while (item := ahead.result()) is not None:
            ahead = reading.submit(next, batches, None)
            batch, ends = item
            group.append(translator.batch(batch, part.first_row + done, where, check=done == 0, out=buffers[0][filled:]))
            done, filled = done + batch.num_rows, filled + batch.num_rows
            if ends:
                if written is not None:
                    written.result()
                written = writing.submit(write, pa.Table.from_batches(group).replace_schema_metadata(schema.metadata))
                buffers.reverse()
                group, filled = [], 0
            yield batch.num_rows, batch.column(column).null_count
        if written is not None:
            written.result()
        if done != part.rows:
            raise BadInputError(f"has {done} rows in the place of {part.rows}: it changed while it was read", where)


def sample(source: str | os.PathLike[str], *, column: str | None = None, max_rows: int = 20000) -> Float32:
    """At most `max_rows` vectors (n, d) of a Parquet or Arrow file or folder, from up to 64 places spread evenly over it; nulls are
    left out. Enough for `align`, and read in a moment from a store of any size."""
    opened = open_source(Path(source))
    column = vector_column(opened.schema, column, str(source))
    groups = [(file, group) for file in opened.files for group, count in enumerate(file.group_rows) if count > 0]
    chosen = [groups[i * len(groups) // min(64, len(groups))] for i in range(min(64, len(groups)))]
    left = max_rows
    found: list[Float32] = []
    dim: int | None = None
    for number, (file, group) in enumerate(chosen):
        array = as_one_array(file.read_group(group, column)).drop_null()
        here, _ = vectors(array, dim, 0, str(file.path))
        take = min(len(here), -(-left // (len(chosen) - number)))
        if take:
            dim = here.shape[1]
            found.append(as_rows(here[np.arange(take) * len(here) // take]))
            left -= take
    if not found:
        raise BadInputError("holds no vectors", str(source))
    return np.concatenate(found)
