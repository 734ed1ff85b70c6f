# SPDX-License-Identifier: Apache-2.0
"""The README is short; scripts/wheel_test.sh runs its blocks as written. The first steps of docs/python.md and docs/postgres.md lead from a
store to a translated one; scripts/first_steps.sh runs them in a clean clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from first_steps import check_outputs, commands_of, make_inputs  # noqa: E402


def run(commands: list[str], programs: Path, folder: Path) -> None:
    path = f"{programs}:{os.environ['PATH']}"
    for command in commands:
        subprocess.run(command, shell=True, check=True, cwd=folder, env={**os.environ, "PATH": path})


def block(language: str) -> str:
    """The README's block of code in this language."""
    found = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(found) == 1, f"the README has {len(found)} blocks of {language}"
    return str(found[0])


def test_the_readme_takes_a_minute() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
    assert len(block("python").splitlines()) <= 8 and len(block("sh").splitlines()) <= 5


@pytest.mark.parametrize("user", ["numpy", "pandas, Arrow"])
def test_the_first_steps_in_python(user: str, tmp_path: Path) -> None:
    commands = commands_of(user)
    assert len(commands) <= 5 and "pip install" in commands[1]
    make_inputs(tmp_path)
    run(commands[2:], Path(sys.executable).parent, tmp_path)
    check_outputs(tmp_path, user)


def test_the_first_steps_in_psql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = import_module("postgres_server")
    if not (server.BINARIES["0.8"] / "psql").exists():
        pytest.skip("no server: scripts/setup.sh --postgres")
    commands = commands_of("psql")
    assert len(commands) <= 5 and "cmake --build" in commands[0]
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # root starts the server as another user
        data = Path(folder) / "server"
        monkeypatch.setenv("DB", server.start(data, "0.8", ["fsync=off"]))
        try:
            make_inputs(tmp_path)
            run(commands[1:], Path(os.environ["VEC2VEC_CLI"]).parent, tmp_path)
            check_outputs(tmp_path, "psql")
        finally:
            server.kill(data)
