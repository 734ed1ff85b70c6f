# SPDX-License-Identifier: Apache-2.0
"""Runs every command of a tutorial, block after block in one shell, and compares the output with the page.

    python3 scripts/tutorial.py [PAGE]      default: docs/tutorial.md; needs build/release or builds it

A block ```sh is run; a block ```text that follows it is what it prints: the words, and the numbers to a tenth, but for times
("5 s"). A line "..." stands for any lines.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
END = "\x1e"  # printed behind each block
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?")


def same(shown: str, printed: str) -> bool:
    shown, printed = (re.sub(r"\d+(\.\d+)? s\b", "TIME", line) for line in (shown, printed))
    if NUMBER.sub("#", shown).split() != NUMBER.sub("#", printed).split():
        return False
    pairs = zip(*([float(number.replace(",", "")) for number in NUMBER.findall(line)] for line in (shown, printed)))
    return all(abs(a - b) <= 0.1 * max(abs(a), abs(b)) + 0.005 for a, b in pairs)


def missing(shown: str, printed: str) -> str | None:
    """The first line of the page that the output lacks at its place, with the line that is there."""
    left, skip = printed.splitlines(), False
    for line in shown.splitlines():
        if line == "...":
            skip = True
            continue
        while skip and left and not same(line, left[0]):
            left.pop(0)
        found = left.pop(0) if left else ""
        if not same(line, found):
            return f"{line}\nbut: {found}"
        skip = False
    return None if skip or not left else f"(the end)\nbut: {left[0]}"


def main(page: Path) -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    commands = [(i, text) for i, (language, text) in enumerate(blocks) if language == "sh"]
    assert commands, f"{page} has no commands"
    shutil.rmtree(ROOT / "build" / page.stem, ignore_errors=True)
    script = "set -euo pipefail\n" + "".join(f"{text}printf '{END}'\n" for _, text in commands)
    run = subprocess.run(
        ["bash", "-c", script], check=False, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    outputs = run.stdout.split(END)
    for (i, text), output in zip(commands, outputs):
        print(text + output)
        if i + 1 < len(blocks) and blocks[i + 1][0] == "text" and len(outputs) > len(commands):
            lacks = missing(blocks[i + 1][1], output)
            if lacks is not None:
                sys.exit(f"{page.name} shows: {lacks}")
    if run.returncode != 0:
        sys.exit(f"{page.name}: a command ended with exit code {run.returncode}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "tutorial.md")
