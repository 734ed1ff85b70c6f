# SPDX-License-Identifier: Apache-2.0
"""Maps applied by Ray Data, and samples of its datasets.

    from vec2vec_cpp import ray as v2v_ray
    rows = v2v_ray.sample(dataset, max_rows=20000)                                # (n, d): for align, on the driver
    v2v_ray.translate(dataset, "map.safetensors").write_parquet("new/")       # the same bytes as on one machine

Workers need this package; the map travels with the job. docs/scale.md has a plan and figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._draw import as_table, pick, smallest
from ._map import Map
from ._options import Path
from ._rows import Float32
from ._vectors import vector_column
from .arrow import Translator

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["sample", "translate"]


def translate(
    dataset: Dataset,
    map: Map | Path,
    *,
    to: str | None = None,
    column: str | None = None,
    into: str | None = None,
    centred: bool = False,
    ignore_fingerprint: bool = False,
    float16: bool = False,
    nulls: str = "error",
    threads: int = 1,
    batch_rows: int = 16384,
    **options: Any,
) -> Dataset:
    """The dataset with a column of vectors, lists or tensors of float16, float32 or float64 (n, source_dim), translated:
    fixed_size_list (n, target_dim); by map_batches, as lazy as all of Ray Data. All other columns are carried through.

    map: a Map, or a file of the driver. to: of a map of several known spaces, the one to translate into; None = their consensus.
    column, into, centred, ignore_fingerprint, float16, nulls: as of `arrow.Translator`.
    threads: cores that Ray gives a task. batch_rows: rows translated at a time. options: those of Dataset.map_batches, such as
    concurrency and memory. A bad row fails the job with Ray's UserCodeException, which holds the message of BadInputError.
    """
    translator = Translator(Map.of(map, to), column, into, centred, ignore_fingerprint, float16, nulls, threads)

    def run(batch: Any) -> Any:
        return translator.batch(batch, where="a batch")

    return dataset.map_batches(
        run, batch_format="pyarrow", batch_size=batch_rows, zero_copy_batch=True, num_cpus=threads, **options
    )


def sample(
    dataset: Dataset, *, column: str | None = None, max_rows: int = 20000, seed: int = 0, total: int | None = None
) -> Float32:
    """(max_rows, d) of the vectors in a dataset, or all of them if it has fewer, as float32: what `align` needs of a store.

    Every set of `max_rows` distinct vectors is equally likely; nulls are left out, and a vector that repeats counts once. The same
    seed gives the same rows in the same order, however the dataset is split, and as `spark.sample` gives. One pass over the
    column, after `dataset.count()` unless total = the number of rows is given; the driver receives little more than the result.
    """

    def draw(below: int) -> tuple[list[int], list[bytes]]:
        def run(batch: Any) -> Any:
            name = vector_column(batch.schema, column, "the dataset")
            return as_table(*pick(batch.column(name), seed, below, "the dataset"))

        found = dataset.map_batches(run, batch_format="pyarrow", batch_size=None, zero_copy_batch=True).take_all()
        return [row["hash"] for row in found], [row["vector"] for row in found]

    return smallest(max_rows, dataset.count() if total is None else total, draw, "the dataset")
