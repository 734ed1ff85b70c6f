# SPDX-License-Identifier: Apache-2.0
"""FAISS index files: flat, IVF-flat and HNSW-flat, with or without an ID map. Vectors are translated, ids kept.

What an index learnt of its vectors does not hold for the translated ones: the centroids of an IVF index are trained anew and the
graph of an HNSW index is built anew, both with the parameters of the old index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import BadInputError
from ._index_files import Rows, check_dim, check_target, spread, translated, written_index
from ._index_files import sample as sample_of
from ._map import Map
from ._progress import Progress, reporting
from ._rows import Float32
from ._summary import Summary

try:
    import faiss
except ImportError as error:
    raise ImportError("FAISS indexes are read by FAISS: pip install faiss-cpu") from error

Ids = npt.NDArray[np.int64]
HINT = (
    "flat, IVF-flat (with a flat quantizer) and HNSW-flat indexes are read, alone or in an IDMap; others hold no exact vectors"
)


@dataclass(frozen=True)
class _Opened:
    """An index, its parts, and its vectors in the order in which they are put into the new one."""

    outer: Any  #: as it was read; the others lie in its memory
    index: Any  #: IndexFlat, IndexIVFFlat or IndexHNSWFlat
    id_map: Any  #: the class of the IDMap around it, or None
    ids: Ids | None  #: (n,) of the vectors; None: they are numbered
    rows: Rows

    @property
    def total(self) -> int:
        return int(self.index.ntotal)


def _sentence(error: RuntimeError) -> str:
    """The message of FAISS without its functions and lines."""
    return re.sub(r"^Error in .*? at \S+:\d+: (?:Error: )?(?:'.*?' failed: )?", "", str(error), flags=re.DOTALL)


def _read(path: Path) -> Any:
    """The index in a file. On-disk inverted lists are looked for where the index says they are, and then beside it."""
    with path.open("rb") as file:
        if file.read(2) == b"IB":
            raise BadInputError("is a binary index of FAISS, which holds no vectors of floats", str(path), HINT)
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_READ_ONLY)
    except RuntimeError as error:
        sentence, hint = _sentence(error), "copy or export it again"
    if "could not open" in sentence:
        hint = "put the file of its inverted lists beside it"
        with suppress(RuntimeError):
            return faiss.read_index(str(path), faiss.IO_FLAG_READ_ONLY | faiss.IO_FLAG_ONDISK_SAME_DIR)
    raise BadInputError(f"is no index that FAISS can read: {sentence}", str(path), hint)


def _open(path: Path) -> _Opened:
    outer = _read(path)
    index, id_map, outer_ids = outer, None, None
    if isinstance(outer, (faiss.IndexIDMap, faiss.IndexIDMap2)):
        id_map, outer_ids = type(outer), faiss.vector_to_array(outer.id_map)
        index = faiss.downcast_index(outer.index)
    if type(index) in (faiss.IndexFlat, faiss.IndexFlatL2, faiss.IndexFlatIP):
        return _Opened(outer, index, id_map, outer_ids, index.reconstruct_n)
    if type(index) is faiss.IndexHNSWFlat and isinstance(faiss.downcast_index(index.storage), faiss.IndexFlat):
        return _Opened(outer, index, id_map, outer_ids, index.reconstruct_n)
    if type(index) is faiss.IndexIVFFlat and isinstance(faiss.downcast_index(index.quantizer), faiss.IndexFlat):
        ids, rows = _lists(index)
        return _Opened(outer, index, id_map, ids if outer_ids is None else outer_ids[ids], rows)
    raise BadInputError(f"is an {type(index).__name__}", str(path), HINT)


def _lists(index: Any) -> tuple[Ids, Rows]:
    """The inverted lists one after another: ids (n,) and rows."""
    lists = index.invlists
    sizes = [lists.list_size(i) for i in range(index.nlist)]
    begins = np.cumsum([0, *sizes])

    def list_rows(number: int) -> Float32:
        """The vectors of one list, in place."""
        codes: npt.NDArray[np.uint8] = faiss.rev_swig_ptr(lists.get_codes(number), sizes[number] * index.code_size)
        return codes.view(np.float32).reshape(-1, index.d)

    def rows(begin: int, count: int) -> Float32:
        found = np.empty((count, index.d), np.float32)
        number = int(np.searchsorted(begins, begin, side="right")) - 1
        done = 0
        while done < count:
            first = begin + done - int(begins[number])
            take = min(count - done, int(begins[number + 1] - begins[number]) - first)
            if take > 0:
                found[done : done + take] = list_rows(number)[first : first + take]
                done += take
            number += 1
        return found

    ids = [faiss.rev_swig_ptr(lists.get_ids(i), size) for i, size in enumerate(sizes) if size > 0]
    return np.concatenate(ids) if ids else np.empty(0, np.int64), rows


def _like(opened: _Opened, map: Map, source: Path, **options: Any) -> tuple[Any, str]:
    """An empty index of the target space, of the kind and parameters of the old one, and a list of what was made again."""
    old, dim = opened.index, map.target_dim
    if isinstance(old, faiss.IndexHNSW):
        new = faiss.IndexHNSWFlat(dim, old.hnsw.nb_neighbors(1), old.metric_type)
        new.hnsw.efConstruction, new.hnsw.efSearch = old.hnsw.efConstruction, old.hnsw.efSearch
        return new, "graph built anew"
    if isinstance(old, faiss.IndexIVF):
        quantizer = faiss.IndexFlat(dim, faiss.downcast_index(old.quantizer).metric_type)
        new = faiss.IndexIVFFlat(quantizer, dim, old.nlist, old.metric_type)
        new.nprobe = old.nprobe
        if opened.total < old.nlist:
            message = f"{opened.total} vectors are too few to train {old.nlist} lists anew"
            raise BadInputError(message, str(source), "fewer lists, or a flat index")
        wanted = old.nlist * new.cp.max_points_per_centroid
        some = np.concatenate([opened.rows(begin, count) for begin, count in spread(opened.total, wanted)])
        new.train(map.translate(some, **options))
        return new, "centroids trained anew"
    return faiss.IndexFlat(dim, old.metric_type), ""


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Gives FAISS this many threads (0: as many as before) in this block."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count or before)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def sample(source: Path, *, column: str | None = None, max_rows: int = 20000) -> Float32:
    """At most `max_rows` vectors (n, d) from 64 places spread over the index."""
    opened = _open(source)
    return sample_of(opened.rows, opened.total, max_rows, source)


def translate(
    map: Map | Path,
    source: Path,
    target: Path,
    *,
    to: str | None = None,
    centred: bool = False,
    ignore_fingerprint: bool = False,
    overwrite: bool = False,
    threads: int = 0,
    progress: Progress = None,
) -> Summary:
    """An index file -> one of the same kind, metric, parameters and ids, in the target space. Memory: both indexes."""
    began = monotonic()
    check_target(source, target, overwrite)
    map = Map.of(map, to)
    opened = _open(source)
    check_dim(map, opened.index.d, source)
    if opened.total == 0:
        raise BadInputError("holds no vectors", str(source))
    options = {"centred": centred, "ignore_fingerprint": ignore_fingerprint, "threads": threads}
    with _threads(threads), reporting(progress) as callback:
        index, anew = _like(opened, map, source, **options)
        new = index if opened.id_map is None else opened.id_map(index)
        for begin, block in translated(map, opened.rows, opened.total, source, callback, **options):
            if opened.ids is None:
                new.add(block)
            else:
                new.add_with_ids(block, opened.ids[begin : begin + len(block)])
    if isinstance(index, faiss.IndexIVF) and opened.index.direct_map.type != faiss.DirectMap.NoMap:
        index.set_direct_map_type(opened.index.direct_map.type)
    facts = {"kind": type(opened.index).__name__, "anew": anew}
    with written_index(target, source, map, opened.total, centred, overwrite, facts) as path:
        faiss.write_index(new, str(path))
    return Summary(opened.total, 0, 1, 0, monotonic() - began)
