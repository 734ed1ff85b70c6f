# SPDX-License-Identifier: Apache-2.0
"""vec2vec.cpp: aligns two sets of embedding vectors without pairs, translates, evaluates, measures, audits.

    import vec2vec_cpp as v2v
    alignment = v2v.align(old, new)          # rows of two models, other texts of the same kind
    print(alignment)                         # verdict and evidence
    translated = alignment.map.translate(old)

Rows are one vector a row: numpy, torch (CPU), pandas, polars, Arrow, a list of vectors, or the path of a vector file; float32 is
read in place. Everywhere:

- `seed` is that of every random choice: the same seed gives the same bytes, for any number of threads.
- `threads=0` takes all cores. Other Python threads run meanwhile.
- `progress=True` shows a bar; a function is called with stage and part done. Ctrl-C ends the work and leaves nothing half-written.
- Results are one line by `repr`, a table by `print` and in notebooks, and figures by `to_dict()`.
- Errors are `BadInputError` (a ValueError) with `message`, `where` and `hint`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._align import Alignment, Training, align, fit_paired, train_neural
    from ._aligner import Aligner
    from ._audit import AuditReport, audit
    from ._defend import Defence, defend
    from ._errors import AlignmentWarning, BadInputError, Error, InputWarning, InternalError, UnavailableError
    from ._map import Map
    from ._pages import AlignmentPage
    from ._reports import (
        Evaluation,
        Inspection,
        Measure,
        MeasureGrid,
        Measurement,
        Score,
        evaluate,
        inspect,
        measure,
        measure_all,
    )
    from ._translate_file import TranslatedFile, translate_file
    from ._trust import Advice, Confidence, ConfidenceScorer, GateCheck, GateReport, Kinship, advise, compare_models, gate

    __version__: str

__all__ = [
    "Advice",
    "Aligner",
    "Alignment",
    "AlignmentPage",
    "AlignmentWarning",
    "AuditReport",
    "BadInputError",
    "Confidence",
    "ConfidenceScorer",
    "Defence",
    "Error",
    "Evaluation",
    "GateCheck",
    "GateReport",
    "InputWarning",
    "Inspection",
    "InternalError",
    "Kinship",
    "Map",
    "Measure",
    "MeasureGrid",
    "Measurement",
    "Score",
    "Training",
    "TranslatedFile",
    "UnavailableError",
    "advise",
    "align",
    "audit",
    "compare_models",
    "defend",
    "evaluate",
    "fit_paired",
    "gate",
    "inspect",
    "measure",
    "measure_all",
    "train_neural",
    "translate_file",
]


# Where each name is: loaded when first used, for numpy takes 0.07 s and scikit-learn, which Aligner needs, a second.
_MODULES = {
    "_align": "Alignment Training align fit_paired train_neural",
    "_aligner": "Aligner",
    "_audit": "AuditReport audit",
    "_defend": "Defence defend",
    "_errors": "AlignmentWarning BadInputError Error InputWarning InternalError UnavailableError",
    "_map": "Map",
    "_pages": "AlignmentPage",
    "_reports": "Evaluation Inspection Measure MeasureGrid Measurement Score evaluate inspect measure measure_all",
    "_translate_file": "TranslatedFile translate_file",
    "_trust": "Advice Confidence ConfidenceScorer GateCheck GateReport Kinship advise compare_models gate",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name in ("_core", "__version__"):  # the command is started without the library of the module
        core = importlib.import_module("._core", __name__)
        return core if name == "_core" else core.version()
    if name not in _MODULE_OF:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    try:
        found = getattr(importlib.import_module("." + _MODULE_OF[name], __name__), name)
    except ImportError as error:
        if name != "Aligner":
            raise
        raise ImportError("Aligner follows scikit-learn: pip install scikit-learn, or use align and Map.translate") from error
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
