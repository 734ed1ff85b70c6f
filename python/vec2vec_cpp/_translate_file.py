# SPDX-License-Identifier: Apache-2.0
"""Translates a vector file by a map file with the library alone; numpy is not loaded."""

from __future__ import annotations

from dataclasses import dataclass

from . import _core
from ._options import Path, checked
from ._progress import Progress, reporting
from ._wording import meaning


@dataclass(frozen=True)
class TranslatedFile:
    """A summary of what `translate_file` did."""

    rows: int
    zero_rows: int  #: they became the target's mean direction
    seconds: float
    input_sha256: str
    map_sha256: str
    far_rows: float | None  #: as in `Confidence`; None when no confidence was asked for
    mean_match: float | None  #: as in `Confidence`; None without a store


@checked
def translate_file(
    map: Path,
    source: Path,
    target: Path,
    *,
    to: str | None = None,
    centred: bool = False,
    ignore_fingerprint: bool = False,
    float16: bool = False,
    overwrite: bool = False,
    raw_dim: int = 0,
    tensor: str = "",
    field: str = "",
    confidence: Path = "",
    store: Path = "",
    threads: int = 0,
    progress: Progress = None,
) -> TranslatedFile:
    """Streams a vector file through a map file, as `vec2vec translate` does. For other stores: `vec2vec_cpp.stores`.

    Args:
        map: Map file.
        source: npy, safetensors, fvecs, bvecs, CSV, TSV, NDJSON, or raw float32; told apart by content.
        target: File to write, in the format that its name ends in; target + ".provenance.json" says where it comes from.
        to: Of a map of several known spaces: the one to translate into; None = their consensus.
        centred: Write centred unit rows.
        ignore_fingerprint: Translate rows of another model all the same.
        float16: Write float16 (npy and safetensors).
        overwrite: Replace target if it exists.
        raw_dim: Of a file of headerless float32: its columns.
        tensor: Of a safetensors file of several tensors: the one to read.
        field: Of NDJSON: the field of the vector; "" = embedding, vector, or the only list of numbers.
        confidence: File for how far each row can be trusted (`ConfidenceScorer`).
        store: Vector file in which the translations will be searched; confidence then has match and margin.
        threads: 0 = all cores.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `TranslatedFile` with `rows`, `zero_rows`, `seconds`, the SHA-256 of input and map, `far_rows` and `mean_match`.

    Raises:
        BadInputError: A file that is missing or foreign, rows that do not fit the map or are not finite, a target that exists.

    Memory is constant; the target appears whole or not at all.
    """
    with reporting(progress) as callback, meaning({"Map::to": "to"}):
        result = _core.translate_file(
            map,
            to,
            source,
            tensor,
            field,
            raw_dim,
            target,
            centred,
            ignore_fingerprint,
            float16,
            overwrite,
            threads,
            confidence,
            store,
            callback,
        )
    return TranslatedFile(*result)
