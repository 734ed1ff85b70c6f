"""A vector file through a map file, by the library alone: numpy is not loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass

from . import _core
from ._progress import Progress, reporting

Path = str | os.PathLike[str]


@dataclass(frozen=True)
class TranslatedFile:
    """What `translate_file` did."""

    rows: int
    zero_rows: int
    seconds: float
    input_sha256: str
    map_sha256: str
    far_rows: float  #: of rows whose confidence was asked for, as in `Confidence`; else 0
    mean_match: float  #: the same, against a store


def translate_file(
    map: Path,
    source: Path,
    target: Path,
    *,
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
    """`vec2vec translate MAP SOURCE TARGET`: streams a vector file (npy, safetensors, fvecs, csv, NDJSON ...) through a map file with
    constant memory, and writes target and target + ".provenance.json". confidence: a file for how far each row can be trusted
    (`ConfidenceScorer`), against the vectors of the file `store` if one is named. For stores in other
    formats: `vec2vec_cpp.stores`."""
    paths = [os.fspath(path) for path in (map, source, target, confidence, store)]
    with reporting(progress) as callback:
        result = _core.translate_file(
            paths[0],
            paths[1],
            tensor,
            field,
            raw_dim,
            paths[2],
            centred,
            ignore_fingerprint,
            float16,
            overwrite,
            threads,
            paths[3],
            paths[4],
            callback,
        )
    return TranslatedFile(*result)
