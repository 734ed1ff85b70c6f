# SPDX-License-Identifier: Apache-2.0
"""Scores of translations, measures of spaces, facts about rows. Each result prints as the command's table; NaN is None."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._errors import BadInputError
from ._map import Map
from ._options import Path, checked
from ._plots import Point, heat_map, intervals
from ._progress import Progress, reporting
from ._rows import as_rows, no_rows
from ._show import Shown, Tabled
from ._wording import in_python

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .typing import Rows


@dataclass(frozen=True, repr=False)
class _Report(Shown):
    _report: str = field(repr=False)
    _json: str = field(repr=False)

    def __str__(self) -> str:
        return in_python(self._report)

    def to_dict(self) -> dict[str, Any]:
        """What the command prints with --json."""
        result: dict[str, Any] = json.loads(self._json)
        return result


@dataclass(frozen=True)
class Score:
    """A value with its 95 % bootstrap interval and the value by chance."""

    value: float
    low: float | None  #: None without a bootstrap
    high: float | None
    null: float


@dataclass(frozen=True, repr=False)
class Evaluation(_Report, Tabled):
    """Scores of translated rows against the true rows of the target space; see `evaluate`."""

    rows: int
    pool: int  #: candidates that each row was ranked among
    cosine: Score
    centred_cosine: Score
    top1: Score  #: part of the rows whose true row is the nearest
    top10: Score
    mean_rank: Score  #: 1 = the true row is the nearest
    median_rank: Score
    mrr: Score  #: mean of 1 / rank
    foscttm: Score  #: mean fraction of candidates nearer than the true one: 0 is perfect, 0.5 chance

    def _line(self) -> str:
        s = self.top1
        interval = "" if s.low is None or s.high is None else f" ({s.low:.3f} to {s.high:.3f})"
        return f"top-1 {s.value:.3f}{interval}, cosine {self.cosine.value:.3f}, {self.rows} rows"

    def _table(self) -> list[dict[str, Any]]:
        return [{"score": key} | score for key, score in self.to_dict()["scores"].items()]

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draws the scores that lie between 0 and 1, with intervals and chance, into ax or new axes of matplotlib; returns these."""
        drawn = ("top1", "top10", "mrr", "cosine", "centred_cosine", "foscttm")
        scores: dict[str, Score] = {key: getattr(self, key) for key in drawn}
        scores["foscttm, lower is better"] = scores.pop("foscttm")
        points = [Point(name, s.value, s.low, s.high, s.null) for name, s in scores.items()]
        return intervals(ax, points, f"Translations against the truth, {self.rows:,} rows")


