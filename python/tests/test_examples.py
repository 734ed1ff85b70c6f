# SPDX-License-Identifier: Apache-2.0
"""The example and the notebooks run on the demo data; they assert what they claim."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from notebooks import NOTEBOOKS, executed, page  # noqa: E402

SCRIPTS = sorted((ROOT / "examples" / "python").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.stem))
def test_a_script_runs(script: Path, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(script), str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: str(notebook.stem))
def test_a_notebook_runs(notebook: Path) -> None:
    cells = [cell for cell in executed(notebook).cells if cell.cell_type == "code"]
    drawn = [output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert drawn and not any(output.output_type == "error" for cell in cells for output in cell.outputs)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: str(notebook.stem))
def test_the_outputs_kept_are_of_all_cells(notebook: Path, tmp_path: Path) -> None:
    text = page(notebook, tmp_path)
    assert text.startswith("# ") and "](../docs/" in text and "](../../" not in text
    pictures = sorted(path.name for path in tmp_path.iterdir())
    assert pictures and all(f"]({name})" in text for name in pictures) and "```text\n" in text


def test_there_are_enough() -> None:
    assert len(SCRIPTS) >= 1 and len(NOTEBOOKS) >= 3
