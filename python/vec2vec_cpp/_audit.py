# SPDX-License-Identifier: Apache-2.0
"""Audits: what the vectors of a store give away."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._errors import BadInputError
from ._files import utc_now
from ._known import as_known, in_order, is_several
from ._map import Map
from ._options import Effort, Severity, Verdict, checked
from ._options import Path as AnyPath
from ._pages import save_with_figures
from ._progress import Progress, reporting
from ._reports import _Report, inspect
from ._rows import Float32, as_rows, no_rows
from ._wording import in_python

if TYPE_CHECKING:
    from .typing import Rows, Spaces

Texts = Sequence[str]


@dataclass(frozen=True, repr=False)
class AuditReport(_Report):
    """What an attacker found; see `audit`. `to_dict()` has every figure (docs/audit.md), `save` writes the page."""

    map: Map = field(repr=False)  #: from the store's space to the public one
    verdict: Verdict  #: on that map
    severity: Severity
    reasons: list[str]  #: a sentence each, with the figures that the severity rests on
    advice: list[str]  #: when inconclusive: what may let the attack succeed

    def _line(self) -> str:
        return f"severity {self.severity}, map {self.verdict}"

    def to_html(self) -> str:
        """A page that loads nothing and draws itself."""
        return _core.audit_page(self._json)

    def save(self, path: AnyPath, *, overwrite: bool = False) -> None:
        """Writes the page, and its figures beside it with the ending .json. BadInputError: either exists, unless overwrite."""
        save_with_figures(path, self.to_html(), self._json, overwrite)


@checked
def audit(
    store: Rows,
    public: Spaces,
    *,
    public_texts: Texts = (),
    map: Map | None = None,
    labels: Texts = (),
    label_rows: Spaces | None = None,
    truth: Sequence[str | Iterable[str] | None] | None = None,
    words: Texts = (),
    word_rows: Spaces | None = None,
    candidates: Spaces | None = None,
    store_texts: Texts = (),
    native: Spaces | None = None,
    defences: Iterable[str] | None = None,
    max_rows: int = 20000,
    effort: Effort = "normal",
    time_budget: float = 0,
    partial: bool = False,
    k: int = 3,
    samples: int = 6,
    reveal: bool = False,
    bootstrap: int = 1000,
    checkpoint: AnyPath = "",
    seed: int = 0,
    threads: int = 0,
    progress: Progress = None,
) -> AuditReport:
    """Attacks a store of your own as someone would who copied its vectors and holds public texts (docs/audit.md).

    `public` may be several known spaces: the same m texts by each of several models, as {name: rows} or a list of row sets. The store is then
    read in their consensus, and label_rows, word_rows, candidates and native are dicts of the same names, or lists in the same
    order.

    Args:
        store: (n, d_store), vectors of an encoder that the attacker does not have; n >= 64.
        public: (m, d), other texts of the same kind, in a space that he can read.
        public_texts: The m texts behind `public`: opens the stage of words.
        map: From the space of the store to the public one, or to the same several known spaces, by their names where those are
            the map's, else in its order; None = found here, without pairs.
        labels: Attributes to guess, such as topics: opens the stage of attributes.
        label_rows: Their vectors in the public space, (l, d).
        truth: Of each row of the store its label, several, or None; only the owner has them, to score the guesses.
        words: A dictionary, in the place of the words of the public texts.
        word_rows: Its vectors in the public space, (k, d).
        candidates: (c, d), vectors of texts of which one asks whether the store holds them.
        store_texts: The n texts of the store, to score the guesses.
        native: (n, d), the store's texts in the public space, to score the guesses.
        defences: Such as "rotate,noise=0.5", each attacked too; None = the usual ones, () = none.
        max_rows: Rows a side behind each alignment, at least 64.
        effort: Of each alignment, as in `align`: "low", "normal" or "high".
        time_budget: Seconds after which an alignment begins no new search; 0 = no limit.
        partial: When all rows together do not align, try parts of either side.
        k: Guesses a row behind the top-k figures.
        samples: Rows whose words and texts are shown.
        reveal: Show words and texts; else they are masked.
        bootstrap: Resamples behind each interval; 0 = no intervals.
        checkpoint: Folder from which the same call goes on; "" = none.
        seed: Of every random choice.
        threads: 0 = all cores.
        progress: True for a bar, or a function of stage and part done.

    Returns:
        `AuditReport` with `severity` ("inconclusive" when the attack did not get through: no sign of safety), `reasons`, `advice`, `verdict`,
        `map`; `save("report.html")` writes the page.

    Raises:
        BadInputError: Arrays and texts that do not belong together, values that are not finite, options out of range.

    Costs an `align` of max_rows rows, and one more for each defence.
    """
    s = as_rows(store, "store")
    names, p = as_known(public, argument="public", what="public")
    optional = {"label_rows": label_rows, "word_rows": word_rows, "candidates": candidates, "native": native}
    given = {name: _by_space(rows, names, name) for name, rows in optional.items()}
    for name, texts, rows in (("labels", labels, "label_rows"), ("words", words, "word_rows")):
        if len(texts) != len(given[rows][0]):
            raise BadInputError(
                f"are {len(texts)}, their vectors {len(given[rows][0])}", f"`{name}`", f"`{rows}`, a vector for each"
            )
    options = _core.AuditOptions()
    options.max_rows, options.k, options.samples, options.reveal = max_rows, k, samples, reveal
    options.effort, options.time_budget, options.partial = effort, time_budget, partial
    options.bootstrap, options.seed, options.threads = bootstrap, seed, threads
    options.checkpoint = os.fspath(checkpoint)
    with reporting(progress) as callback:
        core, report, text = _core.audit(
            s,
            p,
            names,
            list(public_texts),
            None if map is None else map._core,
            list(labels),
            given["label_rows"],
            list(words),
            given["word_rows"],
            given["candidates"],
            _numbers(truth, labels, len(s)),
            list(store_texts),
            given["native"],
            list(defences or ()),
            defences is None,
            options,
            callback,
        )
    result = json.loads(text)
    head = {"what": "audit of a vector store by vec2vec", "library_version": _core.version(), "date": utc_now()}
    facts = {"store": inspect(s, threads=threads).to_dict() | {"sha256": _sha256(s)}}
    severity = result["severity"]
    severity["advice"] = [in_python(line) for line in severity["advice"]]
    alignment = {"effort": effort, "time_budget": time_budget, "partial": partial}
    reproduction = {"command": "vec2vec_cpp.audit", "seed": seed, "max_rows": max_rows} | alignment
    more = {"data": facts, "redacted": not reveal, "policy": None, "reproduction": reproduction}
    whole = json.dumps(head | result | more, indent=2, ensure_ascii=False)
    return AuditReport(
        report, whole, Map(core), result["alignment"]["verdict"], severity["level"], severity["reasons"], severity["advice"]
    )


def _by_space(rows: Spaces | None, names: list[str], argument: str) -> list[Float32]:
    """A set of vectors, one of each known space."""
    if rows is None:
        return [no_rows()] * len(names)
    return [as_rows(rows, argument)] if len(names) == 1 and not is_several(rows) else in_order(rows, names, argument)


def _numbers(truth: Any, labels: Texts, rows: int) -> list[list[int]]:
    """The labels of each row as numbers."""
    if truth is None:
        return []
    if len(truth) != rows:
        raise BadInputError(f"has {len(truth)} entries, the store has {rows} rows", "`truth`", "an entry for each row")
    number = {label: i for i, label in enumerate(labels)}
    found: list[list[int]] = []
    for row, names in enumerate(truth):
        names = [names] if isinstance(names, str) else list(names or ())
        for name in names:
            if name not in number:
                raise BadInputError(f"'{name}' is none of the labels", f"truth, row {row}", "names as in labels")
        found.append([number[name] for name in names])
    return found


def _sha256(rows: Float32) -> str:
    return hashlib.sha256(np.ascontiguousarray(rows).data).hexdigest()
