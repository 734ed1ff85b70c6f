# SPDX-License-Identifier: Apache-2.0
"""Plots draw the figures of the results; frames hold them."""

from __future__ import annotations

import dataclasses
import sys
import warnings
from typing import Any

import matplotlib
import pytest
import vec2vec_cpp as v2v
from conftest import Load

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(scope="module")
def found(demo: Load) -> v2v.Alignment:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return v2v.align(demo("minilm.eval")[:300], demo("mpnet.eval")[:300], "rows")


@pytest.fixture(scope="module")
def grid(demo: Load) -> v2v.MeasureGrid:
    spaces = {name: demo(f"{name}.eval")[:200] for name in ("minilm", "mpnet", "e5")}
    return v2v.measure_all(spaces, only=["cycle_knn", "cycle_knn_back", "relative_rank"], permutations=20)


def drawn_points(ax: Any, label: str) -> list[tuple[float, float]]:
    line = next(line for line in ax.get_lines() if line.get_label() == label)
    return [(float(x), float(y)) for x, y in line.get_xydata()]


def test_an_evaluation_is_drawn_into_the_axes_given(demo: Load, found: v2v.Alignment) -> None:
    result = v2v.evaluate(found.map.translate(demo("minilm.eval")[:300]), demo("mpnet.eval")[:300], mean=found.map)
    figure, ax = plt.subplots()
    assert result.plot(ax=ax) is ax and len(figure.axes) == 1
    names = [label.get_text() for label in ax.get_yticklabels()]
    values = dict(zip(names, drawn_points(ax, "value, 95 % interval"), strict=True))
    chance = dict(zip(names, drawn_points(ax, "chance"), strict=True))
    assert values["top1"][0] == result.top1.value and chance["top1"][0] == result.top1.null
    assert values["foscttm, lower is better"][0] == result.foscttm.value
    frame = result.to_frame().set_index("score")
    assert frame.loc["top10", "value"] == result.top10.value and frame.loc["mean_rank", "null"] == result.mean_rank.null
    plt.close(figure)


def test_measures_are_drawn_without_ranks(demo: Load) -> None:
    measured = v2v.measure(demo("minilm.eval")[:200], demo("mpnet.eval")[:200], only=["mutual_knn", "relative"], permutations=20)
    ax = measured.plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["mutual_knn", "relative_cosine", "relative_top1"]
    assert drawn_points(ax, "value, 95 % interval")[0][0] == measured["mutual_knn"].value
    frame = measured.to_frame().set_index("measure")
    assert frame.loc["relative_rank", "value"] == measured["relative_rank"].value
    assert frame.loc["mutual_knn", "null_mean"] == measured["mutual_knn"].null["mean"]
    assert frame.loc["mutual_knn", "permutations"] == 20
    plt.close("all")


def test_a_grid_is_a_heat_map_with_both_directions(grid: v2v.MeasureGrid) -> None:
    ax = grid.plot("cycle_knn")
    assert ax.get_title() == "cycle k-NN (higher is closer)"
    cells = {text.get_position(): text.get_text() for text in ax.texts}
    assert len(cells) == 6 and cells[(1, 0)] == f"{grid.value('cycle_knn', 0, 1):.3f}"
    assert cells[(0, 1)] == f"{grid.value('cycle_knn_back', 0, 1):.3f}"
    shares: Any = ax.get_images()[0].get_array()
    pair = grid.to_dict()["pairs"][0]["measures"]
    assert shares[0, 1] == pair["cycle_knn"]["adjusted"] and shares[1, 0] == pair["cycle_knn_back"]["adjusted"]
    assert "lower is closer" in grid.plot("relative_rank").get_title() and grid.plot().get_title() == ax.get_title()
    assert grid.to_frame().shape == (9, 15)
    with pytest.raises(v2v.BadInputError, match="'cka' was not measured"):
        grid.plot("cka")
    plt.close("all")


def test_an_alignment_draws_its_searches_or_its_pairs(demo: Load, found: v2v.Alignment) -> None:
    ax = found.plot()
    assert found.pairs is not None
    assert drawn_points(ax, "value, 95 % interval")[0][0] == found.pairs["cross_validation"]["top1"]
    starts = [{"start": "random", "anchors": 64, "pair_free_score": score} for score in (-0.3, -0.1, -0.2)]
    searched = dataclasses.replace(found, starts=starts)
    ax = searched.plot()
    assert drawn_points(ax, "search") == [(1, -0.3), (2, -0.1), (3, -0.2)]
    assert drawn_points(ax, "best so far") == [(1, -0.3), (2, -0.1), (3, -0.1)]
    assert list(searched.to_frame()["pair_free_score"]) == [-0.3, -0.1, -0.2]
    with pytest.raises(v2v.BadInputError, match="no value that could be drawn"):
        dataclasses.replace(found, pairs=None).plot()

    page = found.report(demo("minilm.eval")[:300], demo("mpnet.eval")[:300])
    before, after = page.plot()
    assert before.get_title() == "Before the map" and after.get_title() == "After"
    points: dict[Any, Any] = {shape.get_label(): shape.get_offsets() for shape in after.collections}
    assert points["A"].tolist() == page.to_dict()["portrait"]["after"][0]["source"]
    assert page.plot(ax=before)[0] is before
    plt.close("all")


def test_colours_go_by_the_background(found: v2v.Alignment) -> None:
    def colour() -> Any:
        return found.plot().get_lines()[-1].get_color(), found.plot().get_lines()[0].get_color()

    light = colour()
    with plt.style.context("dark_background"):
        dark = colour()
    assert light == ("#5d6470", "#2456c5") and dark == ("#aab0bc", "#85aaff")
    plt.close("all")


def test_what_is_missing_is_named(found: v2v.Alignment, grid: v2v.MeasureGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("matplotlib", "matplotlib.pyplot", "pandas"):
        monkeypatch.setitem(sys.modules, module, None)
    for plot in (found.plot, grid.plot):
        with pytest.raises(ImportError, match=r"plots need matplotlib: pip install 'vec2vec-cpp\[plot\]'"):
            plot()
    with pytest.raises(ImportError, match="data frames need pandas"):
        found.to_frame()


def test_other_tables_are_frames_too(demo: Load, found: v2v.Alignment) -> None:
    rows = demo("minilm.eval")[:50]
    score = v2v.ConfidenceScorer(found.map).score(rows)
    assert score.to_frame()["support"].tolist() == score.support.tolist()
    checks = v2v.gate(found.map, {"max_far_rows": 0.5}, queries=rows).to_frame()
    assert checks["name"].tolist() == ["max_far_rows"] and bool(checks["passed"][0])