@checked
def evaluate(
    translated: Rows,
    truth: Rows,
    *,
    mean: Map | Any = None,
    pool: int = 8192,
    bootstrap: int = 1000,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> Evaluation:
    """Scores translated rows against the true ones.

    Args:
        translated: (n, d), n >= 2.
        truth: (n, d): row i is what row i of `translated` should be. Of a map of several known spaces: rows of one of them for
            `map.to(name)`, else of `map.consensus(...)`.
        mean: The target mean by which both are centred: a Map, or (d,); None = the mean of truth's unit rows.
        pool: Candidates that every row is ranked among; of fewer rows, all of them.
        bootstrap: Resamples behind each interval; 0 = no intervals.
        seed: Of candidates and resamples.
        threads: 0 = all cores.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `Evaluation` with `top1`, `top10`, `cosine`, ..., each with `value`, `low`, `high` and `null`.

    Raises:
        BadInputError: Unequal shapes, values that are not finite, an option out of range.

    Costs 2 n pool d flops: about a second for 8,192 rows of 768 values on two cores.
    """
    t, b = as_rows(translated, "translated"), as_rows(truth, "truth")
    if isinstance(mean, Map):
        mean = mean.target_mean
    centre = no_rows() if mean is None else as_rows(np.asanyarray(mean).reshape(1, -1), "mean")
    with reporting(progress) as callback:
        report, text = _core.evaluate(t, b, centre, pool, bootstrap, seed, threads, callback)
    result = json.loads(text)
    scores = {key: Score(**score) for key, score in result["scores"].items()}
    return Evaluation(report, text, result["rows"], result["pool"], **scores)


@dataclass(frozen=True)
class Measure:
    """One measured value, its 95 % interval, and what it is when rows are paired at random; docs/measures.md."""

    value: float | None  #: None where it is undefined
    low: float | None
    high: float | None
    null: dict[str, float]  #: mean, low, high, permutations
    adjusted: float | None  #: 0 = chance, 1 = the same up to what the measure ignores
    rows: int  #: behind the value
    estimate: bool  #: from a sample of the rows given
    biased: bool  #: chance alone moves it away from its value for independent spaces
    estimator: str  #: what the value is, and where its interval comes from


@dataclass(frozen=True, repr=False)
class Measurement(_Report, Tabled):
    """How alike two spaces are. `measures` goes by the keys of docs/measures.md: `measurement["mutual_knn"].value`."""

    rows: int  #: used
    rows_given: int
    k: int
    a: dict[str, Any]  #: name, dim, zero_rows, repeated_rows, intrinsic_dimension, isotropy of the first space
    b: dict[str, Any]
    measures: dict[str, Measure]

    def __getitem__(self, key: str) -> Measure:
        return self.measures[key]

    def _line(self) -> str:
        known = [f"{key} {m.value:.3f}" for key, m in self.measures.items() if m.value is not None]
        shown = ", ".join(known[:4]) + (", ..." if len(known) > 4 else "")
        return f"{self.a['name']} and {self.b['name']}, {self.rows} rows: {shown}"

    def _table(self) -> list[dict[str, Any]]:
        return [{"measure": key} | _flat(vars(measure)) for key, measure in self.measures.items()]

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draws the measures with intervals and chance into ax or new axes of matplotlib, and returns these; ranks and what is
        undefined are left out."""
        points = [
            Point(key, m.value, m.low, m.high, m.null["mean"])
            for key, m in self.measures.items()
            if m.value is not None and not key.endswith("_rank")
        ]
        return intervals(ax, points, f"{self.a['name']} and {self.b['name']}, {self.rows:,} rows")


def _flat(measure: dict[str, Any]) -> dict[str, Any]:
    """A measure and its null in one dict, with the names of the CSV."""
    null = measure["null"]
    flat = {key: value for key, value in measure.items() if key != "null"}
    return flat | {"permutations" if key == "permutations" else f"null_{key}": value for key, value in null.items()}


class MeasureGrid(Shown, Tabled):
    """Measurements of several spaces with each other; `names` are those of the spaces."""

    def __init__(self, core: _core.MeasureGrid, names: list[str]) -> None:
        self._core, self.names = core, names

    def value(self, key: str, a: str | int, b: str | int) -> float:
        """The value of a measure for two spaces, by their names or numbers."""
        return self._core.value(key, *(self.names.index(space) if isinstance(space, str) else space for space in (a, b)))

    def to_dict(self) -> dict[str, Any]:
        """What `vec2vec measure --json` prints of several files."""
        result: dict[str, Any] = json.loads(self._core.to_json())
        return result

    def to_csv(self) -> str:
        """One line a pair and measure, with intervals and nulls."""
        return self._core.to_csv()

    def to_html(self) -> str:
        """A page of heat maps, a map of the spaces and every figure; loads nothing."""
        return self._core.to_html()

    def _table(self) -> list[dict[str, Any]]:
        return [
            {"a": pair["row"], "b": pair["column"], "measure": key} | _flat(measure)
            for pair in self.to_dict()["pairs"]
            for key, measure in pair["measures"].items()
        ]

    def plot(self, key: str = "", ax: Axes | None = None) -> Axes:
        """Draws the heat map of one measure into ax or new axes of matplotlib, and returns these.

        Args:
            key: The measure; "" = the first that was taken.
            ax: Where to draw; None = a new figure.

        Raises:
            BadInputError: A measure that was not taken.
        """
        grid = self.to_dict()
        key = key or next(iter(grid["catalogue"]))
        if key not in grid["catalogue"]:
            raise BadInputError(f"'{key}' was not measured", "`key`", f"one of {', '.join(grid['catalogue'])}")
        about, count = grid["catalogue"][key], len(self.names)
        shares = [[0.0] * count for _ in range(count)]
        upper = [(i, j) for i in range(count) for j in range(i + 1, count)]
        for (i, j), pair in zip(upper, grid["pairs"], strict=True):
            for row, column, name in ((i, j, key), (j, i, about["mirror"] or key)):
                shares[row][column] = pair["measures"].get(name, {}).get("adjusted") or 0.0
        return heat_map(ax, self.names, grid["matrices"][key], shares, f"{about['title']} ({about['closer']} is closer)")

    def _line(self) -> str:
        return f"{len(self.names)} spaces: {', '.join(self.names)}"

    def __str__(self) -> str:
        return in_python(self._core.brief())


def _measure_grid(spaces: Mapping[str, Any], progress: Progress, **options: Any) -> _core.MeasureGrid:
    only = options.pop("only")
    core_options = _core.MeasureOptions()
    core_options.only = [only] if isinstance(only, str) else list(only or ())
    for key, value in options.items():
        setattr(core_options, key, value)
    rows = [as_rows(data, name) for name, data in spaces.items()]
    with reporting(progress) as callback:
        return _core.measure_all(rows, list(spaces), core_options, callback)


@checked
def measure(
    A: Rows,
    B: Rows,
    *,
    names: tuple[str, str] = ("A", "B"),
    only: str | Iterable[str] | None = None,
    k: int = 10,
    max_rows: int = 0,
    pair_rows: int = 4096,
    permutations: int = 100,
    bootstrap: int = 1000,
    anchors: int = 256,
    pool: int = 1024,
    rbf_sigma: float = 0,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> Measurement:
    """Measures how alike two spaces are. docs/measures.md describes the measures.

    Args:
        A: (n, d_a), n >= 20.
        B: (n, d_b); row i of A and row i of B stand for the same thing.
        names: What the report calls them.
        only: Keys or families of measures, such as "cka" or ["knn", "pairs"]; None = all.
        k: Neighbours of the k-NN measures, 2 to n - 1.
        max_rows: Rows used at most, drawn at random; 0 = all.
        pair_rows: Rows whose pairs RSA and RBF CKA compare, at least 20; 0 = all.
        permutations: Random pairings behind each null, at least 10.
        bootstrap: Resamples behind bootstrap intervals; 0 = no intervals.
        anchors: Rows that relative representations refer to.
        pool: Candidates that a row is ranked among.
        rbf_sigma: Width of the RBF kernels; 0 = each side's median distance.
        seed: Of samples, permutations, resamples and folds.
        threads: 0 = all cores.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `Measurement`: `measurement["mutual_knn"]` has `value`, `low`, `high`, `null`, `adjusted`, ...

    Raises:
        BadInputError: Unequal numbers of rows, values that are not finite, unknown measures, options out of range.

    Costs n^2 (d_a + d_b) flops for the k-NN measures: some seconds for 10,000 rows on two cores.
    """
    if len(set(names)) != 2:
        raise BadInputError("must be two names that differ", "`names`")
    grid = _measure_grid(
        {names[0]: A, names[1]: B},
        progress,
        only=only,
        k=k,
        max_rows=max_rows,
        pair_rows=pair_rows,
        permutations=permutations,
        bootstrap=bootstrap,
        anchors=anchors,
        pool=pool,
        rbf_sigma=rbf_sigma,
        seed=seed,
        threads=threads,
    )
    report, text = grid.pair()
    result = json.loads(text)
    measures = {key: Measure(**value) for key, value in result.pop("measures").items()}
    facts = {key: result[key] for key in ("rows", "rows_given", "k", "a", "b")}
    return Measurement(report, text, measures=measures, **facts)


@checked
def measure_all(
    spaces: Mapping[str, Rows] | Sequence[Rows],
    *,
    only: str | Iterable[str] | None = None,
    k: int = 10,
    max_rows: int = 0,
    pair_rows: int = 4096,
    permutations: int = 100,
    bootstrap: int = 1000,
    anchors: int = 256,
    pool: int = 1024,
    rbf_sigma: float = 0,
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> MeasureGrid:
    """Measures every pair of at least two spaces, which all hold the same things in the same order.

    Args:
        spaces: {name: rows (n, d)}; or a list of rows, which are named "0", "1", ..., files by their names.
        only: As of `measure`, and so are all other options.

    Returns:
        `MeasureGrid`: `grid.value("cka", "minilm", "mpnet")`, `to_dict()`, `to_csv()`, `to_html()`.

    Raises:
        BadInputError: As `measure`, and for fewer than two spaces.
    """
    named = spaces if isinstance(spaces, Mapping) else _named(spaces)
    grid = _measure_grid(
        named,
        progress,
        only=only,
        k=k,
        max_rows=max_rows,
        pair_rows=pair_rows,
        permutations=permutations,
        bootstrap=bootstrap,
        anchors=anchors,
        pool=pool,
        rbf_sigma=rbf_sigma,
        seed=seed,
        threads=threads,
    )
    return MeasureGrid(grid, list(named))


def _named(spaces: Sequence[Any]) -> dict[str, Any]:
    if isinstance(spaces, (str, os.PathLike)) or getattr(spaces, "ndim", 3) < 3:
        raise BadInputError("is one space", "`spaces`", "a list of two and more, or a dict {name: rows}")
    files = [os.path.basename(os.fspath(space)) for space in spaces if isinstance(space, (str, os.PathLike))]
    if len(files) == len(spaces) == len(set(files)):
        return dict(zip(files, spaces, strict=True))
    return {str(number): rows for number, rows in enumerate(spaces)}


@dataclass(frozen=True, repr=False)
class Inspection(_Report):
    """Facts about rows; see `inspect`."""

    path: str
    format: str
    dtype: str
    rows: int
    dim: int
    nan_rows: int  #: with values that are not finite
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
    notes: list[str]  #: how the file was read, and what looks odd in it

    def _line(self) -> str:
        bad = f"{self.nan_rows} not finite, {self.zero_rows} zero, {self.duplicate_rows} repeated"
        return f"{self.path}: ({self.rows}, {self.dim}) {self.dtype}, rows: {bad}"


@checked
def inspect(
    rows: Rows, *, max_rows: int = 20000, threads: int = 0, raw_dim: int = 0, tensor: str = "", progress: Progress = None
) -> Inspection:
    """Facts about rows: values that are not finite, zero and repeated rows, norms, spectrum, isotropy.

    Args:
        rows: (n, d), or the path of a vector file.
        max_rows: Rows behind spectrum and isotropy, at least 2.
        threads: 0 = all cores.
        raw_dim: Of a file of headerless float32: its columns.
        tensor: Of a safetensors file of several tensors: the one to read.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `Inspection` with `rows`, `dim`, `nan_rows`, `first_nan_row`, `duplicate_rows`, `norm`, `effective_rank`, ...

    Raises:
        BadInputError: A file that is missing, damaged or of a foreign format.

    Reads a file once, with constant memory; about a second for 100,000 rows.
    """
    with reporting(progress) as callback:
        if isinstance(rows, (str, os.PathLike)):
            path: Path = rows
            report, text = _core.inspect_file(path, tensor, raw_dim, max_rows, threads, callback)
        else:
            report, text = _core.inspect_rows(as_rows(rows), "rows", max_rows, threads, callback)
    return Inspection(report, text, **json.loads(text))
