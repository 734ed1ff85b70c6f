"""What `import vec2vec_cpp` gives, and how little it loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

import vec2vec_cpp as v2v


def test_every_public_name_is_found() -> None:
    assert sorted(v2v._MODULE_OF) == sorted(v2v.__all__)
    assert set(v2v.__all__) <= set(dir(v2v))
    for name in v2v.__all__:
        assert getattr(v2v, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        v2v.nonsense  # noqa: B018


def test_files_are_translated_without_numpy() -> None:
    code = "import sys, vec2vec_cpp as v; v.translate_file; assert 'numpy' not in sys.modules; v.Map; assert 'numpy' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
