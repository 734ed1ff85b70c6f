# SPDX-License-Identifier: Apache-2.0
"""Reports hold what the commands print."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load

File = Callable[[str], Path]


def test_evaluate(cli: Cli, demo: Load, demo_file: File, paired_map: v2v.Map, map_file: Path) -> None:
    truth = demo("mpnet.eval")
    json = cli("evaluate", "--map", map_file, demo_file("minilm.eval"), demo_file("mpnet.eval"), "--seed", 5, "--pool", 300)
    translated = paired_map.translate(demo("minilm.eval"))
    result = v2v.evaluate(translated, truth, mean=paired_map, seed=5, pool=300)
    assert result.to_dict() == {key: json[key] for key in ("rows", "pool", "scores")}
    top1 = result.top1
    assert top1.value == json["scores"]["top1"]["value"] and top1.low is not None and top1.high is not None
    assert top1.low <= top1.value <= top1.high
    assert result == v2v.evaluate(translated, truth, mean=paired_map.target_mean, seed=5, pool=300)
    assert "top-1" in str(result) and pickle.loads(pickle.dumps(result)) == result
    with pytest.raises(v2v.BadInputError):
        v2v.evaluate(translated[:-1], truth)
    with pytest.raises(v2v.BadInputError, match="pool"):
        v2v.evaluate(translated, truth, pool=1)


def test_measure(cli: Cli, demo: Load, demo_file: File) -> None:
    json = cli(
        "measure", demo_file("minilm.eval"), demo_file("mpnet.eval"), "--only", "mutual_knn,cka", "--name", "A", "--name", "B"
    )
    result = v2v.measure(demo("minilm.eval"), demo("mpnet.eval"), only=["mutual_knn", "cka"])
    assert result.to_dict()["measures"] == json["measures"]
    knn = result["mutual_knn"]
    assert knn.value is not None and knn.low is not None and knn.null["high"] < knn.low <= knn.value
    assert "mutual" in str(result)
    with pytest.raises(TypeError, match="unexpected keyword argument 'neighbours'"):
        v2v.measure(demo("minilm.eval"), demo("mpnet.eval"), neighbours=3)  # type: ignore[call-arg]
    with pytest.raises(v2v.BadInputError):
        v2v.measure(demo("minilm.eval"), demo("mpnet.eval")[:-1])


def test_measure_all(demo: Load, demo_file: File) -> None:
    spaces = {name: demo(f"{name}.eval") for name in ("minilm", "mpnet", "e5")}
    grid = v2v.measure_all(spaces, only="mutual_knn", k=5)
    assert grid.value("mutual_knn", "minilm", "mpnet") > grid.value("mutual_knn", "minilm", "e5") > 0.05
    listed = v2v.measure_all(list(spaces.values()), only="mutual_knn", k=5)
    assert listed.names == ["0", "1", "2"] and listed.value("mutual_knn", 0, "1") == grid.value("mutual_knn", "minilm", "mpnet")
    files = v2v.measure_all([demo_file("minilm.eval"), demo_file("mpnet.eval")], only="mutual_knn", k=5)
    assert files.names == ["minilm.eval.npy", "mpnet.eval.npy"] and files.value("mutual_knn", 0, 1) == listed.value(
        "mutual_knn", 0, 1
    )
    one: list[Any] = [spaces["e5"], "a.npy", [spaces["e5"]]]
    for given in one:
        with pytest.raises(v2v.BadInputError, match="two"):
            v2v.measure_all(given)
    assert "minilm" in str(grid) and grid.to_csv().count("\n") > 3 and '"mutual_knn"' in grid.to_html()


def test_inspect(cli: Cli, demo: Load, demo_file: File) -> None:
    json = cli("inspect", demo_file("minilm.eval"))
    result = v2v.inspect(demo_file("minilm.eval"))
    json.pop("kind")
    assert result.to_dict() == json and result.dtype == "float16"
    rows = demo("minilm.eval")
    memory = v2v.inspect(rows)
    assert memory.effective_rank == result.effective_rank and memory.format == "memory"
    rows[3, 3] = np.nan
    assert v2v.inspect(rows).first_nan_row == 3 and "NaN" in str(v2v.inspect(rows))
