# SPDX-License-Identifier: Apache-2.0
"""What `import vec2vec_cpp` gives, and how little it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import Load


def test_every_public_name_is_found() -> None:
    assert sorted(v2v._MODULE_OF) == sorted(v2v.__all__)
    assert set(v2v.__all__) <= set(dir(v2v))
    for name in v2v.__all__:
        assert getattr(v2v, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        v2v.nonsense  # noqa: B018


def test_the_program_knows_its_version() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "vec2vec_cpp", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert shown == f"vec2vec_cpp {v2v.__version__}\n"


def test_a_sample_overwrites_nothing(demo: Load, tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", demo("minilm.eval"))

    def sample(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vec2vec_cpp", "sample", "in.npy", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    assert sample("-o", "out.npy", "--max-rows", "10").returncode == 0 and np.load(tmp_path / "out.npy").shape == (10, 384)
    again = sample("-o", "out.npy", "--max-rows", "20")
    assert again.returncode == 2 and "--force" in again.stderr and np.load(tmp_path / "out.npy").shape == (10, 384)
    assert sample("-o", "out.npy", "--max-rows", "20", "--force").returncode == 0 and np.load(tmp_path / "out.npy").shape == (20, 384)
    assert sample("-o", "out.csv").returncode == 2 and sorted(path.name for path in tmp_path.iterdir()) == ["in.npy", "out.npy"]


def test_files_are_translated_without_numpy() -> None:
    code = "import sys, vec2vec_cpp as v; v.translate_file; assert 'numpy' not in sys.modules; v.Map; assert 'numpy' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
