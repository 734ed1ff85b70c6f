# SPDX-License-Identifier: Apache-2.0
"""Maps: the same bytes as the command line, files, pickles, errors."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load


@pytest.mark.parametrize("centred", [False, True])
def test_translates_to_the_bytes_of_the_command(
    cli: Cli, demo: Load, paired_map: v2v.Map, map_file: Path, tmp_path: Path, centred: bool
) -> None:
    rows = demo("minilm.a")
    np.save(tmp_path / "in.npy", rows)
    cli("translate", map_file, tmp_path / "in.npy", "-o", tmp_path / "out.npy", *(["--centred"] if centred else []))
    expected = np.load(tmp_path / "out.npy")
    assert paired_map.translate(rows, centred=centred).tobytes() == expected.tobytes()
    assert paired_map.translate(rows, centred=centred, threads=1).tobytes() == expected.tobytes()
    parts = [paired_map.translate(part, centred=centred) for part in np.array_split(rows, 7)]
    assert np.concatenate(parts).tobytes() == expected.tobytes()


def test_few_rows_give_the_bytes_of_many(demo: Load) -> None:
    rows = {name: demo(f"{name}.eval") for name in ("minilm", "mpnet")}
    down = v2v.fit_paired(demo("mpnet.pairs"), demo("minilm.pairs"))
    neural = v2v.train_neural(demo("minilm.a")[:600], demo("mpnet.b")[:600], None, steps=1).map
    for map, name in ((down, "mpnet"), (neural, "minilm")):
        whole = map.translate(rows[name], ignore_fingerprint=True)
        for count in (1, 2, 7, 15, 513):
            part = map.translate(rows[name][3 : 3 + count], ignore_fingerprint=True)
            assert part.tobytes() == whole[3 : 3 + count].tobytes(), (name, count)


def test_a_file_translates_to_the_file_of_the_command(
    cli: Cli, demo_file: Callable[[str], Path], map_file: Path, tmp_path: Path
) -> None:
    cli("translate", map_file, demo_file("minilm.eval"), "-o", tmp_path / "a.fvecs")
    done = v2v.translate_file(map_file, demo_file("minilm.eval"), tmp_path / "b.fvecs")
    assert (tmp_path / "a.fvecs").read_bytes() == (tmp_path / "b.fvecs").read_bytes()
    assert done.rows == 1000 and len(done.input_sha256) == 64
    assert done.far_rows is None and done.mean_match is None  # not asked for
    assert (tmp_path / "b.fvecs.provenance.json").exists()
    with pytest.raises(v2v.BadInputError, match="exists"):
        v2v.translate_file(map_file, demo_file("minilm.eval"), tmp_path / "b.fvecs")


def test_out_is_filled_in_place(demo: Load, paired_map: v2v.Map) -> None:
    rows = demo("minilm.eval")
    out = np.empty((1000, 768), np.float32)
    assert paired_map.translate(rows, out=out) is out
    np.testing.assert_array_equal(out, paired_map.translate(rows))
    bads: list[Any] = [np.empty((999, 768), np.float32), np.empty((1000, 768)), np.empty((768, 1000), np.float32).T]
    for bad in bads:
        with pytest.raises(ValueError, match="out must be"):
            paired_map.translate(rows, out=bad)


def test_no_rows_and_one_row(demo: Load, paired_map: v2v.Map) -> None:
    assert paired_map.translate(np.empty((0, 384), np.float32)).shape == (0, 768)
    rows = demo("minilm.eval")[:1]
    assert np.linalg.norm(paired_map.translate(rows)) == pytest.approx(1, abs=1e-5)


def test_files_and_pickles_hold_the_same_map(demo: Load, paired_map: v2v.Map, tmp_path: Path) -> None:
    paired_map.save(tmp_path / "m.safetensors")
    with pytest.raises(v2v.BadInputError, match="exists"):
        paired_map.save(tmp_path / "m.safetensors")
    paired_map.save(str(tmp_path / "m.safetensors"), overwrite=True)
    assert (tmp_path / "m.safetensors").read_bytes() == paired_map.to_bytes()
    for copy in (v2v.Map.load(tmp_path / "m.safetensors"), pickle.loads(pickle.dumps(paired_map))):
        assert copy == paired_map and hash(copy) == hash(paired_map)
        assert copy.translate(demo("minilm.eval")).tobytes() == paired_map.translate(demo("minilm.eval")).tobytes()
    assert paired_map != 1


def test_tensors_are_views_that_outlive_the_name(demo: Load) -> None:
    weight = v2v.fit_paired(demo("minilm.pairs"), demo("mpnet.pairs")).weight
    assert weight.shape == (384, 768) and not weight.flags.writeable
    np.testing.assert_allclose(weight @ weight.T, np.eye(384), atol=1e-4)  # orthogonal rows


def test_facts(demo: Load, paired_map: v2v.Map) -> None:
    assert (paired_map.source_dim, paired_map.target_dim) == (384, 768)
    assert paired_map.source_mean.shape == (384,) and paired_map.target_mean.shape == (768,)
    assert paired_map.card["method"] == "Procrustes, paired" and not paired_map.is_neural
    assert 0 < paired_map.target_spread <= 1
    assert "384 -> 768" in repr(paired_map)
    assert paired_map.fits(demo("minilm.eval"))
    assert not paired_map.fits(demo("e5.eval"))
    assert not paired_map.fits(demo("mpnet.eval"))


def test_bad_rows_are_refused_and_named(demo: Load, paired_map: v2v.Map) -> None:
    rows = demo("minilm.eval")
    with pytest.raises(v2v.BadInputError, match="do not look like the model"):
        paired_map.translate(demo("e5.eval"))
    assert paired_map.translate(demo("e5.eval"), ignore_fingerprint=True).shape == (1000, 768)
    with pytest.raises(ValueError, match="dimension 768") as caught:
        paired_map.translate(demo("mpnet.eval"))
    assert isinstance(caught.value, v2v.BadInputError)
    assert caught.value.hint and caught.value.where == "rows" and "try:" in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    for value in (np.nan, np.inf, 1e39):
        broken = rows.astype(np.float64)
        broken[123, 4] = value
        with pytest.raises(v2v.BadInputError, match="row 123"):
            paired_map.translate(broken, ignore_fingerprint=True)


def test_foreign_and_truncated_files_are_refused(paired_map: v2v.Map, tmp_path: Path) -> None:
    with pytest.raises(v2v.BadInputError, match="No such file"):
        v2v.Map.load(tmp_path / "none")
    data = paired_map.to_bytes()
    for length in (0, 7, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(v2v.BadInputError):
            v2v.Map.from_bytes(data[:length])
