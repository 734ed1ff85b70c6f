# SPDX-License-Identifier: Apache-2.0
"""Defences: those of the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load


@pytest.mark.parametrize("steps", ["rotate", "project=100,noise=0.1", "permute,truncate=50,quantise=4"])
def test_gives_the_rows_of_the_command(
    cli: Cli, demo: Load, demo_file: Callable[[str], Path], tmp_path: Path, steps: str
) -> None:
    key = bytes(range(40))
    (tmp_path / "key").write_bytes(key)
    cli("defend", demo_file("minilm.eval"), "-o", tmp_path / "out.npy", "--steps", steps, "--key", tmp_path / "key")
    rows = demo("minilm.eval")
    np.testing.assert_array_equal(v2v.defend(rows, steps, key), np.load(tmp_path / "out.npy"))
    defence = v2v.Defence(steps, 384, key)
    np.testing.assert_array_equal(defence.apply(rows[700:], first_row=700), np.load(tmp_path / "out.npy")[700:])


def test_a_rotation_keeps_every_cosine(demo: Load) -> None:
    rows = demo("minilm.eval")[:50]
    rotated = v2v.defend(rows, "rotate", 7)
    assert np.abs(rotated - rows).max() > 0.05
    np.testing.assert_allclose(rotated @ rotated.T, rows @ rows.T, atol=1e-4)


def test_bad_input(demo: Load) -> None:
    rows = demo("minilm.eval")
    with pytest.raises(v2v.BadInputError, match="16 bytes"):
        v2v.defend(rows, "rotate", b"short")
    with pytest.raises(v2v.BadInputError, match="There is no such step"):
        v2v.defend(rows, "hide", 1)
    with pytest.raises(v2v.BadInputError, match="made for 384"):
        v2v.Defence("rotate", 384, 1).apply(rows[:, :100])
