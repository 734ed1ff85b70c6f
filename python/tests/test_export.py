# SPDX-License-Identifier: Apache-2.0
"""Map.export: what it writes agrees with translate. tests/export/check_exports.py runs every format by the real thing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Load


def test_numpy_export_agrees_with_translate(paired_map: v2v.Map, demo: Load, tmp_path: Path) -> None:
    written = paired_map.export(tmp_path / "to_mpnet.npz", "numpy")
    assert written == [str(tmp_path / "to_mpnet.npz"), str(tmp_path / "to_mpnet.py")]
    spec = importlib.util.spec_from_file_location("to_mpnet", written[1])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = demo("minilm.eval")[:1000]
    assert np.abs(module.translate(rows) - paired_map.translate(rows)).max() < 1e-6


def test_nothing_is_overwritten_unasked(paired_map: v2v.Map, tmp_path: Path) -> None:
    for to, name in (("onnx", "map.onnx"), ("sql", "map.sql"), ("sentence-transformers", "modules")):
        paired_map.export(tmp_path / name, to)  # type: ignore[arg-type]
        with pytest.raises(v2v.BadInputError, match="overwrite=True"):
            paired_map.export(tmp_path / name, to)  # type: ignore[arg-type]
        paired_map.export(tmp_path / name, to, overwrite=True)  # type: ignore[arg-type]


def test_wrong_names_are_told(paired_map: v2v.Map, tmp_path: Path) -> None:
    with pytest.raises(v2v.BadInputError, match="no format 'tflite'"):
        paired_map.export(tmp_path / "map", "tflite")  # type: ignore[arg-type]
    with pytest.raises(v2v.BadInputError, match="no name for a function"):
        paired_map.export(tmp_path / "map.sql", "sql", function="a b")
