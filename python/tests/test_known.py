# SPDX-License-Identifier: Apache-2.0
"""Several known spaces as one target: names, consensus, single spaces, and everything that takes a map or its file."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vec2vec_cpp as v2v
from conftest import Load
from vec2vec_cpp import arrow, stores
from vec2vec_cpp._known import is_several, known_spaces
from vec2vec_cpp._rows import Float32


@pytest.fixture(scope="module")
def known(demo: Load) -> v2v.Map:
    """minilm -> mpnet and e5, of known pairs: made in some seconds."""
    spaces = {name: demo(f"{name}.pairs")[:1000] for name in ("mpnet", "e5")}
    return v2v.align(demo("minilm.pairs")[:1000], spaces, "rows", source_name="minilm").map


@pytest.fixture(scope="module")
def known_file(known: v2v.Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("known") / "known.safetensors"
    known.save(path)
    return path


def top1(map: v2v.Map, rows: Float32, truth: Float32) -> float:
    return v2v.evaluate(map.translate(rows), truth, mean=map, bootstrap=0).top1.value


# --- what is several, and what it is called


def test_a_list_of_vectors_is_one_space() -> None:
    rows = np.ones((3, 2), np.float32)
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    vectors: list[Any] = [
        rows,
        [[1.0, 2.0], [3.0, 4.0]],
        ((1, 2), (3, 4)),
        [rows[0], rows[1]],
        list(pa.array([[1.0, 2.0]])),
        [pa.array([1.0, 2.0])],
        [pd.Series([1.0, 2.0])],
        [pl.Series([1.0, 2.0])],
        [],
        [1.0, 2.0],
        ["1", "2"][:0],
        "rows.npy",
        pd.DataFrame(rows),
        pl.DataFrame(rows),
        pa.table({"a": [1.0]}),
    ]
    for data in vectors:
        assert not is_several(data), data
    several: list[Any] = [
        {"a": rows},
        [rows],
        (rows, rows),
        [[[1.0, 2.0]], [[3.0, 4.0]]],
        [[rows[0], rows[1]]],
        ["a.npy", rows],
        [Path("a.npy")],
        [pd.Series(list(rows))],
        [pd.DataFrame(rows)],
        [pl.Series(rows.tolist())],
        [pl.DataFrame(rows)],
        [pa.array(rows.tolist())],
        [pa.chunked_array([rows.tolist()])],
        [pa.table({"v": rows.tolist()})],
        [rows.tolist(), rows],
    ]
    for data in several:
        assert is_several(data), data


def test_names() -> None:
    def names(data: Any, given: Any = "") -> list[str]:
        return [name for name, _ in known_spaces(data, given)]

    a, b = np.ones((3, 2), np.float32), np.ones((3, 4), np.float32)
    assert names([a, b]) == ["known 1", "known 2"]
    assert names(["x/mpnet.npy", b]) == ["mpnet", "known 2"]
    assert names([a, "x/mpnet.npy"], ["e5", ""]) == ["e5", "mpnet"]
    assert names({"e5": a, "mpnet": b}) == ["e5", "mpnet"]
    assert names(a) == names([a]) == [""]  # the map of one space is that of the pair
    assert names(a, "e5") == names([a], "e5") == names(a, ["e5"]) == ["e5"]
    for data, given, message in (
        ([a, b], "e5", "'e5' for 2 known spaces"),
        ([a, b], ["e5"], "has 1 names, B 2 known spaces"),
        (a, ["e5", "mpnet"], "has 2 names, B 1 known space\.\n"),
        ({"e5": a}, ["e5"], "beside a dict"),
    ):
        with pytest.raises(v2v.BadInputError, match=f"`target_name` .*{message}"):
            known_spaces(data, given)
    with pytest.raises(v2v.BadInputError, match="`B` is an empty dict"):
        known_spaces({})
    with pytest.raises(TypeError, match="a name in B must be text, not 3"):
        known_spaces({3: a})
    with pytest.raises(TypeError, match="a name in target_name must be text"):
        known_spaces([a, b], ["x", 3])  # type: ignore[list-item]


# --- the map


def test_few_rows_find_the_map_without_pairs(demo: Load, demo_file: Callable[[str], Path]) -> None:
    found = v2v.align(demo("minilm.a")[:1500], [demo_file("mpnet.b"), demo("e5.b")], target_name=["", "e5"], seed=1)
    map = found.map
    assert found.verdict == "ALIGNED" and map.targets == ("mpnet.b", "e5")
    rows, truth = demo("minilm.eval"), {"mpnet.b": demo("mpnet.eval"), "e5": demo("e5.eval")}
    assert top1(map, rows, map.consensus(truth)) > 0.9
    assert top1(map.to("mpnet.b"), rows, truth["mpnet.b"]) > 0.9
    assert top1(map.to("e5"), rows, truth["e5"]) > 0.75


@pytest.mark.filterwarnings("ignore:the verdict is")  # so few dimensions
def test_one_known_space_is_a_pair(demo: Load) -> None:
    a, b = demo("minilm.pairs")[:300, :48], demo("mpnet.pairs")[:300, :48]
    pair = v2v.align(a, b, "rows", target_name="mpnet").map
    assert pair.targets == () and pair.to("mpnet") == pair
    assert pair == v2v.align(a, {"mpnet": b}, "rows").map == v2v.align(a, [b], "rows", target_name=["mpnet"]).map
    with pytest.raises(v2v.BadInputError, match=r"`Map\.to`: The map has one target, 'mpnet', not 'e5'"):
        pair.to("e5")
    with pytest.raises(v2v.BadInputError, match=r"`consensus\(\)`: The map has one target"):
        pair.consensus([b, b])


def test_single_spaces_and_consensus(demo: Load, known: v2v.Map) -> None:
    rows, truth = demo("minilm.eval"), {"e5": demo("e5.eval"), "mpnet": demo("mpnet.eval")}
    assert known.targets == ("mpnet", "e5") and known.target_dim == 128
    consensus = known.consensus(truth)
    assert consensus.shape == (1000, 128) and consensus.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(consensus, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(consensus, known.consensus([truth["mpnet"], truth["e5"]]))
    mpnet = truth["mpnet"] / np.linalg.norm(truth["mpnet"], axis=1, keepdims=True) - known.to("mpnet").target_mean
    mpnet /= np.linalg.norm(mpnet, axis=1, keepdims=True)
    others = ~np.eye(len(mpnet), dtype=bool)  # rows that are alike in one of the spaces are alike in their consensus
    assert np.corrcoef((mpnet @ mpnet.T)[others], (consensus @ consensus.T)[others])[0, 1] > 0.8
    assert top1(known, rows, consensus) > 0.9
    for name in known.targets:
        alone = known.to(name)
        assert alone.targets == () and alone.target_dim == truth[name].shape[1]
        assert alone.card["target"]["name"] == name and alone.to(name) == alone
        assert top1(alone, rows, truth[name]) > 0.75


def test_files_pickles_and_names(known: v2v.Map, known_file: Path) -> None:
    for copy in (v2v.Map.load(known_file), pickle.loads(pickle.dumps(known))):
        assert copy == known and copy.targets == ("mpnet", "e5") and copy.to("e5") == known.to("e5")
    assert repr(known) == "<vec2vec_cpp.Map minilm -> consensus of mpnet, e5, 384 -> 128, ALIGNED>"
    assert "minilm -> e5, 384 -> 384" in repr(known.to("e5"))
    assert "mpnet, e5" in known._repr_html_() and "known spaces" not in known.to("e5")._repr_html_()


def test_bad_input_is_named_in_the_words_of_the_caller(demo: Load, known: v2v.Map) -> None:
    a, b, c = (demo(f"{name}.pairs")[:300] for name in ("minilm", "mpnet", "e5"))
    with pytest.raises(v2v.BadInputError, match="known 1 and known 2: .*not of the same texts in the same order"):
        v2v.align(a, [b, c[np.random.default_rng(0).permutation(300)]])
    with pytest.raises(v2v.BadInputError, match="300 and 299 rows"):
        v2v.align(a, [b, c[1:]])
    with pytest.raises(v2v.BadInputError, match="same name"):
        v2v.align(a, [b, c], target_name=["x", "x"])
    with pytest.raises(v2v.BadInputError, match="`B` is a list of 300 arrays of one row each") as caught:
        v2v.align(a, [row.reshape(1, -1) for row in b])
    assert "numpy.concatenate" in caught.value.hint
    with pytest.raises(v2v.BadInputError, match="e5, row 7"):
        v2v.align(a, {"mpnet": b, "e5": np.where(np.arange(300)[:, None] == 7, np.nan, c)})
    with pytest.raises(v2v.BadInputError, match="known 2 has 1 dimensions"):
        v2v.align(a, [b, c[0]])

    with pytest.raises(v2v.BadInputError, match=r"`Map\.to`: The map has no target 'bge'") as caught:
        known.to("bge")
    assert caught.value.hint == "its targets are mpnet, e5"
    with pytest.raises(TypeError, match="target must be text, not 3"):
        known.to(3)  # type: ignore[arg-type]
    bad: dict[str, Any] = {
        "has rows of mpnet": {"mpnet": b},
        "has rows of mpnet, x": {"mpnet": b, "x": c},
        "has rows of mpnet, e5, x": {"mpnet": b, "e5": c, "x": c},
        "has rows of no space": {},
        "has rows of 1 known spaces": [b],
        "is no list or dict of row sets": b,
    }
    for message, given in bad.items():
        with pytest.raises(v2v.BadInputError, match=f"`known` {message}\.\n") as caught:
            known.consensus(given)
        assert "mpnet, e5" in caught.value.hint
    with pytest.raises(v2v.BadInputError, match="Rows of 'mpnet' are 300 x 384 instead of 300 x 768"):
        known.consensus([c, b])
    with pytest.raises(v2v.BadInputError, match="e5, row 7"):
        known.consensus([b, np.where(np.arange(300)[:, None] == 7, np.nan, c)])


# --- what takes a map


@pytest.mark.filterwarnings("ignore:the verdict is")  # so few dimensions
def test_aligner(demo: Load, known: v2v.Map) -> None:
    a, spaces = demo("minilm.pairs")[:1000], {name: demo(f"{name}.pairs")[:1000] for name in ("mpnet", "e5")}
    rows, truth = demo("minilm.eval"), {name: demo(f"{name}.eval") for name in ("mpnet", "e5")}
    aligner = v2v.Aligner().fit(a, spaces, "rows")
    assert aligner.map_.targets == ("mpnet", "e5") and len(aligner.get_feature_names_out()) == 128
    np.testing.assert_array_equal(aligner.transform(rows), known.translate(rows))
    np.testing.assert_array_equal(aligner.transform(rows, to="e5"), known.to("e5").translate(rows))
    assert aligner.score(rows, truth) == top1(known, rows, known.consensus(truth)) > 0.9
    assert aligner.score(rows, list(truth.values())) == aligner.score(rows, known.consensus(truth)) == aligner.score(rows, truth)
    assert aligner.score(rows, truth["mpnet"], to="mpnet") == top1(known.to("mpnet"), rows, truth["mpnet"])
    with pytest.raises(v2v.BadInputError, match="`to`: The map has no target 'bge'"):
        aligner.transform(rows, to="bge")
    listed = v2v.Aligner().fit(a[:, :48], [spaces["mpnet"][:, :48].tolist(), spaces["e5"][:, :48]], "rows")
    assert listed.map_.targets == ("known 1", "known 2")
    with pytest.raises(ValueError, match="NaN"):
        v2v.Aligner().fit(a, [spaces["mpnet"], np.full_like(spaces["e5"], np.nan)])


def test_audit_reads_in_the_consensus(demo: Load, known: v2v.Map) -> None:
    rows, truth = demo("minilm.eval"), {name: demo(f"{name}.eval") for name in ("mpnet", "e5")}
    public = {name: demo(f"{name}.b")[:3000] for name in ("mpnet", "e5")}
    labels, names = {name: space[:4] for name, space in truth.items()}, ["one", "two", "three", "four"]
    of_rows = [names[i] if i < 4 else None for i in range(len(rows))]
    given = {"labels": names, "label_rows": labels, "truth": of_rows, "candidates": truth, "native": truth}
    report = v2v.audit(rows, public, map=known, defences=(), bootstrap=50, **given)  # type: ignore[arg-type]
    found = report.to_dict()
    assert found["public"]["spaces"] == [{"name": "mpnet", "dim": 768}, {"name": "e5", "dim": 384}]
    assert found["attributes"]["readers"][0]["top1"]["value"] >= 0.75
    assert found["membership"]["found"]["value"] > 0.4
    assert found["alignment"]["scores"]["scores"]["top1"]["value"] == top1(known, rows, known.consensus(truth))
    turned = v2v.audit(rows, dict(reversed(public.items())), map=known, defences=(), bootstrap=50, **given)  # type: ignore[arg-type]
    assert turned.to_dict()["attributes"] == found["attributes"]
    listed = v2v.audit(rows, list(public.values()), map=known, candidates=list(truth.values()), defences=(), bootstrap=50)
    assert listed.to_dict()["membership"] == found["membership"]
    alone = v2v.audit(rows, public["e5"], map=known.to("e5"), candidates=truth["e5"], defences=(), bootstrap=50)
    assert "spaces" not in alone.to_dict()["public"]
    assert 0.2 < alone.to_dict()["membership"]["found"]["value"] < found["membership"]["found"]["value"]
    with pytest.raises(v2v.BadInputError, match="`candidates` has rows of e5"):
        v2v.audit(rows, public, map=known, candidates={"e5": truth["e5"]})
    with pytest.raises(v2v.BadInputError, match="known spaces mpnet, e5; one was given") as caught:
        v2v.audit(rows, public["e5"], map=known)
    assert "`Map.to`" in str(caught.value.hint)
    with pytest.raises(v2v.BadInputError, match="`public` is an empty dict"):
        v2v.audit(rows, {}, map=known)


def test_trust_takes_single_spaces_and_the_consensus(demo: Load, known: v2v.Map, known_file: Path) -> None:
    rows, truth = demo("minilm.eval"), {name: demo(f"{name}.eval") for name in ("mpnet", "e5")}
    policy: dict[str, str | float] = {"min_top1": 0.7, "min_mean_match": 0.3}
    consensus = known.consensus(truth)
    assert v2v.gate(known, policy, pairs=(rows, consensus), queries=rows, store=consensus)

    def judged(map: v2v.Map | Path, to: str | None = None) -> dict[str, Any]:
        return v2v.gate(map, policy, to=to, pairs=(rows, truth["mpnet"]), queries=rows, store=truth["mpnet"]).to_dict()

    assert judged(known, "mpnet") == judged(known_file, "mpnet") == judged(known.to("mpnet"))
    for map, store in ((known, consensus), (known.to("e5"), truth["e5"])):
        assert v2v.ConfidenceScorer(map, store).score(rows).match is not None


def test_files_and_stores_take_the_name(
    demo: Load, demo_file: Callable[[str], Path], known: v2v.Map, known_file: Path, tmp_path: Path
) -> None:
    rows = demo("minilm.eval")
    expected = {None: known.translate(rows), "e5": known.to("e5").translate(rows)}
    table = pa.table({"id": range(1000), "v": pa.array(list(rows))})
    pq.write_table(table, tmp_path / "in.parquet")
    for to, whole in expected.items():
        v2v.translate_file(known_file, demo_file("minilm.eval"), tmp_path / f"{to}.npy", to=to)
        np.testing.assert_array_equal(np.load(tmp_path / f"{to}.npy"), whole)
        stores.translate(known_file, demo_file("minilm.eval"), tmp_path / f"{to}.fvecs", to=to)
        np.testing.assert_array_equal(stores.sample(tmp_path / f"{to}.fvecs"), whole)
        for map in (known, known_file):
            arrow.translate(map, tmp_path / "in.parquet", tmp_path / f"{to}.parquet", to=to, overwrite=True)
            np.testing.assert_array_equal(arrow.sample(tmp_path / f"{to}.parquet"), whole)
        made = json.loads(pq.read_schema(tmp_path / f"{to}.parquet").metadata[b"vec2vec"])
        assert made["target"] == (to or "consensus")
    arrow.translate(known.to("e5"), tmp_path / "in.parquet", tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "e5.parquet").read_bytes()

    for call in (v2v.translate_file, stores.translate, arrow.translate):
        source = tmp_path / "in.parquet" if call is arrow.translate else demo_file("minilm.eval")
        target = tmp_path / ("no.parquet" if call is arrow.translate else "no.npy")
        with pytest.raises(v2v.BadInputError, match="`to`: The map has no target 'bge'"):
            call(known_file, source, target, to="bge")
        assert not target.exists()


def test_indexes_take_the_name(demo: Load, known: v2v.Map, known_file: Path, tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss")
    rows = demo("minilm.eval")
    index = faiss.IndexFlatIP(384)
    index.add(rows)
    faiss.write_index(index, str(tmp_path / "in.faiss"))
    stores.translate(known_file, tmp_path / "in.faiss", tmp_path / "out.faiss", to="mpnet")
    np.testing.assert_array_equal(stores.sample(tmp_path / "out.faiss"), known.to("mpnet").translate(rows))
    assert json.loads((tmp_path / "out.faiss.provenance.json").read_text())["map"]["target"] == "mpnet"
    stores.translate(known_file, tmp_path / "in.faiss", tmp_path / "all.faiss")
    np.testing.assert_array_equal(stores.sample(tmp_path / "all.faiss"), known.translate(rows))


def test_the_shell_takes_the_name(demo: Load, demo_file: Callable[[str], Path], known: v2v.Map, known_file: Path, tmp_path: Path) -> None:
    def shell(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vec2vec_cpp", "translate", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    done = shell(known_file, demo_file("minilm.eval"), "-o", tmp_path / "out.npy", "--to", "e5")
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), known.to("e5").translate(demo("minilm.eval")))
    failed = shell(known_file, demo_file("minilm.eval"), "-o", tmp_path / "no.npy", "--to", "bge")
    assert failed.returncode == 2 and "--to: The map has no target 'bge'" in failed.stderr
    assert "`" not in failed.stderr and not (tmp_path / "no.npy").exists()
