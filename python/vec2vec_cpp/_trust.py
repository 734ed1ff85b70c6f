# SPDX-License-Identifier: Apache-2.0
"""Tells how far a map and each of its translations can be trusted, and whether a map is needed at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._errors import BadInputError
from ._map import Map
from ._options import Path as AnyPath
from ._options import Relation, checked
from ._progress import Progress, reporting
from ._reports import _Report
from ._rows import Float32, as_rows, no_rows
from ._show import Shown, Tabled

if TYPE_CHECKING:
    from .typing import Rows


@dataclass(frozen=True, repr=False)
class Confidence(Shown, Tabled):
    """How far single translations can be trusted; docs/results.md says what each figure is worth."""

    #: (n,), part of the rows of the fit that lie no nearer than the row to where they lie: near 0 = unlike them
    support: Float32
    match: Float32 | None  #: (n,), probability that the nearest row of the store is the right one, if the store holds it
    margin: Float32 | None  #: (n,), centred cosine with the nearest row of the store less that with the second
    far_rows: float  #: part of the rows with a support below 0.05; 0.05 is what rows like those of the fit have
    mean_match: float | None  #: expected part of the rows whose nearest row in the store is right, if it holds them all

    def _line(self) -> str:
        match = "" if self.mean_match is None else f", mean match {self.mean_match:.3f}"
        return f"{len(self.support)} rows, far from those of the fit {self.far_rows:.3f}{match}"

    def _table(self) -> list[dict[str, Any]]:
        columns = {"support": self.support, "match": self.match, "margin": self.margin}
        known = {key: values for key, values in columns.items() if values is not None}
        return [dict(zip(known, row, strict=True)) for row in zip(*known.values(), strict=True)]


class ConfidenceScorer(Shown):
    """Scores rows of a map's source, alone or against a store in which their translations are searched.

    Args:
        map: Any that keeps the support of the rows it was fitted on; those of version 0.1.0 do not.
        store: (m, target_dim), m >= 2, of several known spaces rows of `Map.consensus`; kept as a centred copy. None = no store: support alone.
        threads: 0 = all cores.

    Raises:
        BadInputError: A store that does not fit, or a map without a support.
    """

    @checked
    def __init__(self, map: Map, store: Rows | None = None, *, threads: int = 0) -> None:
        self._map = map
        self._has_store, self._threads = store is not None, threads
        self._core = _core.ConfidenceScorer(map._core, no_rows() if store is None else as_rows(store, "store"), threads)

    def _line(self) -> str:
        return f"of {self._map._line()}{', with a store' if self._has_store else ''}"

    def score(self, rows: Rows, *, progress: Progress = None) -> Confidence:
        """How far the translation of each row can be trusted: what `vec2vec translate --confidence` writes.

        Args:
            rows: (n, source_dim), finite. Rows of zeros get 0 throughout.
            progress: True for a bar, or a function of stage and part done.

        Returns:
            `Confidence` with `support`, `match`, `margin` (n,), `far_rows`, `mean_match`; None what needs a store.

        Costs the translation, and 2 n m target_dim flops with a store of m rows.
        """
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


@dataclass(frozen=True, repr=False)
class GateReport(_Report, Tabled):
    """The outcome of `gate`: a map compared with a policy. True when it passed: `assert gate(...)`."""

    passed: bool
    checks: list[GateCheck]

    def __bool__(self) -> bool:
        return self.passed

    def _table(self) -> list[dict[str, Any]]:
        return [vars(check) for check in self.checks]

    def _line(self) -> str:
        failed = [check.name for check in self.checks if not check.passed]
        return f"failed: {', '.join(failed)}" if failed else f"passed: {', '.join(check.name for check in self.checks)}"


@checked
def gate(
    map: Map | AnyPath,
    policy: Mapping[str, str | float] | AnyPath,
    *,
    to: str | None = None,
    pairs: tuple[Rows, Rows] | None = None,
    queries: Rows | None = None,
    store: Rows | None = None,
    documents: Rows | None = None,
    new_queries: Rows | None = None,
    age_days: float | None = None,
    pool: int = 8192,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> GateReport:
    """Compares a map with the limits of a policy, for CI (docs/gate.md). Missing evidence that a limit needs is an error.

    Args:
        map: A Map, or its file.
        policy: Limits by name, as a dict or a JSON file: verdict, min_probability, min_agreement, min_pair_free_score, min_rows,
            max_age_days, min_top1, min_cosine, max_far_rows, min_mean_match, min_recall.
        to: Of a map of several known spaces: the one it is judged by; None = their consensus (rows of it: `Map.consensus`).
        pairs: (A, B), rows (n, source_dim) and (n, target_dim) that belong together, for min_top1 and min_cosine.
        queries: (q, source_dim), what is to be translated, for max_far_rows, min_mean_match and min_recall.
        store: (m, target_dim), where the translations will be searched, for min_mean_match.
        documents: (m, source_dim), a store to be translated, in which `rows` are queries, for min_recall.
        new_queries: (q, target_dim), `queries` by the new model, for min_recall; None = they are translated.
        age_days: Age of the map, for max_age_days; None = that of the file when map is a path.
        pool: Candidates that each of the pairs is ranked among.
        seed: Of candidates and resamples.
        threads: 0 = all cores.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `GateReport`, true when it passed; `checks` has `name`, `passed`, `required` and `found` of each limit.

    Raises:
        BadInputError: An unknown limit, none at all, or one whose evidence is not given.
    """
    if isinstance(policy, Mapping):
        text, name = json.dumps(dict(policy), default=float), "policy"
    else:
        name = os.fspath(policy)
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
            raise BadInputError(f"cannot be read: {reason}", name, "a JSON file of limits") from error
    if not isinstance(map, Map):
        if age_days is None and os.path.exists(map):
            age_days = (time() - os.stat(map).st_mtime) / 86400
    map = Map.of(map, to)
    a, b = (no_rows(), no_rows()) if pairs is None else (as_rows(pairs[0], "pairs, A"), as_rows(pairs[1], "pairs, B"))
    q = no_rows() if queries is None else as_rows(queries, "queries")
    s = no_rows() if store is None else as_rows(store, "store")
    d = no_rows() if documents is None else as_rows(documents, "documents")
    n = no_rows() if new_queries is None else as_rows(new_queries, "new_queries")
    with reporting(progress) as callback:
        report, result = _core.gate(map._core, text, name, age_days, a, b, q, s, d, n, pool, seed, threads, callback)
    checks = [
        GateCheck(check["name"], check["passed"], check.get("limit", check.get("required")), check["found"])
        for check in json.loads(result)["checks"]
    ]
    return GateReport(report, result, all(check.passed for check in checks), checks)


@dataclass(frozen=True, repr=False)
class Kinship(_Report):
    """How the models behind two sets of rows are related; see `compare_models`. docs/commands/measure.md has the bounds."""

    verdict: Relation
    dims: list[int]
    rows: list[int]  #: rows looked at
    spectrum_distance: float  #: in [0, 1]; a rotated copy has 0
    axis_correlation: float | None = None  #: of the covariances, in [-1, 1]; None when the dimensions differ
    null_deviation: float | None = None  #: standard deviation that axis_correlation has for other coordinates, around 0
    mean_cosine: float | None = None  #: cosine of the two means
    agreement: float | None = None  #: of independent searches for a map; None when none was looked for

    def _line(self) -> str:
        return f"{self.verdict}, {self.dims[0]} and {self.dims[1]} dimensions, {self.rows[0]} and {self.rows[1]} rows"


@checked
def compare_models(
    A: Rows,
    B: Rows,
    *,
    search: bool = True,
    max_rows: int = 5000,
    seed: int = 0,
    threads: int = 0,
    time_budget: float = 0,
    progress: Progress = None,
) -> Kinship:
    """Do two sets of rows, of any texts, come from one model, from models that align, or from neither?

    Args:
        A: (n, d_a), n >= 64.
        B: (m, d_b), m >= 64.
        search: Look for a map when the coordinates differ.
        max_rows: Rows a side that are looked at, at most, spread evenly; at least 64.
        seed: Of the search for a map.
        threads: 0 = all cores.
        time_budget: Seconds after which no new search begins; 0 = no limit.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `Kinship` with `verdict` (SAME_MODEL, RELATED, ALIGNABLE, UNCERTAIN, UNALIGNABLE) and what it rests on.

    Raises:
        BadInputError: Fewer than 64 rows, values that are not finite.

    Takes a second when the coordinates are the same, else as long as `align` of so many rows.
    """
    a, b = as_rows(A, "A"), as_rows(B, "B")
    with reporting(progress) as callback:
        report, text = _core.compare_models(a, b, search, max_rows, seed, threads, time_budget, callback)
    return Kinship(report, text, **json.loads(text))


@dataclass(frozen=True, repr=False)
class Advice(_Report):
    """Which of several public sides is of a store's kind; see `advise`."""

    store_rows: int
    rows_compared: int
    axes_compared: int
    aligned: bool  #: whether the first side aligned
    #: the most like first: name, rows, spectrum_distance and, of those searched, verdict, probability and seconds
    sides: list[dict[str, Any]]

    def _line(self) -> str:
        first = self.sides[0]
        return f"{len(self.sides)} sides, first {first['name']}, {first.get('verdict', 'not searched')}"


@checked
def advise(
    store: Rows,
    publics: Mapping[str, Rows],
    *,
    max_rows: int = 4000,
    search: bool = True,
    try_all: bool = False,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> Advice:
    """Which of several public sides, of a model that you know, is of the same kind as an unknown store? Without pairs.

    Args:
        store: (n, d), n >= 64.
        publics: Rows of your own by name, one entry a kind of text.
        max_rows: Rows a side that are looked at, at most, spread evenly; at least 64.
        search: Look for a map among each, with little effort; else spectra alone are compared.
        try_all: Go on after a side has aligned.
        seed: Of the searches.
        threads: 0 = all cores.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `Advice`: its `sides`, the most like first, and whether the first `aligned`.

    Raises:
        BadInputError: No side, fewer than 64 rows, values that are not finite.

    Takes milliseconds for the spectra and 3 to 12 seconds a search.
    """
    rows_of = [as_rows(side, name) for name, side in publics.items()]
    s = as_rows(store, "store")
    with reporting(progress) as callback:
        report, text = _core.advise(s, rows_of, list(publics), max_rows, search, try_all, seed, threads, callback)
    return Advice(report, text, **json.loads(text))
