# SPDX-License-Identifier: Apache-2.0
"""The audit of the command, on arrays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load

LABELS = ["sports", "health", "law", "food"]


def test_finds_what_the_command_finds(
    cli: Cli, demo: Load, demo_file: Callable[[str], Path], paired_map: v2v.Map, map_file: Path, tmp_path: Path
) -> None:
    labels, candidates = demo("mpnet.b")[:4], demo("mpnet.eval")[:30]
    truth = [None if i % 5 == 0 else LABELS[i % 4] if i % 3 else LABELS[:2] for i in range(1000)]
    texts = [f"text {i} on number{i % 50}" for i in range(len(demo("mpnet.b")))]
    for name, lines in {
        "labels": LABELS,
        "truth": ["|".join([t] if isinstance(t, str) else t or []) for t in truth],
        "public": texts,
    }.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    np.save(tmp_path / "labels.npy", labels)
    np.save(tmp_path / "candidates.npy", candidates)
    files: list[object] = ["--public", tmp_path / "public", "--public-vectors", demo_file("mpnet.b"), "--map", map_file]
    files += ["--attributes", tmp_path / "labels", "--attributes-vectors", tmp_path / "labels.npy"]
    files += ["--truth", tmp_path / "truth", "--candidates-vectors", tmp_path / "candidates.npy"]
    files += ["--store-texts-vectors", demo_file("mpnet.eval"), "--bootstrap", 100]
    printed = cli("audit", demo_file("minilm.eval"), *files, "--no-defences", "-o", tmp_path / "r.html")
    report = v2v.audit(
        demo("minilm.eval"),
        demo("mpnet.b"),
        public_texts=texts,
        map=paired_map,
        labels=LABELS,
        label_rows=labels,
        truth=truth,
        candidates=candidates,
        native=demo("mpnet.eval"),
        defences=(),
        bootstrap=100,
    )
    found = report.to_dict()
    for part in ("severity", "store", "public", "alignment", "attributes", "words", "membership", "defences"):
        assert found[part] == printed[part], part
    assert found["membership"]["found"]["value"] > 0.4
    assert report.severity == printed["severity"]["level"] and report.severity in str(report) and report.map == paired_map
    assert "•" in json.dumps(found["words"], ensure_ascii=False) and found["redacted"]
    report.save(tmp_path / "mine.html")
    assert json.loads((tmp_path / "mine.json").read_text()) == found
    assert "Vector store audit" in (tmp_path / "mine.html").read_text()
    with pytest.raises(v2v.BadInputError, match="exists"):
        report.save(tmp_path / "mine.html")


def test_defences_and_the_work_folder(demo: Load, tmp_path: Path) -> None:
    store, public, work = demo("minilm.eval"), demo("minilm.a"), tmp_path / "work"

    def run(rows: v2v._rows.Float32 = store) -> v2v.AuditReport:
        return v2v.audit(rows, public, defences=["rotate"], max_rows=1000, bootstrap=50, checkpoint=work)

    first = run()
    points = first.to_dict()["defences"]["points"]
    assert [point["steps"] for point in points] == ["none", "rotate"]
    again = run()  # the alignment and the attack were kept
    assert again.to_dict()["seconds"] < first.to_dict()["seconds"]
    assert again.to_dict()["defences"]["points"][1] == points[1]
    other = run(np.ascontiguousarray(store[:, ::-1]))  # another store keeps nothing of it
    assert other.map != first.map


def test_bad_input(demo: Load, paired_map: v2v.Map) -> None:
    store, public = demo("minilm.eval"), demo("mpnet.b")
    with pytest.raises(v2v.BadInputError, match="labels"):
        v2v.audit(store, public, map=paired_map, labels=LABELS)
    with pytest.raises(v2v.BadInputError, match="'tax' is none of the labels"):
        v2v.audit(store, public, map=paired_map, labels=LABELS, label_rows=public[:4], truth=["tax"] * 1000)
    with pytest.raises(v2v.BadInputError, match="999 entries"):
        v2v.audit(store, public, map=paired_map, labels=LABELS, label_rows=public[:4], truth=[None] * 999)
    with pytest.raises(v2v.BadInputError, match="There is no such step"):
        v2v.audit(store, public, map=paired_map, defences=["hide"])
    with pytest.raises(v2v.BadInputError, match="does not lead"):
        v2v.audit(store, public[:, :100], map=paired_map)
    with pytest.raises(v2v.BadInputError, match="public texts"):
        v2v.audit(store, public, map=paired_map, public_texts=["a"], defences=())


def test_an_attack_that_does_not_get_through_says_what_to_try() -> None:
    rng = np.random.default_rng(0)
    store, public = (rng.standard_normal((300, 16), dtype=np.float32) for _ in range(2))
    report = v2v.audit(store, public, defences=(), effort="low", bootstrap=10)
    assert report.severity == "inconclusive" and "severity inconclusive" in str(report)
    assert any("`partial=True`" in line for line in report.advice) and "AuditOptions" not in report.to_html()
    assert report.to_dict()["severity"]["advice"] == report.advice and report.to_dict()["reproduction"]["effort"] == "low"
    tried = v2v.audit(store, public, defences=(), effort="high", time_budget=1, partial=True, bootstrap=0)
    assert not any("partial" in line or "effort" in line for line in tried.advice)
    with pytest.raises(v2v.BadInputError, match="effort"):
        v2v.audit(store, public, effort="turbo")  # type: ignore[arg-type]
