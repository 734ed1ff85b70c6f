"""The scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags, check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from ._align import Alignment, align
from ._map import Map
from ._progress import Progress
from ._reports import evaluate
from ._rows import Float32, as_rows


def _known(data: Any, name: str) -> Any:
    """Tensors and Arrow lists as arrays, for scikit-learn does not know them; arrays and data frames as they are."""
    foreign = not isinstance(data, np.ndarray) and (hasattr(data, "__dlpack__") or hasattr(data, "__arrow_c_array__"))
    return as_rows(data, name) if foreign else data


class Aligner(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """`align` as a scikit-learn transformer: `Aligner().fit(A, B).transform(A)`.

    After `fit`: `map_`, `verdict_` (ALIGNED, UNCERTAIN, NOT_ALIGNED), `summary_` (the Alignment; print it), `n_features_in_`.

    Unlike y elsewhere in scikit-learn, B is a matrix of its own length: its rows belong to other texts unless pairs say
    otherwise. `score(A, B)` on rows that do belong together is the top-1 accuracy.
    """

    map_: Map
    verdict_: str
    summary_: Alignment
    n_features_in_: int

    def __init__(
        self,
        *,
        seed: int = 0,
        threads: int = 0,
        effort: str = "normal",
        time_budget: float = 0,
        ignore_fingerprint: bool = False,
        progress: Progress = None,
    ) -> None:
        self.seed = seed
        self.threads = threads
        self.effort = effort
        self.time_budget = time_budget
        self.ignore_fingerprint = ignore_fingerprint
        self.progress = progress

    def fit(self, X: Any, y: Any = None, pairs: Any = None) -> Aligner:
        """X (n, d_a): A, rows of the source; y (m, d_b): B, rows of the target; pairs as of `align`."""
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None: the rows of the target space")
        a = self._checked(X, reset=True)
        b = as_rows(check_array(_known(y, "y"), dtype=np.float32, input_name="y"), "y")
        self.summary_ = align(
            a,
            b,
            pairs,
            seed=self.seed,
            threads=self.threads,
            effort=self.effort,
            time_budget=self.time_budget,
            progress=self.progress,
        )
        self.map_ = self.summary_.map
        self.verdict_ = self.summary_.verdict
        return self

    def transform(self, X: Any) -> Float32:
        """X (n, d_a) -> unit rows (n, d_b) of the target space."""
        check_is_fitted(self, "map_")
        return self.map_.translate(
            self._checked(X, reset=False),
            ignore_fingerprint=self.ignore_fingerprint,
            threads=self.threads,
            progress=self.progress,
        )

    def score(self, X: Any, y: Any) -> float:
        """Part of the rows of X (n, d_a) whose translation is nearest to the row of y (n, d_b) of the same number."""
        return evaluate(self.transform(X), y, mean=self.map_, bootstrap=0, threads=self.threads).top1.value

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
