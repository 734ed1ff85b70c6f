"""vec2vec.cpp: aligns two sets of embedding vectors without pairs, translates, evaluates, measures, audits.

    import vec2vec_cpp as v2v
    alignment = v2v.align(old, new)          # rows of two models, other texts of the same kind
    print(alignment)                         # verdict and evidence
    translated = alignment.map.translate(old)

Everywhere `rows` may be numpy, torch (CPU), Arrow lists, data frames; float32 is read in place. `threads=0` takes all cores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _core
from ._align import Alignment, Training, align, fit_paired, train_neural
from ._audit import AuditReport, audit
from ._defend import Defence, defend
from ._errors import AlignmentWarning, BadInputError, Error, InternalError
from ._map import Map, TranslatedFile, translate_file
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
from ._trust import Confidence, ConfidenceScorer, GateCheck, GateReport, Kinship, compare_models, gate

if TYPE_CHECKING:
    from ._aligner import Aligner

__version__ = _core.version()

__all__ = [
    "Aligner",
    "Alignment",
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


def __getattr__(name: str) -> Any:
    # Aligner needs scikit-learn, which takes a second to load: only those who use it pay.
    if name == "Aligner":
        try:
            from ._aligner import Aligner
        except ImportError as error:
            raise ImportError(
                "Aligner follows scikit-learn: pip install scikit-learn, or use align and Map.translate"
            ) from error
        return Aligner
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
