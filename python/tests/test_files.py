# SPDX-License-Identifier: Apache-2.0
"""Files of the Python writers: whole or not at all, alone under their names, never with the provenance of others."""

from __future__ import annotations

import json
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import vec2vec_cpp as v2v
from vec2vec_cpp import _files
from vec2vec_cpp._files import UNFINISHED, sha256_of, written_whole


def note_of(path: Path) -> Path:
    return path.with_name(path.name + ".provenance.json")


def test_two_writers_of_one_name_do_not_meet(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with written_whole(target) as first, written_whole(target) as second:
        assert first != second and first.match(UNFINISHED) and second.match(UNFINISHED)
        first.write_text("first")
        second.write_text("second")
        assert not target.exists()
    assert target.read_text() == "first" and os.listdir(tmp_path) == ["out"]  # the inner one ended before


def test_without_overwrite_the_first_to_end_wins(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pytest.raises(v2v.BadInputError, match="exists already"), written_whole(target, overwrite=False) as late:
        with written_whole(target, overwrite=False) as early:
            early.write_text("early")
        late.write_text("late")
    assert target.read_text() == "early" and os.listdir(tmp_path) == ["out"]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), written_whole(tmp_path / "out", provenance=lambda sha256: "x") as path:
        path.write_text("half")
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_a_name_as_long_as_names_can_be(tmp_path: Path) -> None:
    with written_whole(tmp_path / ("x" * 255)) as path:
        path.write_text("")
    assert os.listdir(tmp_path) == ["x" * 255]


def test_permissions_are_handed_on(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with written_whole(target) as path:
        path.write_text("new")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask
    target.chmod(0o640)
    with written_whole(target) as path:
        path.write_text("newer")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_provenance_names_the_bytes_that_it_describes(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with written_whole(target, provenance=lambda sha256: json.dumps({"sha256": sha256})) as path:
        path.write_text("data")
    assert json.loads(note_of(target).read_text())["sha256"] == sha256_of(target)
    assert sorted(os.listdir(tmp_path)) == ["out", "out.provenance.json"]


@pytest.mark.parametrize("step", ["before", "after"])
def test_a_crash_never_leaves_the_provenance_of_another_file(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails while the data gets its name, or just after."""
    target = tmp_path / "out"
    target.write_text("old")
    note_of(target).write_text("of old")
    publish = _files._publish

    def crash(temporary: Path, target: Path, overwrite: bool) -> None:
        if step == "after":
            publish(temporary, target, overwrite)
        raise OSError("no such disk")

    monkeypatch.setattr(_files, "_publish", crash)
    with pytest.raises(OSError, match="no such disk"), written_whole(target, provenance=lambda sha256: "of new") as path:
        path.write_text("new")
    assert target.read_text() == ("old" if step == "before" else "new")
    assert os.listdir(tmp_path) == ["out"]


def test_what_must_not_be_replaced_keeps_its_provenance(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("old")
    note_of(target).write_text("of old")
    with (
        pytest.raises(v2v.BadInputError, match="exists already"),
        written_whole(target, overwrite=False, provenance=lambda sha256: "of new") as path,
    ):
        path.write_text("new")
    assert note_of(target).read_text() == "of old"


def test_a_full_disk_and_a_forbidden_folder_are_no_internal_errors(
    demo_file: Callable[[str], Path], map_file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.npy"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))  # writes fail as they do on a full disk
    try:
        with pytest.raises(v2v.UnavailableError, match="cannot be written") as caught:
            v2v.translate_file(map_file, demo_file("minilm.eval"), target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.where == str(target) and caught.value.hint and os.listdir(tmp_path) == []
    with pytest.raises(v2v.BadInputError) as refused:
        v2v.translate_file(map_file, demo_file("minilm.eval"), "/proc/out.npy")
    assert refused.value.hint
