# SPDX-License-Identifier: Apache-2.0
"""Demo data, maps and the command line for the tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vec2vec_cpp as v2v
from vec2vec_cpp._rows import Float32

# A shell that starts a job in the background has it ignore SIGINT, and Python and its children then leave it so.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[2]
Load = Callable[[str], Float32]
Cli = Callable[..., Any]


@pytest.fixture(scope="session")
def demo() -> Load:
    """demo("minilm.eval") -> its rows as float32."""

    def load(name: str) -> Float32:
        rows: Float32 = np.load(ROOT / "examples" / "data" / f"{name}.npy").astype(np.float32)
        return rows

    return load


@pytest.fixture(scope="session")
def demo_file() -> Callable[[str], Path]:
    return lambda name: ROOT / "examples" / "data" / f"{name}.npy"


@pytest.fixture(scope="session")
def paired_map(demo: Load) -> v2v.Map:
    """minilm -> mpnet of known pairs: made in a second."""
    return v2v.fit_paired(demo("minilm.pairs"), demo("mpnet.pairs"))


@pytest.fixture(scope="session")
def map_file(paired_map: v2v.Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.safetensors"
    paired_map.save(path)
    return path


@pytest.fixture(scope="session")
def cli() -> Cli:
    """cli("evaluate", a, b, ...) -> what the command prints with --json."""
    program = Path(os.environ.get("VEC2VEC_CLI", ROOT / "build" / "release" / "cli" / "vec2vec"))
    if not program.exists():
        pytest.skip(f"{program} is not built")

    def run(*arguments: object) -> Any:
        command = [str(program), *map(str, arguments), "--json", "--quiet"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    return run
