"""How far a map, and each of its translations, can be trusted; and whether a map is needed at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import numpy as np

from . import _core
from ._errors import BadInputError
from ._map import Map
from ._progress import Progress, reporting
from ._reports import _Report
from ._rows import Float32, as_rows, no_rows


@dataclass(frozen=True)
class Confidence:
    """How far single translations can be trusted; docs/results.md says what each figure is worth."""

    #: (n,), part of the rows of the fit that lie no nearer than the row to where they lie: near 0 = unlike them
    support: Float32
    match: Float32 | None  #: (n,), probability that the nearest row of the store is the right one, if the store holds it
    margin: Float32 | None  #: (n,), centred cosine with the nearest row of the store less that with the second
    far_rows: float  #: part of the rows with a support below 0.05; 0.05 is what rows like those of the fit have
    mean_match: float | None  #: expected part of the rows whose nearest row in the store is right, if it holds them all


class ConfidenceScorer:
    """Scores rows of a map's source, alone or against a store of target rows in which their translations are searched.

    store (m, target_dim), m >= 2, is kept as a centred copy. BadInputError: a store that does not fit, or a map written before
    maps had a support. What `vec2vec translate --confidence` writes.
    """

    def __init__(self, map: Map, store: Any = None, *, threads: int = 0) -> None:
        self._has_store, self._threads = store is not None, threads
        self._core = _core.ConfidenceScorer(map._core, no_rows() if store is None else as_rows(store, "store"), threads)

    def score(self, rows: Any, *, progress: Progress = None) -> Confidence:
        """rows (n, source_dim), at the cost of 2 n m target_dim flops with a store. Rows of zeros get 0 throughout."""
        x = as_rows(rows)
        out = np.empty((len(x), 3), np.float32)
        with reporting(progress) as callback:
            far_rows, mean_match = self._core.score(x, out, self._threads, callback)
        support, match, margin = out.T.copy()
        if not self._has_store:
            return Confidence(support, None, None, far_rows, None)
        return Confidence(support, match, margin, far_rows, mean_match)


@dataclass(frozen=True)
class GateCheck:
    """One limit of a policy."""

    name: str
    passed: bool
    required: float | str  #: the limit, or the verdict asked for
    found: float | str | None  #: None: the map's card is silent, which fails


@dataclass(frozen=True)
class GateReport(_Report):
    """A map held against a policy; see `gate`. True when it passed."""

    passed: bool
    checks: list[GateCheck]

    def __bool__(self) -> bool:
        return self.passed


def gate(
    map: Map | str | os.PathLike[str],
    policy: Mapping[str, str | float] | str | os.PathLike[str],
    *,
    pairs: tuple[Any, Any] | None = None,
    rows: Any = None,
    store: Any = None,
    documents: Any = None,
    new_rows: Any = None,
    age_days: float | None = None,
    pool: int = 8192,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> GateReport:
    """Holds a map against a policy: limits by name, as a dict or as a JSON file (`vec2vec gate --help` lists them).

    pairs: (A, B), rows (n, source_dim) and (n, target_dim) that belong together, for min_top1 and min_cosine, each row being
    ranked among `pool`. rows (q, source_dim): what is to be translated, for max_far_rows; store (m, target_dim): where it will be
    searched, for min_mean_match. documents (m, source_dim): a store to be translated, in which the rows are queries, for min_recall;
    new_rows (q, target_dim): the rows by the new model (else they are translated). age_days, for max_age_days: that of the file
    when map is a path. BadInputError: an unknown limit, or one whose evidence is not given.
    """
    if isinstance(policy, Mapping):
        text, name = json.dumps(dict(policy)), "policy"
    else:
        name = os.fspath(policy)
        try:
            text = Path(name).read_text()
        except OSError as error:
            raise BadInputError(f"cannot be read: {error.strerror}", name, "a JSON file of limits") from error
    if not isinstance(map, Map):
        if age_days is None and os.path.exists(map):
            age_days = (time() - os.stat(map).st_mtime) / 86400
        map = Map.load(map)
    if age_days is None and "max_age_days" in text:
        raise BadInputError("a map in memory has no age", "policy, max_age_days", "age_days=, or the path of the map's file")
    a, b = (no_rows(), no_rows()) if pairs is None else (as_rows(pairs[0], "pairs, A"), as_rows(pairs[1], "pairs, B"))
    q = no_rows() if rows is None else as_rows(rows)
    s = no_rows() if store is None else as_rows(store, "store")
    d = no_rows() if documents is None else as_rows(documents, "documents")
    n = no_rows() if new_rows is None else as_rows(new_rows, "new_rows")
    with reporting(progress) as callback:
        report, result = _core.gate(map._core, text, name, age_days or 0, a, b, q, s, d, n, pool, seed, threads, callback)
    checks = [
        GateCheck(check["name"], check["passed"], check.get("limit", check.get("required")), check["found"])
        for check in json.loads(result)["checks"]
    ]
    return GateReport(report, result, all(check.passed for check in checks), checks)


@dataclass(frozen=True)
class Kinship(_Report):
    """How the models behind two sets of rows are related; see `compare_models`. docs/cli.md has the bounds."""

    verdict: str  #: SAME_MODEL, RELATED, ALIGNABLE, UNCERTAIN or UNALIGNABLE
    dims: list[int]
    rows: list[int]  #: rows looked at
    spectrum_distance: float  #: in [0, 1]; a rotated copy has 0
    axis_correlation: float | None = None  #: of the covariances, in [-1, 1]; None when the dimensions differ
    null_deviation: float | None = None  #: standard deviation that axis_correlation has for other coordinates, around 0
    mean_cosine: float | None = None  #: cosine of the two means
    agreement: float | None = None  #: of independent searches for a map; None when none was looked for


def compare_models(
    A: Any,
    B: Any,
    *,
    align: bool = True,
    rows: int = 5000,
    seed: int = 0,
    threads: int = 0,
    time_budget: float = 0,
    progress: Progress = None,
) -> Kinship:
    """Do rows A (n, d_a) and B (m, d_b), of any texts, come from one model, from models that align, or from neither?

    At most `rows` a side are looked at, spread evenly. align: look for a map when the coordinates differ, for time_budget seconds
    at most (0 = no limit). What `vec2vec inspect --fingerprint` prints.
    """
    a, b = as_rows(A, "A"), as_rows(B, "B")
    with reporting(progress) as callback:
        report, text = _core.compare_models(a, b, align, rows, seed, threads, time_budget, callback)
    return Kinship(report, text, **json.loads(text))
