"""The commands of the README lead from a store to a translated one. scripts/first_steps.sh runs them in a clean clone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from first_steps import check_outputs, commands_of, make_inputs  # noqa: E402


@pytest.mark.parametrize("user", ["numpy", "pandas, Arrow"])
def test_the_commands_of_the_readme(user: str, tmp_path: Path) -> None:
    commands = commands_of(user)
    assert len(commands) <= 5 and "pip install" in commands[1]
    make_inputs(tmp_path)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for command in commands[2:]:
        subprocess.run(command, shell=True, check=True, cwd=tmp_path, env={**os.environ, "PATH": path})
    check_outputs(tmp_path, user)
