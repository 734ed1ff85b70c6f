# SPDX-License-Identifier: Apache-2.0
"""Finding maps."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _core
from ._errors import AlignmentWarning
from ._files import utc_now
from ._known import as_known
from ._map import Map
from ._options import Effort, Path, Precision, Preserve, Preset, Verdict, checked
from ._pages import AlignmentPage
from ._plots import Point, intervals, searches
from ._progress import Progress, reporting
from ._reports import _Report
from ._rows import as_pairs, as_rows, name_of
from ._show import Tabled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .typing import Pairs, Rows, Spaces


@dataclass(frozen=True, repr=False)
class Alignment(_Report, Tabled):
    """A map, the verdict on it, and the evidence. `print` shows the report of `vec2vec align`, `to_dict()` is its JSON."""

    map: Map
    verdict: Verdict
    #: probability, agreement, score_margin, mutual_neighbours, half_agreement, searches_needed: what speaks for a map found
    #: without pairs (docs/how-it-works.md)
    evidence: dict[str, float]
    pair_free_score: float  #: comparable between runs on the same two sides only
    stopped_because: str
    seconds: float
    starts: list[dict[str, Any]]  #: one for each search: start, anchors, pair_free_score
    pairs: dict[str, Any] | None  #: how the known pairs were used, with cross-validated scores of the map; None without pairs
    left_out: dict[str, int] | None  #: rows of "source" and "target" that have no counterpart (partial=True); None when all fit

    @checked
    def report(
        self,
        A: Rows,
        B: Spaces,
        *,
        source_texts: Sequence[str] = (),
        target_texts: Sequence[str] = (),
        seed: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> AlignmentPage:
        """The page of `vec2vec align --report`: the verdict and its evidence among runs of known truth, both spaces before and after,
        spectra, searches, nearest rows on both sides, rows that are far from all others, what to do next.

        Args:
            A: The rows that were aligned, or others of the same model, (n, d_a).
            B: The same of the new model, (m, d_b); or of each of several known spaces, in the order of `map.targets`.
            source_texts: The n texts of A, to be shown beside the rows and to give groups their names; () = none.
            target_texts: The m texts of B.
            seed: Of the groups.
            threads: 0 = all cores.
            progress: True for a bar, or a function of stage and part done.

        Returns:
            `AlignmentPage`; its `save` writes the page.

        Raises:
            BadInputError: Rows of other dimensions than the map's, texts that are not one a row.

        Takes a second or two. At most 20,000 rows a side are looked at.
        """
        names, spaces = as_known(B)
        inputs = self.map.card.get("inputs", {})
        a = as_rows(A, "source")
        if self.map.targets:
            names = list(self.map.targets)
        source_name, names = names_of(self.map, name_of(A, ""), names)
        with reporting(progress) as callback:
            portrait = _core.portrait(
                self.map._core, a, spaces, source_name, names, list(source_texts), list(target_texts), seed, threads, callback
            )
        head = {"what": "alignment of embedding spaces by vec2vec", "library_version": _core.version(), "date": utc_now()}
        more = {"inputs": inputs, "next": next_steps(self.verdict), "portrait": json.loads(portrait)}
        return AlignmentPage(json.dumps(head | self.to_dict() | more, indent=2, ensure_ascii=False))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draws the searches by their pair-free score into ax or new axes of matplotlib, and returns these; of a map of known
        pairs, the cross-validated scores. Both spaces: `report(A, B).plot()`."""
        probability = f", probability {self.evidence['probability']:.3f}" if self.starts else ""
        title = f"{self.verdict}{probability}"
        if self.starts:
            return searches(ax, self.starts, title)
        scores = (self.pairs or {}).get("cross_validation") or {}
        points: list[Point] = []
        if scores:
            points.append(Point("top-1 of held-out pairs", scores["top1"], scores["top1_low"], scores["top1_high"], 1 / scores["pool"]))
            points.append(Point("centred cosine", scores["cosine"], None, None, None))
        return intervals(ax, points, title)

    def _table(self) -> list[dict[str, Any]]:
        return self.starts

    def _line(self) -> str:
        out = self.left_out or {}
        left_out = f", left out: {out['source']} and {out['target']} rows" if out else ""
        return f"{self.verdict}, {self.map.source_dim} -> {self.map.target_dim}, {self.seconds:.1f} s{left_out}"


