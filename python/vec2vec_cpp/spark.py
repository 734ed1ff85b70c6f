# SPDX-License-Identifier: Apache-2.0
"""Maps applied by Apache Spark, and samples of its data frames.

    from vec2vec_cpp import spark
    rows = spark.sample(frame, max_rows=20000)                         # (n, d): for align, on the driver
    spark.translate(frame, "map.safetensors").write.parquet("new/")    # the same bytes as on one machine

Executors need this package; the map travels with the job. docs/scale.md has a plan and figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ._draw import as_table, pick, smallest
from ._map import Map
from ._options import Path
from ._rows import Float32
from ._vectors import vector_column
from .arrow import Translator

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["sample", "translate"]


def translate(
    frame: DataFrame,
    map: Map | Path,
    *,
    to: str | None = None,
    column: str | None = None,
    into: str | None = None,
    centred: bool = False,
    ignore_fingerprint: bool = False,
    nulls: str = "error",
    threads: int = 1,
) -> DataFrame:
    """The frame with a column of vectors, array<float> or array<double> (n, source_dim), translated: array<float>
    (n, target_dim); by mapInArrow, as lazy as all of Spark. All other columns are carried through.

    map: a Map, or a file of the driver. to: of a map of several known spaces, the one to translate into; None = their consensus.
    column, into, centred, ignore_fingerprint, nulls: as of `arrow.Translator`. threads:
    cores that Spark gives a task (spark.task.cpus). A bad row fails the job with Spark's PythonException, which holds the message of
    BadInputError: partition and row within it.
    """
    from pyspark import TaskContext
    from pyspark.sql.types import ArrayType, FloatType, StructField, StructType

    column = _column(frame, column)
    # float16 is not known to Spark.
    translator = Translator(Map.of(map, to), column, into, centred, ignore_fingerprint, False, nulls, threads)
    changed = StructField(into or column, ArrayType(FloatType()))
    fields = [changed if into is None and field.name == column else field for field in frame.schema.fields]

    def run(batches: Iterable[Any]) -> Iterator[Any]:
        context = TaskContext.get()
        where, first_row = f"partition {context.partitionId() if context else 0}", 0
        for batch in batches:
            out = translator.batch(batch, first_row, where, check=first_row == 0)
            place = out.schema.get_field_index(changed.name)
            lists = out.column(place).cast(pa.list_(pa.float32()))  # Spark knows no fixed-size lists; the values stay in place
            yield out.set_column(place, changed.name, lists)
            first_row += batch.num_rows

    return frame.mapInArrow(run, StructType(fields if into is None else [*fields, changed]))


def sample(
    frame: DataFrame, *, column: str | None = None, max_rows: int = 20000, seed: int = 0, total: int | None = None
) -> Float32:
    """(max_rows, d) of the vectors in a frame, or all of them if it has fewer, as float32: what `align` needs of a store.

    Every set of `max_rows` distinct vectors is equally likely; nulls are left out, and a vector that repeats counts once. The same
    seed gives the same rows in the same order, however the frame is split, and as `ray.sample` gives. Two passes over the column
    (one, if total = the number of rows is known); the driver receives little more than the result.
    """
    from pyspark.sql.functions import col
    from pyspark.sql.types import BinaryType, LongType, StructField, StructType

    vector = col(f"`{_column(frame, column)}`")
    present = frame.select(vector).where(vector.isNotNull())

    def draw(below: int) -> tuple[list[int], list[bytes]]:
        def run(batches: Iterable[Any]) -> Iterator[Any]:
            for batch in batches:
                yield from as_table(*pick(batch.column(0), seed, below, "the frame")).to_batches()

        schema = StructType([StructField("hash", LongType()), StructField("vector", BinaryType())])
        found = present.mapInArrow(run, schema).collect()
        return [row[0] for row in found], [bytes(row[1]) for row in found]

    return smallest(max_rows, present.count() if total is None else total, draw, "the frame")


def _column(frame: DataFrame, column: str | None) -> str:
    from pyspark.sql.pandas.types import to_arrow_schema

    return vector_column(to_arrow_schema(frame.schema), column, "the frame")
