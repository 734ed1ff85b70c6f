# SPDX-License-Identifier: Apache-2.0
"""Confidence, gate and kinship: the figures of the command, and what each tells apart."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load

File = Callable[[str], Path]


def test_confidence_is_that_of_the_command(
    cli: Cli, demo: Load, demo_file: File, paired_map: v2v.Map, map_file: Path, tmp_path: Path
) -> None:
    files = ["--confidence", tmp_path / "c.npy", "--store", demo_file("mpnet.eval")]
    printed = cli("translate", map_file, demo_file("minilm.eval"), "-o", tmp_path / "out.npy", *files)["confidence"]
    expected = np.load(tmp_path / "c.npy")  # match, margin, support
    scorer = v2v.ConfidenceScorer(paired_map, demo("mpnet.eval"))
    found = scorer.score(demo("minilm.eval"))
    assert found.match is not None and found.margin is not None
    np.testing.assert_array_equal(np.stack([found.match, found.margin, found.support], axis=1), expected)
    assert found.far_rows == pytest.approx(printed["far_rows"]) and found.mean_match == pytest.approx(printed["mean_match"])
    some = scorer.score(demo("minilm.eval")[3:5])
    np.testing.assert_array_equal(some.support, found.support[3:5])
    written = v2v.translate_file(
        map_file,
        demo_file("minilm.eval"),
        tmp_path / "mine.npy",
        confidence=tmp_path / "mine-c.npy",
        store=demo_file("mpnet.eval"),
    )
    assert (tmp_path / "mine-c.npy").read_bytes() == (tmp_path / "c.npy").read_bytes()
    assert written.mean_match == pytest.approx(printed["mean_match"])
    assert written.far_rows == pytest.approx(printed["far_rows"])


def test_confidence_tells_right_from_wrong(demo: Load, paired_map: v2v.Map) -> None:
    scorer = v2v.ConfidenceScorer(paired_map)
    own, foreign = scorer.score(demo("minilm.eval")), scorer.score(demo("e5.eval"))
    assert own.match is None and own.mean_match is None and own.far_rows < 0.15 < 0.9 < foreign.far_rows
    wrong = v2v.fit_paired(demo("minilm.pairs"), demo("mpnet.pairs")[::-1])
    store = demo("mpnet.eval")
    right_match, wrong_match = (
        v2v.ConfidenceScorer(m, store).score(demo("minilm.eval")).mean_match or 0 for m in (paired_map, wrong)
    )
    assert right_match > wrong_match + 0.2
    rows = demo("minilm.eval")
    rows[7, 7] = np.nan
    with pytest.raises(v2v.BadInputError, match="row 7"):
        scorer.score(rows)
    with pytest.raises(v2v.BadInputError, match="dimension 768"):
        scorer.score(store)
    with pytest.raises(v2v.BadInputError, match="dimension 384"):
        v2v.ConfidenceScorer(paired_map, rows)


def test_gate(cli: Cli, demo: Load, demo_file: File, paired_map: v2v.Map, map_file: Path, tmp_path: Path) -> None:
    policy = {"min_top1": 0.5, "max_far_rows": 0.15, "min_mean_match": 0.5, "max_age_days": 1}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    pairs = [demo_file("minilm.eval"), demo_file("mpnet.eval")]
    files = ["--eval-a", pairs[0], "--eval-b", pairs[1], "--queries", pairs[0], "--store", pairs[1]]
    printed = cli("gate", map_file, "--policy", tmp_path / "policy.json", *files)
    a, b = demo("minilm.eval"), demo("mpnet.eval")
    report = v2v.gate(map_file, tmp_path / "policy.json", pairs=(a, b), queries=a, store=b)
    assert report and report.passed and "PASSED" in str(report)
    expected = {check["name"]: check["found"] for check in printed["checks"] if check["name"] != "max_age_days"}
    assert {check.name: check.found for check in report.checks if check.name != "max_age_days"} == expected
    assert not v2v.gate(paired_map, {"min_top1": 0.9999}, pairs=(a, b))
    assert not v2v.gate(paired_map, {"max_far_rows": 0.15}, queries=demo("e5.eval"))
    documents, native, limit = demo("minilm.a"), demo("mpnet.eval"), {"min_recall": 0.3}
    assert v2v.gate(paired_map, limit, queries=a, documents=documents, new_queries=native)
    assert not v2v.gate(paired_map, limit, queries=a, documents=documents, new_queries=native[::-1])
    assert v2v.gate(paired_map, {"min_recall": 0.7}, queries=a, documents=documents)  # translated queries keep more
    silent = v2v.gate(paired_map, {"min_agreement": 0.5})
    assert not silent and silent.checks[0].found is None and silent.checks[0].required == 0.5
    old = time.time() - 3 * 86400
    os.utime(map_file, (old, old))
    try:
        assert not v2v.gate(map_file, {"max_age_days": 2}) and v2v.gate(map_file, {"max_age_days": 4})
    finally:
        os.utime(map_file)


def test_a_gate_without_evidence_does_not_pass_but_fails(demo: Load, paired_map: v2v.Map, tmp_path: Path) -> None:
    for policy, message in (
        ({"max_age_days": 2}, "asks for the age of the map"),
        ({"min_top1": 0.5}, "evaluation pairs"),
        ({"max_far_rows": 0.5}, "confidence of rows"),
        ({"min_topp1": 0.5}, "unknown limit"),
        ({}, "no limit"),
    ):
        with pytest.raises(v2v.BadInputError, match=message):
            v2v.gate(paired_map, policy)
    with pytest.raises(v2v.BadInputError, match="cannot be read"):
        v2v.gate(paired_map, tmp_path / "none.json")
    with pytest.raises(v2v.BadInputError, match="do not have the dimensions of the map"):
        v2v.gate(paired_map, {"min_top1": 0.5}, pairs=(demo("mpnet.eval"), demo("minilm.eval")))


def test_compare_models(cli: Cli, demo: Load, demo_file: File) -> None:
    json = cli("inspect", "--fingerprint", demo_file("minilm.a"), demo_file("minilm.pairs"))
    same = v2v.compare_models(demo("minilm.a"), demo("minilm.pairs"))
    assert same.verdict == "SAME_MODEL" == json["verdict"] and "SAME_MODEL" in str(same)
    assert same.to_dict() == {key: value for key, value in json.items() if key not in ("kind", "files")}
    assert same.axis_correlation is not None and same.axis_correlation > 0.5 and same.agreement is None
    other = v2v.compare_models(demo("minilm.a"), demo("mpnet.b"), search=False)
    assert other.verdict == "UNCERTAIN" and other.dims == [384, 768] and other.axis_correlation is None
    with pytest.raises(v2v.BadInputError):
        v2v.compare_models(demo("minilm.a")[:20], demo("mpnet.b"))


def test_advice_is_that_of_the_command(cli: Cli, demo: Load, demo_file: File) -> None:
    store, sides = demo_file("minilm.a"), [demo_file("mpnet.b"), demo_file("e5.eval")]
    printed = cli("advise", store, "--public-vectors", *sides, "--no-search", "--max-rows", 500)
    found = v2v.advise(demo("minilm.a"), {str(side): np.load(side) for side in sides}, max_rows=500, search=False)
    assert found.to_dict() == printed and not found.aligned
    assert [side["name"] for side in found.sides] == sorted(map(str, sides), key=lambda name: next(s["spectrum_distance"] for s in found.sides if s["name"] == name))
