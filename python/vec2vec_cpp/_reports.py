"""Scores of translations, measures of spaces, facts about rows. Each result prints as the command's table; NaN is None."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import _core
from ._errors import BadInputError
from ._map import Map
from ._progress import Progress, reporting
from ._rows import as_rows, no_rows


@dataclass(frozen=True)
class _Report:
    report: str = field(repr=False)
    _json: str = field(repr=False)

    def __str__(self) -> str:
        return self.report

    def to_dict(self) -> dict[str, Any]:
        """What the command prints with --json."""
        result: dict[str, Any] = json.loads(self._json)
        return result


@dataclass(frozen=True)
class Score:
    """A figure with its 95 % bootstrap interval and the value that chance gives."""

    value: float
    low: float
    high: float
    null: float


@dataclass(frozen=True)
class Evaluation(_Report):
    """Scores of translated rows against the true rows of the target space; see `evaluate`."""

    rows: int
    pool: int
    cosine: Score
    centred_cosine: Score
    top1: Score
    top10: Score
    mean_rank: Score
    median_rank: Score
    mrr: Score
    foscttm: Score


def evaluate(
    translated: Any,
    truth: Any,
    *,
    mean: Map | Any = None,
    pool: int = 8192,
    bootstrap: int = 1000,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> Evaluation:
    """translated (n, d) against truth (n, d): row i of one belongs to row i of the other.

    mean: the target mean by which both are centred: a Map, or (d,); None = the mean of truth's unit rows. Every row is ranked
    among `pool` candidates. bootstrap: resamples behind each interval, 0 = none.
    """
    t, b = as_rows(translated, "translated"), as_rows(truth, "truth")
    if isinstance(mean, Map):
        mean = mean.target_mean
    centre = no_rows() if mean is None else as_rows(np.asarray(mean).reshape(1, -1), "mean")
    with reporting(progress) as callback:
        report, text = _core.evaluate(t, b, centre, pool, bootstrap, seed, threads, callback)
    result = json.loads(text)
    scores = {key: Score(**score) for key, score in result["scores"].items()}
    return Evaluation(report, text, result["rows"], result["pool"], **scores)


@dataclass(frozen=True)
class Measure:
    """One measured value, its 95 % interval, and what it is when rows are paired at random; docs/measures.md."""

    value: float | None
    low: float | None
    high: float | None
    null: dict[str, float]  #: mean, low, high, permutations
    adjusted: float | None  #: 0 = chance, 1 = the same up to what the measure ignores
    rows: int
    estimate: bool
    biased: bool
    estimator: str


@dataclass(frozen=True)
class Measurement(_Report):
    """How alike two spaces are; `measures` goes by the keys of docs/measures.md, e.g. "mutual_knn" and "cka"."""

    rows: int
    rows_given: int
    k: int
    a: dict[str, Any]
    b: dict[str, Any]
    measures: dict[str, Measure]

    def __getitem__(self, key: str) -> Measure:
        return self.measures[key]


class MeasureGrid:
    """Measurements of several spaces with each other."""

    def __init__(self, core: _core.MeasureGrid, names: list[str]) -> None:
        self._core, self.names = core, names

    def value(self, key: str, a: str, b: str) -> float:
        """The value of a measure for two spaces by name."""
        return self._core.value(key, self.names.index(a), self.names.index(b))

    def to_dict(self) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self._core.to_json())
        return result

    def to_csv(self) -> str:
        """One line a pair and measure, with intervals and nulls."""
        return self._core.to_csv()

    def to_html(self) -> str:
        """A page with one heat map a measure; needs nothing else."""
        return self._core.to_html()

    def __str__(self) -> str:
        return self._core.brief()


def _measure_grid(spaces: Mapping[str, Any], progress: Progress, options: dict[str, Any]) -> _core.MeasureGrid:
    core_options = _core.MeasureOptions()
    for key, value in options.items():
        if key == "only":
            value = [value] if isinstance(value, str) else list(value or ())
        try:
            setattr(core_options, key, value)
        except AttributeError:
            raise TypeError(f"measure has no option '{key}'") from None
    rows = [as_rows(data, name) for name, data in spaces.items()]
    with reporting(progress) as callback:
        return _core.measure_all(rows, list(spaces), core_options, callback)


def measure(
    A: Any,
    B: Any,
    *,
    names: tuple[str, str] = ("A", "B"),
    only: str | Iterable[str] | None = None,
    progress: Progress = None,
    **options: Any,
) -> Measurement:
    """How alike are two spaces? Row i of A (n, d_a) and row i of B (n, d_b) stand for the same thing.

    only: keys or families of measures, None = all. Options: k, sample, pair_rows, permutations, bootstrap, anchors, pool,
    rbf_sigma, seed, threads (docs/measures.md; the same as of `vec2vec measure`).
    """
    if len(set(names)) != 2:
        raise BadInputError("two names that differ are needed", "names")
    grid = _measure_grid({names[0]: A, names[1]: B}, progress, {**options, "only": only})
    report, text = grid.pair()
    result = json.loads(text)
    measures = {key: Measure(**value) for key, value in result.pop("measures").items()}
    facts = {key: result[key] for key in ("rows", "rows_given", "k", "a", "b")}
    return Measurement(report, text, measures=measures, **facts)


def measure_all(
    spaces: Mapping[str, Any], *, only: str | Iterable[str] | None = None, progress: Progress = None, **options: Any
) -> MeasureGrid:
    """Every pair of at least two spaces {name: rows (n, d)}, which all hold the same things in the same order. Options as of
    `measure`."""
    return MeasureGrid(_measure_grid(spaces, progress, {**options, "only": only}), list(spaces))


@dataclass(frozen=True)
class Inspection(_Report):
    """Facts about rows; see `inspect`."""

    path: str
    format: str
    dtype: str
    rows: int
    dim: int
    nan_rows: int
    first_nan_row: int
    zero_rows: int
    first_zero_row: int
    duplicate_rows: int
    norm: dict[str, float]  #: mean, min, p1, p50, p99, max
    sampled_rows: int
    isotropy: float
    effective_rank: float
    spectrum: list[float]  #: shares of variance of the principal directions
    fingerprint: dict[str, Any]


def inspect(
    rows: Any, *, sample: int = 20000, threads: int = 0, raw_dim: int = 0, tensor: str = "", progress: Progress = None
) -> Inspection:
    """Facts about rows (n, d), or about a vector file when `rows` is a path: NaN, zero and repeated rows, norms, spectrum,
    isotropy."""
    with reporting(progress) as callback:
        if isinstance(rows, (str, os.PathLike)):
            report, text = _core.inspect_file(os.fspath(rows), tensor, raw_dim, sample, threads, callback)
        else:
            report, text = _core.inspect_rows(as_rows(rows), "rows", sample, threads, callback)
    return Inspection(report, text, **json.loads(text))