@checked
def align(
    A: Rows,
    B: Spaces,
    pairs: Pairs | None = None,
    *,
    source_name: str = "",
    target_name: str | Sequence[str] = "",
    seed: int = 0,
    threads: int = 0,
    effort: Effort = "normal",
    time_budget: float = 0,
    by_cosine: bool = False,
    partial: bool = False,
    checkpoint: Path = "",
    progress: Progress = None,
) -> Alignment:
    """Finds the map from the space of A to the space of B.

    A and B hold vectors of different texts of the same kind, in any order; no row needs a counterpart.

    B may be several known spaces: the same m texts by each of several models, as {name: rows} or a list of row sets. What they
    agree on is found with fewer rows of A: 1,000 and 2,000 can do where one model's rows do not align. The map then
    translates into the consensus of the spaces, what they have in common, and by `map.to(name)` into each of them.

    Args:
        A: Vectors of the old model, (n, d_a); n >= 64, and thousands to work well.
        B: Vectors of the new model, (m, d_b); or of several, (m, d_k) each, row i of all of them of the same text. More rows
            than A has help.
        pairs: Known pairs, (k, 2): row of A, row of B; or the path of a file of them. Or "rows": row i of A belongs to row i of B,
            for all rows.
        source_name: What the map's card and errors call A; "" = the name of its file, if it is one.
        target_name: What they call B; of a list of known spaces a list, "known 1", "known 2", ... by default.
        seed: Of every random choice; the same seed gives the same bytes, for any number of threads.
        threads: 0 = all cores.
        effort: Searches before giving up: "low", "normal" or "high".
        time_budget: Seconds after which no new search begins; 0 = no limit.
        by_cosine: With pairs alone: choose the kind of map by the cosine of held-out pairs, not by their top-1.
        partial: When all rows together do not align, try parts of either side. Not with pairs.
        checkpoint: File for the state of the search, written after each one; the same call goes on from it.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `Alignment` with `map`, `verdict`, `evidence`, `pairs`, `left_out`, ... It warns with `AlignmentWarning` unless the
        verdict is ALIGNED.

    Raises:
        BadInputError: Fewer than 64 rows a side, values that are not finite, constant rows, pairs that name no row, the
            checkpoint of another run; known spaces of one name, or whose rows are not of the same texts in the same order.

    Takes seconds for models of one family, up to some minutes for others, with 20,000 rows a side on two cores
    (docs/results.md); more rows take longer in proportion, and
    so do known spaces: a step costs what one of the dimension of all together costs. Other Python threads run meanwhile; calls from several threads are fine.
    """
    source_name = name_of(A, source_name)
    a = as_rows(A, source_name or "source")
    names, spaces = as_known(B, target_name)
    with reporting(progress) as callback:
        core, report, text = _core.align(
            a,
            spaces,
            as_pairs(pairs, len(a), len(spaces[0])),
            source_name,
            names,
            seed,
            threads,
            effort,
            time_budget,
            by_cosine,
            partial,
            checkpoint,
            callback,
        )
    result = json.loads(text)
    if result["verdict"] != "ALIGNED":
        warnings.warn(doubt(result["verdict"], result["evidence"]["probability"]), AlignmentWarning, stacklevel=3)
    facts = {key: result[key] for key in ("verdict", "evidence", "pair_free_score", "stopped_because", "seconds", "starts")}
    return Alignment(report, text, Map(core), pairs=result.get("pairs"), left_out=result.get("left_out"), **facts)


def names_of(map: Map, source: str, targets: list[str]) -> tuple[str, list[str]]:
    """The names of the two sides on a page: those in the map's card where the rows have none."""
    source = source or map.card.get("source", {}).get("name", "") or "A"
    first = map.card.get("target", {}).get("name", "") or "B"
    return source, [name or first for name in targets]


def next_steps(verdict: Verdict) -> list[dict[str, str]]:
    """What to do with the map, the most useful first; cli/maps/align.cpp says the same in commands."""
    evaluate = {
        "say": "Scores of rows that are known to belong together, row by row.",
        "command": "v2v.evaluate(found.map.translate(held_out_a), held_out_b, mean=found.map)",
    }
    longer = {"say": "More searches, which an uncertain or missed map may need.", "command": 'v2v.align(A, B, effort="high")'}
    pairs = {
        "say": "A few known pairs (row of A, row of B) decide what rows alone leave open.",
        "command": "v2v.align(A, B, pairs)",
    }
    parts = {
        "say": "Only parts of the two sides are of the same kind? Then find out which.",
        "command": "v2v.align(A, B, partial=True)",
    }
    if verdict == "ALIGNED":
        return [{"say": "Rows of A in the space of B.", "command": "found.map.translate(A)"}, evaluate]
    return [evaluate, longer, pairs] if verdict == "UNCERTAIN" else [longer, parts, pairs]


def doubt(verdict: str, probability: float | None) -> str:
    """The text of AlignmentWarning."""
    known = "" if probability is None else f" (probability of success {probability:.3f})"
    return (
        f"the verdict is {verdict}{known}: try more rows a side, another seed, or texts of the same kind, and evaluate the map on"
        " pairs held out before it is used"
    )


@checked
def fit_paired(A: Rows, B: Rows) -> Map:
    """The orthogonal Procrustes map of known pairs: the oracle that unpaired maps are measured against.

    `align(A, B, "rows")` chooses a better map by cross-validation, and gives a verdict.

    Args:
        A: Vectors of the old model, (n, d_a).
        B: Vectors of the new model, (n, d_b); row i belongs to row i of A.

    Raises:
        BadInputError: Unequal numbers of rows, values that are not finite.

    Takes about a second for 20,000 rows.
    """
    return Map(_core.fit_paired(as_rows(A, "source"), as_rows(B, "target")))


