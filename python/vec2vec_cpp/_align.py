"""Finding maps."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass, field
from typing import Any

from . import _core
from ._errors import AlignmentWarning
from ._map import Map
from ._progress import Progress, reporting
from ._rows import as_pairs, as_rows
from ._translate_file import Path

_FACTS = ("verdict", "evidence", "pair_free_score", "stopped_because", "seconds", "starts")


@dataclass(frozen=True)
class Alignment:
    """A map, the verdict on it and the evidence; `print` it for the report that `vec2vec align` shows."""

    map: Map
    verdict: str  #: ALIGNED, UNCERTAIN or NOT_ALIGNED
    #: probability, agreement, score_margin, mutual_neighbours, half_agreement, searches_needed: what speaks for a map found
    #: without pairs (docs/how-it-works.md)
    evidence: dict[str, float]
    pair_free_score: float  #: comparable between runs on the same two sets only
    stopped_because: str
    seconds: float
    starts: list[dict[str, Any]]
    pairs: dict[str, Any] | None  #: how the known pairs were used, with the cross-validated scores of the map
    report: str = field(repr=False)

    def __str__(self) -> str:
        return self.report

    def to_dict(self) -> dict[str, Any]:
        """What `vec2vec align --json` prints."""
        result = {key: getattr(self, key) for key in _FACTS}
        result |= {"source_dim": self.map.source_dim, "target_dim": self.map.target_dim}
        return result if self.pairs is None else result | {"pairs": self.pairs}


def align(
    A: Any,
    B: Any,
    pairs: Any = None,
    *,
    source_name: str = "",
    target_name: str = "",
    seed: int = 0,
    threads: int = 0,
    effort: str = "normal",
    time_budget: float = 0,
    by_cosine: bool = False,
    partial: bool = False,
    checkpoint: Path = "",
    progress: Progress = None,
) -> Alignment:
    """Finds the map from the space of A (n, d_a) to the space of B (m, d_b).

    A and B hold vectors of different texts of the same kind, in any order. pairs: None; or an array (k, 2) of known pairs (row of
    A, row of B); or "rows" when row i of A and row i of B belong together. effort: "low", "normal" or "high" = searches before
    giving up. time_budget: seconds after which no new search begins, 0 = none. by_cosine: with pairs="rows", choose among the kinds
    of map by the cosine of held-out pairs, not by their top-1. partial: when all rows together do not align, try parts of either
    side (not with pairs). checkpoint: a file for the state of the search, which goes on from it if it exists.
    Warns with AlignmentWarning unless the verdict is ALIGNED. BadInputError: fewer than 64 rows a side, NaN, constant rows, pairs
    that name no row, the checkpoint of another run.
    """
    a, b = as_rows(A, source_name or "source"), as_rows(B, target_name or "target")
    with reporting(progress) as callback:
        core, report, text = _core.align(
            a,
            b,
            as_pairs(pairs, min(len(a), len(b))),
            source_name,
            target_name,
            seed,
            threads,
            effort,
            time_budget,
            by_cosine,
            partial,
            os.fspath(checkpoint),
            callback,
        )
    result = json.loads(text)
    if result["verdict"] != "ALIGNED":
        warnings.warn(
            f"the verdict is {result['verdict']}: try more rows a side, another seed, or texts of the same kind, and evaluate the"
            " map on pairs held out before it is used",
            AlignmentWarning,
            stacklevel=2,
        )
    facts = {key: result[key] for key in _FACTS}
    return Alignment(Map(core), pairs=result.get("pairs"), report=report, **facts)


def fit_paired(A: Any, B: Any) -> Map:
    """The orthogonal Procrustes map of known pairs: row i of A (n, d_a) belongs to row i of B (n, d_b). The oracle that unpaired
    maps are measured against; `align(A, B, pairs="rows")` chooses a better map by cross-validation."""
    return Map(_core.fit_paired(as_rows(A, "source"), as_rows(B, "target")))


@dataclass(frozen=True)
class Training:
    """A neural map and how its training went."""

    map: Map
    summary: dict[str, Any] = field(repr=False)  #: what `vec2vec align --method neural --json` prints of the training
    report: str = field(repr=False)

    def __str__(self) -> str:
        return self.report


def train_neural(
    A: Any,
    B: Any,
    start: Map | None,
    pairs: Any = None,
    *,
    preset: str = "refine",
    steps: int | None = None,
    seeds: int = 1,
    source_name: str = "",
    target_name: str = "",
    seed: int = 0,
    threads: int = 0,
    time_budget: float = 0,
    checkpoint: Path = "",
    log: Path = "",
    plot: Path = "",
    progress: Progress = None,
) -> Training:
    """Trains the translator of vec2vec (arXiv 2505.12540) on unpaired rows, from the linear map `start` of the same rows, or
    from scratch when it is None. pairs: as in `align`. preset: "refine" or "paper"; steps: None = the preset's; seeds: runs, of which
    the worse drop out. With a checkpoint file, training goes on from it if it exists; log: CSV of losses and scores; plot: HTML page
    that draws them (docs/neural.md)."""
    a, b = as_rows(A, source_name or "source"), as_rows(B, target_name or "target")
    with reporting(progress) as callback:
        core, report, text = _core.train_neural(
            a,
            b,
            start._core if start is not None else None,
            as_pairs(pairs, min(len(a), len(b))),
            preset,
            -1 if steps is None else steps,
            seeds,
            source_name,
            target_name,
            seed,
            threads,
            time_budget,
            os.fspath(checkpoint),
            os.fspath(log),
            os.fspath(plot),
            callback,
        )
    return Training(Map(core), json.loads(text), report)
