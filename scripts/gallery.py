# SPDX-License-Identifier: Apache-2.0
"""The gallery: ten commands with what they print on a terminal of 80 columns, as SVG, and the page that shows them.

    python3 scripts/gallery.py build/release/cli/vec2vec     writes docs/gallery.md and docs/images/gallery/

The commands run in a folder of the demo's vectors (examples/data); times differ from run to run.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLUMNS, CHARACTER, LINE, PAD = 80, 8.0, 19, 16
POLICY = '{"verdict": "ALIGNED", "min_probability": 0.95, "min_top1": 0.9}'


@dataclass(frozen=True)
class Shot:
    name: str
    title: str
    command: str


SHOTS = (
    Shot("inspect", "What is in the file?", "vec2vec inspect minilm.a.npy"),
    Shot("fingerprint", "One model, two that align, or neither?", "vec2vec inspect --fingerprint minilm.a.npy mpnet.b.npy"),
    Shot("align", "The map, without pairs", "vec2vec align minilm.a.npy mpnet.b.npy -o map.safetensors"),
    Shot("evaluate", "Is it right?", "vec2vec evaluate --map map.safetensors minilm.eval.npy mpnet.eval.npy"),
    Shot(
        "translate",
        "Translate, and say of each row how sure it is",
        "vec2vec translate map.safetensors minilm.eval.npy -o in-mpnet.npy --confidence confidence.csv --store mpnet.eval.npy",
    ),
    Shot("refuse", "Rows of another model are refused", "vec2vec translate map.safetensors e5.eval.npy -o nonsense.npy"),
    Shot(
        "gate",
        "A gate for CI",
        "vec2vec gate map.safetensors --policy policy.json --eval-a minilm.eval.npy --eval-b mpnet.eval.npy",
    ),
    Shot("measure", "How alike are two spaces?", "vec2vec measure minilm.eval.npy mpnet.eval.npy"),
    Shot("defend", "Change a store under a key", "vec2vec defend minilm.a.npy -o hidden.npy --steps rotate,noise=0.1 --key key.txt"),
    Shot(
        "audit",
        "What does a store give away?",
        "vec2vec audit minilm.a.npy --public-vectors mpnet.b.npy --no-defences -o audit.html",
    ),
)


def printed(command: str, folder: Path, program: Path) -> str:
    """The output of a command on a terminal, with its colours."""
    main, side = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment |= {"PATH": f"{program.parent}:{os.environ['PATH']}", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    process = subprocess.Popen(command, shell=True, cwd=folder, env=environment, stdout=side, stderr=side, stdin=side)
    os.close(side)
    parts = []
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not part:
            break
        parts.append(part)
    process.wait()
    os.close(main)
    return b"".join(parts).decode()


def screen(text: str) -> list[list[tuple[str, str]]]:
    """Lines of (character, style) as they stand in the end; a style is the numbers of the colour sequence before it."""
    lines: list[list[tuple[str, str]]] = [[]]
    column, style = 0, ""
    for sequence, kind, character in re.findall(r"\x1b\[([\d;]*)([A-Za-z])|(.)", text, re.DOTALL):
        if kind == "m":
            style = "" if sequence in ("", "0") else sequence
        elif kind == "K":
            del lines[-1][0 if sequence == "2" else column :]
        elif character == "\r":
            column = 0
        elif character == "\n":
            lines.append([])
            column = 0
        elif character:
            if column == COLUMNS:
                lines.append([])
                column = 0
            lines[-1][column:] = [(character, style), *lines[-1][column + 1 :]]
            column += 1
    while lines and not any(character.strip() for character, _ in lines[-1]):
        lines.pop()
    return lines


def classes(style: str) -> str:
    """Names of the stylesheet: c1 for bold, c31 for red, ..."""
    return " ".join(f"c{int(number)}" for number in style.split(";") if number)


def drawn(command: str, lines: list[list[tuple[str, str]]]) -> str:
    typed = textwrap.wrap(command, COLUMNS - 4, break_on_hyphens=False)
    rows = [
        [("$" if first else " ", "90"), (" ", ""), *((character, "1") for character in part + ("" if last else " \\"))]
        for number, part in enumerate(typed)
        for first, last in ((number == 0, number == len(typed) - 1),)
    ] + lines
    width, height = COLUMNS * CHARACTER + 2 * PAD, len(rows) * LINE + 2 * PAD
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}">',
        "<style>text{font:13.3px ui-monospace,'DejaVu Sans Mono','Liberation Mono',monospace;fill:#e6e4df;white-space:pre}"
        ".c1{font-weight:bold}.c31,.c91{fill:#ff9a94}.c32,.c92{fill:#86d9a6}.c33,.c93{fill:#e3c14c}"
        ".c34,.c94{fill:#85aaff}.c35,.c95{fill:#d69bec}.c36,.c96{fill:#5ccbe0}.c2,.c90{fill:#a4a9b4}</style>",
        f'<rect width="{width:g}" height="{height}" rx="8" fill="#16181d"/>',
    ]
    for number, row in enumerate(rows):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end][1] == row[start][1]:
                end += 1
            text = "".join(character for character, _ in row[start:end])
            if text.strip():
                left = PAD + CHARACTER * (start + len(text) - len(text.lstrip()))
                shown = text.strip()
                svg.append(
                    f'<text x="{left:g}" y="{PAD + LINE * number + 14}" textLength="{CHARACTER * len(shown):g}"'
                    f' class="{classes(row[start][1])}">{escape(shown)}</text>'.replace(' class=""', "")
                )
            start = end
    return "\n".join([*svg, "</svg>"]) + "\n"


def page() -> str:
    parts = ["# Gallery\n\nTen commands on the demo's vectors, as a terminal shows them. `scripts/gallery.py` made the pictures.\n"]
    for shot in SHOTS:
        picture = f"![`{shot.command}` and what it prints](images/gallery/{shot.name}.svg)"
        parts.append(f"## {shot.title}\n\n{picture}\n")
    return "\n".join(parts)


def main(program: Path) -> None:
    images = ROOT / "docs" / "images" / "gallery"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in (ROOT / "examples" / "data").glob("*.npy"):
            shutil.copy(path, folder)
        (folder / "policy.json").write_text(POLICY)
        (folder / "key.txt").write_text("3f" * 32)
        for shot in SHOTS:
            (images / f"{shot.name}.svg").write_text(drawn(shot.command, screen(printed(shot.command, folder, program))))
    (ROOT / "docs" / "gallery.md").write_text(page())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).resolve())
