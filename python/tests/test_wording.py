# SPDX-License-Identifier: Apache-2.0
"""Errors and reports speak Python: no flag of the command, and every option that they name is a parameter here."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import ROOT, Load
from vec2vec_cpp import stores
from vec2vec_cpp.__main__ import _parser, in_flags
from vec2vec_cpp._wording import in_python, meaning


def test_names_of_the_library_become_pythons() -> None:
    assert in_python("another name, or `CreateOptions::overwrite = true`") == "another name, or `overwrite=True`"
    assert in_python("`MigrateOptions::type = halfvec` `NeuralOptions::blend = 0.5`") == "`type='halfvec'` `blend=0.5`"
    assert in_python("`A::b = false`, `AttributeOptions::k`, `MeasureGrid::to_json()`") == "`b=False`, `k`, `to_dict()`"
    for text in ("", "`", "`x` is `y = 3`", "std::string", "`inspect()`"):
        assert in_python(text) == text
    with meaning({"OpenOptions::field": "column"}):
        assert in_python("`OpenOptions::field`") == "`column`"
    assert in_python("`OpenOptions::field`") == "`field`"


def test_the_shell_has_flags_again() -> None:
    assert in_flags("another name, or `overwrite=True`") == "another name, or --force"
    assert in_flags('`nulls="keep"`, `column`, `max_rows=5`, `seed`') == "--keep-nulls, --column, --max-rows 5, --seed"
    assert in_flags("`X.toarray()` and `pool`") == "`X.toarray()` and `pool`"
    helps = _parser().format_help() + "".join(
        command.format_help()
        for command in _parser()._subparsers._group_actions[0].choices.values()  # type: ignore[union-attr]
    )
    for flag in {
        in_flags(f"`{name}`") for name in ("overwrite=True", 'nulls="keep"', "column", "into", "ignore_fingerprint=True")
    }:
        assert f"{flag} " in helps or f"{flag}\n" in helps, flag


def test_every_option_that_the_library_names_is_a_parameter() -> None:
    """Of the folders of src/ that the package reaches."""
    functions = [getattr(v2v, name) for name in v2v.__all__ if inspect.isfunction(getattr(v2v, name))]
    functions += [stores.sample, v2v.Alignment.report, v2v.Map.translate, v2v.Map.save, v2v.Map.export, v2v.Defence, v2v.MeasureGrid.value]
    known = {parameter for function in functions for parameter in inspect.signature(function).parameters}
    known |= {"Map.to"} if hasattr(v2v.Map, "to") else set()
    never_set = {"shuffles", "least_texts", "most_share", "power", "step", "restart", "precision", "block_rows"}
    others = {"encode", "invert", "language", "postgres"}
    seen = 0
    for path in [*ROOT.glob("src/**/*.cpp"), *ROOT.glob("src/**/*.h"), *ROOT.glob("python/src/*.cpp")]:
        if path.relative_to(ROOT).parts[1] in others:
            continue
        for named in re.findall(r"`[A-Z]\w*::\w+(?: = [^`]+)?`", path.read_text()):
            word = in_python(named).strip("`").partition("=")[0]
            seen += 1
            assert word in known | never_set, f"{path}: {named}"
    assert seen > 20


def _raised(call: Callable[[], Any]) -> v2v.Error:
    with pytest.raises(v2v.BadInputError) as caught, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call()
    return caught.value


def test_no_error_names_a_flag_or_a_command(demo: Load, paired_map: v2v.Map, map_file: Path, tmp_path: Path) -> None:
    a, b = demo("minilm.eval"), demo("mpnet.eval")
    broken = a.copy()
    broken[7, 7] = np.nan
    np.save(tmp_path / "a.npy", a)
    (tmp_path / "two.ndjson").write_text('{"x": [1, 2], "y": [3, 4]}\n' * 3)
    (tmp_path / "none.ndjson").write_text('{"x": 1}\n' * 3)
    (tmp_path / "raw.bin").write_bytes(bytes(range(200, 256)) * 9)
    (tmp_path / "not.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    (tmp_path / "x.parquet").write_bytes(b"PAR1" * 9)
    scorer = v2v.ConfidenceScorer(paired_map)
    report = v2v.audit(a[:200], b[:200], map=paired_map, defences=())
    report.save(tmp_path / "there.html")
    calls: dict[str, Callable[[], Any]] = {
        "NaN": lambda: v2v.align(broken, b),
        "few rows": lambda: v2v.align(a[:9], b),
        "threads": lambda: v2v.align(a, b, threads=-1),
        "effort": lambda: v2v.align(a, b, effort="turbo"),  # type: ignore[arg-type]
        "partial with pairs": lambda: v2v.align(a, b, [(0, 0)], partial=True),
        "pairs": lambda: v2v.align(a, b, "pairs.csv"),
        "unequal": lambda: v2v.align(a, b[:99], "rows"),
        "seed": lambda: v2v.align(a, b, seed=-1),
        "checkpoint": lambda: v2v.align(a, b, checkpoint=tmp_path / "a.npy"),
        "Several fields": lambda: v2v.align(tmp_path / "two.ndjson", b),
        "no field": lambda: v2v.align(tmp_path / "none.ndjson", b),
        "raw": lambda: v2v.align(tmp_path / "raw.bin", b),
        "parquet": lambda: v2v.align(tmp_path / "x.parquet", b),
        "map exists": lambda: paired_map.save(map_file),
        "no map": lambda: v2v.Map.load(tmp_path / "a.npy"),
        "foreign safetensors": lambda: v2v.Map.load(tmp_path / "not.safetensors"),
        "NaN to translate": lambda: paired_map.translate(broken),
        "fingerprint": lambda: paired_map.translate(demo("e5.eval")),
        "other side": lambda: paired_map.translate(b),
        "file exists": lambda: v2v.translate_file(map_file, tmp_path / "a.npy", tmp_path / "a.npy"),
        "ending": lambda: v2v.translate_file(map_file, tmp_path / "a.npy", tmp_path / "out.xyz"),
        "two fields": lambda: v2v.translate_file(map_file, tmp_path / "two.ndjson", tmp_path / "out.npy"),
        "stores": lambda: stores.translate(map_file, tmp_path / "two.ndjson", tmp_path / "out.npy"),
        "stores sample": lambda: stores.sample(tmp_path / "two.ndjson"),
        "evaluate": lambda: v2v.evaluate(b, b[:-1]),
        "evaluate NaN": lambda: v2v.evaluate(broken, a),
        "pool": lambda: v2v.evaluate(b, b, pool=1),
        "measure NaN": lambda: v2v.measure(broken, b),
        "measure k": lambda: v2v.measure(a, b, k=1),
        "measure only": lambda: v2v.measure(a, b, only="vibes"),
        "inspect": lambda: v2v.inspect(a, max_rows=1),
        "advise": lambda: v2v.advise(a, {}),
        "advise rows": lambda: v2v.advise(a, {"b": b[:9]}),
        "kinship": lambda: v2v.compare_models(broken, a),
        "kinship rows": lambda: v2v.compare_models(a, a, max_rows=3),
        "confidence": lambda: scorer.score(broken),
        "store": lambda: v2v.ConfidenceScorer(paired_map, np.full_like(b, np.nan)),
        "gate": lambda: v2v.gate(paired_map, {"min_topp1": 1}),
        "gate age": lambda: v2v.gate(paired_map, {"max_age_days": 1}),
        "audit rows": lambda: v2v.audit(broken, b, map=paired_map, defences=()),
        "audit max_rows": lambda: v2v.audit(a, b, max_rows=3),
        "audit top": lambda: v2v.audit(a, b, map=paired_map, k=0, labels=["x", "y"], label_rows=b[:2], defences=()),
        "audit exists": lambda: report.save(tmp_path / "there.html"),
        "defend": lambda: v2v.defend(broken, "rotate", 3),
        "steps": lambda: v2v.defend(a, "wiggle", 3),
        "neural": lambda: v2v.train_neural(a, b, paired_map, steps=-5),
        "blend": lambda: v2v.train_neural(a, b, paired_map, blend=7),
    }
    for name, call in calls.items():
        error = _raised(call)
        text = str(error)
        assert "--" not in text and "::" not in text, f"{name}: {text}"
        assert not re.search(r"vec2vec (align|inspect|sample|translate|migrate)|python -m", text), f"{name}: {text}"
        assert error.message, name


def test_hints_name_what_the_caller_can_write(demo: Load, map_file: Path, tmp_path: Path) -> None:
    (tmp_path / "two.ndjson").write_text('{"x": [1, 2], "y": [3, 4]}\n' * 3)
    assert (
        "`stores.sample(path, column=...)`"
        in _raised(lambda: v2v.inspect([[0.0]]) and v2v.align(tmp_path / "two.ndjson", "b")).hint
    )
    target = tmp_path / "out.npy"
    assert "`field`" in _raised(lambda: v2v.translate_file(map_file, tmp_path / "two.ndjson", target)).hint
    assert "`column`" in _raised(lambda: stores.sample(tmp_path / "two.ndjson")).hint
    assert "`ignore_fingerprint=True`" in _raised(lambda: v2v.Map.load(map_file).translate(demo("e5.eval"))).hint
    target.touch()
    np.save(tmp_path / "a.npy", demo("minilm.eval"))
    error = _raised(lambda: v2v.translate_file(map_file, tmp_path / "a.npy", target))
    assert "`overwrite=True`" in error.hint and error.where == str(target)
    shell = [sys.executable, "-m", "vec2vec_cpp", "translate", str(map_file), str(tmp_path / "a.npy"), "-o", str(target)]
    assert "--force" in subprocess.run(shell, capture_output=True, text=True).stderr


def test_reports_name_no_flag(demo: Load) -> None:
    rows = demo("minilm.eval")[:60]
    grid = v2v.measure_all([rows, rows * 2, rows[:, ::-1]], only=["knn", "pairs"], pair_rows=30)
    for text in (str(grid), str(v2v.measure(rows, rows[::-1], only="pairs", pair_rows=30))):
        assert "--" not in text and "::" not in text
    assert "`to_csv()`" in str(grid)
    assert "`pair_rows`" in str(v2v.measure(rows, rows[::-1], only="pairs", pair_rows=30))
