# SPDX-License-Identifier: Apache-2.0
"""How results show themselves: one line, a table, the table in a notebook."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Load


@pytest.fixture(scope="module")
def results(demo: Load, paired_map: v2v.Map) -> dict[str, Any]:
    a, b = demo("minilm.eval")[:300], demo("mpnet.eval")[:300]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        aligned = v2v.align(a, b, "rows", source_name="old <model>", target_name="new")
    return {
        "Map": aligned.map,
        "Alignment": aligned,
        "Training": v2v.train_neural(a, b, paired_map, steps=0, blend=1),
        "Evaluation": v2v.evaluate(paired_map.translate(a), b, mean=paired_map),
        "Measurement": v2v.measure(a, b, only="cka"),
        "MeasureGrid": v2v.measure_all([a, b], only="cka"),
        "Inspection": v2v.inspect(a),
        "Confidence": v2v.ConfidenceScorer(paired_map, b).score(a),
        "ConfidenceScorer": v2v.ConfidenceScorer(paired_map),
        "GateReport": v2v.gate(paired_map, {"max_far_rows": 0.5}, queries=a),
        "Kinship": v2v.compare_models(a, a),
        "Advice": v2v.advise(a, {"b": b}, search=False),
        "Defence": v2v.Defence("rotate,noise=0.1", 384, 1),
        "AuditReport": v2v.audit(a, b, map=paired_map, defences=()),
    }


def test_repr_is_one_line(results: dict[str, Any]) -> None:
    for name, result in results.items():
        line = repr(result)
        assert line.startswith(f"<vec2vec_cpp.{name} ") and line.endswith(">") and "\n" not in line and len(line) < 200, line
    assert "top-1 " in repr(results["Evaluation"]) and "passed: max_far_rows" in repr(results["GateReport"])
    assert "384 -> 768" in repr(results["Alignment"]) and "2 spaces: 0, 1" in repr(results["MeasureGrid"])


def test_notebooks_show_a_table(results: dict[str, Any]) -> None:
    for name, result in results.items():
        page = result._repr_html_()
        assert page.startswith(("<pre>", "<table>")) and page.endswith(("</pre>", "</table>")), name
    assert "old &lt;model&gt;" in results["Map"]._repr_html_() and "top-1" in results["Evaluation"]._repr_html_()


def test_an_interval_that_was_not_asked_for_is_left_out(demo: Load) -> None:
    rows = demo("minilm.eval")[:100]
    assert "top-1 1.000" in repr(v2v.evaluate(rows, rows, bootstrap=0))


def test_help_has_arguments_and_results() -> None:
    for name in ("align", "train_neural", "evaluate", "measure", "measure_all", "inspect", "gate", "compare_models", "audit"):
        text = getattr(v2v, name).__doc__
        assert "Args:" in text and "Returns:" in text and "Raises:" in text, name
    functions: list[Any] = [
        v2v.align,
        v2v.train_neural,
        v2v.measure,
        v2v.Map.translate,
        v2v.audit,
        v2v.translate_file,
        v2v.gate,
    ]
    for function in functions:
        for option in inspect.signature(function).parameters:
            assert option == "self" or f"{option}:" in (function.__doc__ or ""), f"{function.__name__}: {option}"


def test_options_are_checked_in_one_sentence(demo: Load, paired_map: v2v.Map) -> None:
    rows = demo("minilm.eval")
    wrong: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"seed": 1.5}, TypeError, "seed must be a whole number, not 1.5"),
        ({"threads": "2"}, TypeError, "threads must be a whole number, not '2'"),
        ({"threads": 2**40}, v2v.BadInputError, "must lie in 0 .. 2147483647"),
        ({"seed": -1}, v2v.BadInputError, "must lie in 0 .."),
        ({"time_budget": "soon"}, TypeError, "time_budget must be a number"),
        ({"partial": "no"}, TypeError, "partial must be True or False"),
        ({"source_name": 3}, TypeError, "source_name must be text"),
        ({"effort": "turbo"}, v2v.BadInputError, '"low", "normal" or "high"'),
        ({"color": 3}, TypeError, "unexpected keyword argument"),
    ]
    for options, kind, message in wrong:
        with pytest.raises(kind, match=message) as caught:
            v2v.align(rows, rows, **options)
        assert "\n" not in str(caught.value).replace("\n  try: ", "")
    numbers: dict[str, Any] = {"threads": np.int32(1), "centred": np.True_}
    np.testing.assert_array_equal(paired_map.translate(rows, **numbers), paired_map.translate(rows, threads=1, centred=True))
