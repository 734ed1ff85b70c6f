# SPDX-License-Identifier: Apache-2.0
"""Alignment: what the command finds, the interpreter free meanwhile, Ctrl-C, progress."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load


@pytest.fixture(scope="module")
def small(demo: Load) -> tuple[v2v._rows.Float32, v2v._rows.Float32]:
    return demo("minilm.a")[:600], demo("mpnet.b")[:600]


def test_finds_the_map_of_the_command(cli: Cli, demo: Load, demo_file: Callable[[str], Path], tmp_path: Path) -> None:
    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.01):
            ticks.append(time.monotonic())

    ticker = threading.Thread(target=tick)
    ticker.start()
    began = time.monotonic()
    found = v2v.align(demo("minilm.a"), demo("mpnet.b"), source_name="minilm.a", target_name="mpnet.b", seed=3)
    seconds = time.monotonic() - began
    stop.set()
    ticker.join()
    assert len(ticks) > 5 * seconds  # of 100 a second: the interpreter was free

    json = cli("align", demo_file("minilm.a"), demo_file("mpnet.b"), "-o", tmp_path / "m.safetensors", "--seed", 3)
    theirs = v2v.Map.load(tmp_path / "m.safetensors")
    assert theirs.weight.tobytes() == found.map.weight.tobytes()
    ours = found.to_dict()
    for key in ours.keys() - {"seconds"}:
        assert ours[key] == json[key], key
    assert found.left_out is None and found.pairs is None
    facts = {"probability", "agreement", "score_margin", "mutual_neighbours", "half_agreement", "searches_needed"}
    assert found.evidence.keys() == facts and found.evidence["probability"] > 0.5
    assert found.verdict == "ALIGNED" and "ALIGNED" in str(found) and "ALIGNED" in repr(found.map)
    assert pickle.loads(pickle.dumps(found)) == found
    scores = v2v.evaluate(found.map.translate(demo("minilm.eval")), demo("mpnet.eval"), mean=found.map, bootstrap=0)
    assert scores.top1.value > 0.9


def test_known_pairs(demo: Load) -> None:
    a, b = demo("minilm.pairs")[:1000], demo("mpnet.pairs")[:1000]
    by_rows = v2v.align(a, b, "rows")
    order = np.random.default_rng(0).permutation(1000)
    by_pairs = v2v.align(a, b[order], [(int(row), i) for i, row in enumerate(order)])
    assert by_rows.pairs is not None and by_rows.pairs["given"] == 1000
    assert by_rows.verdict == by_pairs.verdict == "ALIGNED"
    np.testing.assert_allclose(by_pairs.map.translate(a), by_rows.map.translate(a), atol=1e-2)
    with pytest.raises(v2v.BadInputError, match="names rows 0 and 1000"):
        v2v.align(a, b, [(0, 1000)])
    with pytest.raises(v2v.BadInputError, match="Parts of the sides"):
        v2v.align(a, b, [(0, 0)], partial=True)


def test_a_doubtful_map_warns(small: tuple[v2v._rows.Float32, v2v._rows.Float32]) -> None:
    noise = np.random.default_rng(0).standard_normal((300, 48), dtype=np.float32)
    with pytest.warns(v2v.AlignmentWarning, match="NOT_ALIGNED|UNCERTAIN"):
        found = v2v.align(small[0][:300, :48], noise, time_budget=1)
    assert found.verdict != "ALIGNED"


def test_files_give_their_names(demo: Load, demo_file: Callable[[str], Path]) -> None:
    found = v2v.align(demo_file("minilm.pairs"), demo("mpnet.pairs"), "rows")
    assert found.map.card["source"]["name"] == "minilm.pairs" and not found.map.card["target"]["name"]
    named = v2v.align(demo_file("minilm.pairs"), demo_file("mpnet.pairs"), "rows", source_name="old")
    assert "old -> mpnet.pairs" in repr(named.map)


def test_rows_that_were_left_out_are_told(demo: Load) -> None:
    a, b = demo("minilm.a"), demo("mpnet.b")
    noise = np.random.default_rng(0).standard_normal((3000, 768), dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", v2v.AlignmentWarning)
        found = v2v.align(a, np.concatenate([b, noise]), partial=True, effort="low")
    assert found.to_dict().get("left_out") == found.left_out
    if found.left_out:
        assert f"{found.left_out['target']} rows" in repr(found) and "rows left out" in str(found)


def test_a_checkpoint_is_gone_on_from(small: tuple[v2v._rows.Float32, v2v._rows.Float32], tmp_path: Path) -> None:
    a, b = small
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", v2v.AlignmentWarning)
        first = v2v.align(a, b, effort="low", checkpoint=tmp_path / "state")
        again = v2v.align(a, b, effort="low", checkpoint=tmp_path / "state")
    assert again.map.weight.tobytes() == first.map.weight.tobytes()
    with pytest.raises(v2v.BadInputError, match="state"):
        v2v.align(a[:500], b, effort="low", checkpoint=tmp_path / "state")


def test_bad_input(small: tuple[v2v._rows.Float32, v2v._rows.Float32]) -> None:
    a, b = small
    with pytest.raises(v2v.BadInputError, match="source: 20 rows are too few"):
        v2v.align(a[:20], b)
    with pytest.raises(v2v.BadInputError, match="mine, row 7"):
        broken = a.copy()
        broken[7, 7] = np.nan
        v2v.align(broken, b, source_name="mine")
    with pytest.raises(v2v.BadInputError, match="`effort` must not be 'hard'"):
        v2v.align(a, b, effort="hard")  # type: ignore[arg-type]
    with pytest.raises(v2v.BadInputError, match="threads"):
        v2v.align(a, b, threads=-1)


def test_ctrl_c_ends_the_work(small: tuple[v2v._rows.Float32, v2v._rows.Float32]) -> None:
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    deadline = time.monotonic() + 60
    with pytest.raises(KeyboardInterrupt), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while time.monotonic() < deadline:
            v2v.align(*small)
    timer.join()


def test_progress(demo: Load, capsys: pytest.CaptureFixture[str], paired_map: v2v.Map) -> None:
    a, b = demo("minilm.eval"), demo("mpnet.eval")
    seen: list[tuple[str, float]] = []
    threads = set()

    def note(stage: str, done: float) -> None:
        seen.append((stage, done))
        threads.add(threading.get_ident())

    v2v.measure(a, b, only="mutual_knn", progress=note)
    assert seen and all(0 <= done <= 1 for _, done in seen) and threads == {threading.get_ident()}
    many = np.tile(a, (20, 1))
    paired_map.translate(many, progress=True)
    assert "translate" in capsys.readouterr().err

    def refuse(stage: str, done: float) -> None:
        raise LookupError(stage)

    with pytest.raises(LookupError, match="translate"):
        paired_map.translate(many, progress=refuse)


def test_neural(demo: Load, paired_map: v2v.Map, tmp_path: Path) -> None:
    a, b = demo("minilm.a")[:500], demo("mpnet.b")[:500]
    trained = v2v.train_neural(a, b, paired_map, [[0, 0]], steps=2, log=tmp_path / "log.csv", plot=tmp_path / "plot.html")
    assert trained.map.is_neural == (trained.summary["best_step"] > 0)
    assert (tmp_path / "log.csv").exists() and (tmp_path / "plot.html").exists()
    scratch = v2v.train_neural(a, b, None, steps=2)
    assert scratch.map.is_neural and scratch.map.blend == 1
    copy = pickle.loads(pickle.dumps(scratch.map))
    assert copy.translate(a).tobytes() == scratch.map.translate(a).tobytes()
    with pytest.raises(v2v.BadInputError):
        v2v.train_neural(a, b, paired_map, preset="none")  # type: ignore[arg-type]


def test_the_page_has_the_figures_of_the_alignment(demo: Load, tmp_path: Path) -> None:
    a, b = demo("minilm.pairs")[:600], demo("mpnet.pairs")[:600]
    found = v2v.align(a, b, "rows", source_name="old", target_name="new")
    texts = [f"text {i} </script>" for i in range(600)]
    page = found.report(a, b, source_texts=texts, target_texts=texts)
    figures = page.to_dict()
    assert figures["verdict"] == found.verdict and figures["pairs"] == found.pairs
    assert [figures["portrait"]["source"][key] for key in ("name", "rows", "dim")] == ["old", 600, 384]
    example = figures["portrait"]["of_source"][3]
    assert example["text"] == texts[example["row"]] and len(example["nearest"]) == 3
    assert any(step["command"] == "found.map.translate(A)" for step in figures["next"])
    shown = page._repr_html_()
    assert shown.startswith("<iframe") and shown.count('"') == 8 and "allow-scripts" in shown  # quotes of the page are escaped
    page.save(tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text()
    assert html.count("</script>") == 2 and "Alignment of two embedding spaces" in html and (tmp_path / "page.json").exists()
    with pytest.raises(v2v.BadInputError, match="exists already"):
        page.save(tmp_path / "page.html")
    with pytest.raises(v2v.BadInputError, match=r"source_texts.*one text a row|one text a row"):
        found.report(a, b, source_texts=["one"])

    several = v2v.align(a, {"mpnet": b, "e5": demo("e5.pairs")[:600]}, "rows")
    drawn = several.report(a, [b, demo("e5.pairs")[:600]]).to_dict()["portrait"]
    assert [view["space"] for view in drawn["after"]] == ["consensus", "mpnet", "e5"]