@dataclass(frozen=True, repr=False)
class Training(_Report):
    """A neural map and how its training went."""

    map: Map
    summary: dict[str, Any] = field(repr=False)  #: the same as `to_dict()`

    def _line(self) -> str:
        s = self.summary
        scores = f"score {s['start_score']:.4f} at the start, {s['best_score']:.4f} at step {s['best_step']}"
        return f"{self.map.source_dim} -> {self.map.target_dim}, {scores}, {s['seconds']:.1f} s"


@checked
def train_neural(
    A: Rows,
    B: Rows,
    start: Map | None,
    pairs: Pairs | None = None,
    *,
    preset: Preset = "refine",
    steps: int | None = None,
    width: int | None = None,
    batch: int | None = None,
    period: int | None = None,
    learning_rate: float | None = None,
    discriminator_rate: float | None = None,
    losses: Mapping[str, float] | None = None,
    preserve: Preserve | None = None,
    seeds: int = 1,
    instance_noise: float | None = None,
    discriminator_penalty: float | None = None,
    blend: float | None = None,
    close: bool | None = None,
    matching_temperature: float | None = None,
    matching_whitening: float | None = None,
    matching_debias: float | None = None,
    precision: Precision = "auto",
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
    """Trains the translator of vec2vec (arXiv 2505.12540) on unpaired rows (docs/neural.md).

    Args:
        A: Vectors of the old model, (n, d_a); n >= 64.
        B: Vectors of the new model, (m, d_b).
        start: The linear map of the same rows, from `align`; None = from scratch.
        pairs: As of `align`.
        preset: "refine" improves a linear map, "paper" is the training of the paper.
        steps: Training steps; None = the preset's, here and below.
        width: Of hidden layers, discriminators' too, and of the shared latent.
        batch: Rows a side and step.
        period: Steps between scores, log lines and checkpoints.
        learning_rate: Of the translator.
        discriminator_rate: Of the discriminators.
        losses: Coefficients of losses, e.g. {"cycle": 10}; 0 switches one off. docs/neural.md names them.
        preserve: Whose dot products translations are to keep: "rows" (the rows' own) or "start" (those of the start's translations).
        seeds: Runs, of which the worse drop out; 1 to 64.
        instance_noise: Deviation of noise on what discriminators see, in norms of a row, falling to 0.
        discriminator_penalty: Of discriminators' squared gradients.
        blend: Part of what was learned in the translation, 0 to 1.
        close: End with a shrunk linear map fitted to the translations.
        matching_temperature: Of the coupling behind the matching loss.
        matching_whitening: Of the view that it is made in, 0 to 1.
        matching_debias: How much of that coupling's blur is taken out of its targets, 0 to 1.
        precision: Of matrix products: "auto", "float32" or "bfloat16".
        source_name: What the map's card and errors call A; "" = the name of its file, if it is one.
        target_name: What they call B.
        seed: Of every random choice.
        threads: 0 = all cores.
        time_budget: Seconds after which training ends; 0 = no limit.
        checkpoint: File for the state of training, from which the same call goes on.
        log: CSV file of losses and scores.
        plot: HTML page that draws them.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `Training` with `map` and `summary`.

    Raises:
        BadInputError: Too few rows, values that are not finite, the checkpoint of other rows or options.
        InternalError: Training diverged.

    Takes minutes to hours; docs/neural.md has the time of a step.
    """
    source_name, target_name = name_of(A, source_name), name_of(B, target_name)
    a, b = as_rows(A, source_name or "source"), as_rows(B, target_name or "target")
    options = _core.NeuralOptions.preset(preset)
    of_preset = {
        "steps": steps,
        "width": width,
        "batch": batch,
        "period": period,
        "learning_rate": learning_rate,
        "discriminator_rate": discriminator_rate,
        "preserve": preserve,
        "instance_noise": instance_noise,
        "discriminator_penalty": discriminator_penalty,
        "blend": blend,
        "close": close,
        "matching_temperature": matching_temperature,
        "matching_whitening": matching_whitening,
        "matching_debias": matching_debias,
    }
    for name, value in of_preset.items():
        if value is not None:
            setattr(options, name, value)
    for name, coefficient in (losses or {}).items():
        options.set_loss(name, coefficient)
    options.seeds, options.precision, options.seed, options.threads = seeds, precision, seed, threads
    options.time_budget, options.checkpoint, options.log = time_budget, os.fspath(checkpoint), os.fspath(log)
    with reporting(progress) as callback:
        core, report, text = _core.train_neural(
            a,
            b,
            start._core if start is not None else None,
            as_pairs(pairs, len(a), len(b)),
            options,
            source_name,
            target_name,
            plot,
            callback,
        )
    return Training(report, text, Map(core), json.loads(text))
