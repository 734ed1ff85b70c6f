# SPDX-License-Identifier: Apache-2.0
"""The scikit-learn estimator."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags, check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from ._align import Alignment, align, doubt
from ._errors import AlignmentWarning
from ._frames import is_frame, refuse_mixed
from ._known import is_several, known_spaces
from ._map import Map
from ._options import Effort, Verdict
from ._progress import Progress
from ._reports import evaluate
from ._rows import Float32, as_rows

if TYPE_CHECKING:
    from .typing import Known, Pairs, Rows, Spaces


def _known(data: Any, name: str) -> Any:
    """Input that scikit-learn does not know (paths, tensors, Arrow lists, masked arrays, columns of vectors) as an array of
    floats. Other arrays and data frames stay as they are."""
    if isinstance(data, np.ndarray):
        of_vectors = data.dtype == object and data.ndim == 1 and data.size > 0
        return as_rows(data, name) if of_vectors or isinstance(data, np.ma.MaskedArray) else data
    if is_frame(data) and len(data.columns) > 1:
        refuse_mixed(data, name)
        return data
    parts = ("columns", "dtype", "__dlpack__", "__arrow_c_array__", "__arrow_c_stream__")
    foreign = any(hasattr(data, part) for part in parts) and not hasattr(data, "tocsr")
    return as_rows(data, name) if foreign or isinstance(data, (str, os.PathLike)) else data


class Aligner(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """`align` as a scikit-learn transformer: `Aligner().fit(A, B).transform(A)`.

    Unlike y elsewhere in scikit-learn, B is a matrix of its own length: its rows belong to other texts unless pairs say
    otherwise. `score(A, B)` on rows that do belong together is the top-1 accuracy. B may be several known spaces, as of `align`:
    `transform(A, to=name)` then leads into one of them, without `to` into their consensus.

    Args:
        seed: Of every random choice.
        threads: 0 = all cores.
        effort: Searches before giving up: "low", "normal" or "high".
        time_budget: Seconds after which no new search begins; 0 = no limit.
        partial: When all rows together do not align, try parts of either side. Not with pairs.
        by_cosine: With pairs alone: choose the kind of map by the cosine of held-out pairs, not by their top-1.
        ignore_fingerprint: Transform rows that do not look like those of `fit`.
        progress: True for a bar, or a function of stage and part done.

    After `fit`: `map_`, `verdict_` (ALIGNED, UNCERTAIN, NOT_ALIGNED), `summary_` (the Alignment; print it), `n_features_in_`. Both
    `fit` and `transform` warn with AlignmentWarning unless the verdict is ALIGNED.
    """

    map_: Map
    verdict_: Verdict
    summary_: Alignment
    n_features_in_: int

    def __init__(
        self,
        *,
        seed: int = 0,
        threads: int = 0,
        effort: Effort = "normal",
        time_budget: float = 0,
        partial: bool = False,
        by_cosine: bool = False,
        ignore_fingerprint: bool = False,
        progress: Progress = None,
    ) -> None:
        self.seed = seed
        self.threads = threads
        self.effort = effort
        self.time_budget = time_budget
        self.partial = partial
        self.by_cosine = by_cosine
        self.ignore_fingerprint = ignore_fingerprint
        self.progress = progress

    def fit(self, X: Rows, y: Spaces | None = None, pairs: Pairs | None = None) -> Aligner:
        """Finds the map. X (n, d_a): A, rows of the source; y (m, d_b): B, rows of the target, or several known spaces;
        pairs as of `align`."""
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None: the rows of the target space")
        a = self._checked(X, reset=True)
        names, spaces = [], []
        for name, rows in known_spaces(y):
            called = f"y, {name}" if is_several(y) else "y"
            names.append(name)
            spaces.append(as_rows(check_array(_known(rows, called), dtype=np.float32, input_name=called), called))
        self.summary_ = align(
            a,
            spaces,
            pairs,
            target_name=names,
            seed=self.seed,
            threads=self.threads,
            effort=self.effort,
            time_budget=self.time_budget,
            partial=self.partial,
            by_cosine=self.by_cosine,
            progress=self.progress,
        )
        self.map_ = self.summary_.map
        self.verdict_ = self.summary_.verdict
        return self

    def transform(self, X: Rows, *, to: str | None = None) -> Float32:
        """X (n, d_a) -> unit rows (n, d_b) of the target space. to: which of several known spaces; None = their consensus."""
        check_is_fitted(self, "map_")
        map = Map.of(self.map_, to)
        if self.verdict_ != "ALIGNED":
            warnings.warn(doubt(self.verdict_, self.summary_.evidence["probability"]), AlignmentWarning, stacklevel=2)
        return map.translate(
            self._checked(X, reset=False),
            ignore_fingerprint=self.ignore_fingerprint,
            threads=self.threads,
            progress=self.progress,
        )

    def score(self, X: Rows, y: Spaces, *, to: str | None = None) -> float:
        """Part of the rows of X (n, d_a) whose translation is nearest to the row of y (n, d_b) of the same number. y: what `fit`
        took; with to, rows of that known space."""
        check_is_fitted(self, "map_")
        map = Map.of(self.map_, to)
        truth = map.consensus(cast("Known", y)) if map.targets and is_several(y) else cast("Rows", y)
        return evaluate(self.transform(X, to=to), truth, mean=map, bootstrap=0, threads=self.threads).top1.value

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        check_is_fitted(self, "map_")
        return np.array([f"aligner{i}" for i in range(self.map_.target_dim)], dtype=object)

    def _checked(self, X: Any, *, reset: bool) -> Float32:
        return as_rows(validate_data(self, _known(X, "X"), reset=reset, dtype=np.float32), "X")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.one_d_labels = False
        tags.target_tags.two_d_labels = True
        return tags
