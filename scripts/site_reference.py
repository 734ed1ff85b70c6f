# SPDX-License-Identifier: Apache-2.0
"""Writes the pages of the site that come out of the code, as Markdown: one for each header of include/vec2vec, one for each public
module of the Python package (mkdocstrings fills those in).

    python3 scripts/site_reference.py FOLDER
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADERS = ROOT / "include" / "vec2vec"
MODULES = ("vec2vec_cpp", "vec2vec_cpp.typing", "vec2vec_cpp.arrow", "vec2vec_cpp.stores", "vec2vec_cpp.spark", "vec2vec_cpp.ray")


@dataclass
class Block:
    """A comment and the declarations below it, up to the next comment or empty line."""

    comment: list[str]
    code: list[str]

    def names(self) -> list[str]:
        """The declared names: types or, where there are none, a function or constant."""
        text = "\n".join(line for line in self.code if not line.startswith((" ", "}")))
        types = re.findall(r"^(?:enum class|class|struct|using) (\w+)", text, re.MULTILINE)
        return types or re.findall(r"(\w+)(?:\(| =)", text)[:1]


def blocks_of(header: str) -> list[Block]:
    """The public declarations of a header. clang-format sees to what this counts on: what stands at the left margin is in the
    namespace itself, and a class ends with `};` at the margin."""
    text = header[header.index("namespace vec2vec {\n") :].split("\n", 1)[1].split("\n}  // namespace vec2vec")[0]
    # Without forward declarations of other parts' types.
    text = re.sub(r"^namespace \w+ \{\n.*?^\}.*?\n|^class \w+;\n", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"\n+ private:\n.*?^\};", "\n};", text, flags=re.MULTILINE | re.DOTALL)
    found: list[Block] = []
    fresh, open_brackets, ended = True, 0, True
    for line in text.splitlines():
        inside = open_brackets > 0 or not ended
        if not line and not inside:
            fresh = True
            continue
        if fresh or (line.startswith("///") and found[-1].code):
            found.append(Block([], []))
        fresh = False
        if line.startswith("///"):
            found[-1].comment.append(line[3:].removeprefix(" "))
            continue
        found[-1].code.append(line)
        bare = line.split("//")[0].rstrip()
        open_brackets += sum(map(bare.count, "({")) - sum(map(bare.count, ")}"))
        ended = bare.endswith((";", "}"))
    assert open_brackets == 0 and ended, "a declaration without an end"
    assert all(block.names() for block in found), "a comment without a declaration below it"
    return found


def marked(found: re.Match[str]) -> str:
    """Names of pages and headers become links, and characters with a meaning in Markdown are escaped."""
    text = found.group()
    if text.endswith(".md"):
        return f"[{text}](../../{text})"
    if text.endswith(".h"):
        return f"[{text}]({text[:-2]}.md)" if (HEADERS / text).exists() else f"`{text}`"
    return "\\" + text


def prose(comment: list[str]) -> str:
    """Comments are plain text: nothing in them is Markdown but `code`. Indented lines are formulas, and stay as they are."""
    lines: list[str] = []
    for line in comment:
        formula = line.startswith("  ")
        if lines and formula != lines[-1].startswith("    "):
            lines.append("")
        parts = re.split(r"(`[^`]*`)", line)
        parts[::2] = [re.sub(r"\bdocs/[\w-]+\.md\b|[\w/]+\.h\b|[*_\[\]<>\\]", marked, part) for part in parts[::2]]
        lines.append("  " + line if formula else "".join(parts))
    return "\n".join(lines)


def cpp_pages() -> dict[str, str]:
    headers = {path.stem: blocks_of(path.read_text()) for path in sorted(HEADERS.glob("*.h")) if path.stem not in ("vec2vec", "c")}  # c.h is no C++: docs/c.md
    places: dict[str, str] = {}
    for stem, blocks in headers.items():
        for block in blocks:
            places |= {name: f"{stem}.md#{block.names()[0].lower()}" for name in block.names()}
    pages = {}
    for stem, blocks in headers.items():
        text = [f"# {stem}.h", f"```cpp\n#include <vec2vec/{stem}.h>\n```"]
        for block in blocks:
            own = block.names()
            code = re.sub("///<?", "//", "\n".join(block.code))
            used = sorted((set(re.findall(r"[A-Z]\w+", re.sub(r"//.*", "", code))) & set(places)) - set(own))
            text += [f"## {own[0]}", prose(block.comment), f"```cpp\n{code}\n```"]
            if used:
                text.append("Uses " + ", ".join(f"[`{name}`]({places[name]})" for name in used) + ".")
        pages[stem] = "\n\n".join(text) + "\n"
    table = ["| header | declares |", "|---|---|"]
    for stem, blocks in headers.items():
        names = dict.fromkeys(name for block in blocks for name in block.names())
        table.append(f"| [{stem}.h]({stem}.md) | " + ", ".join(f"[`{name}`]({places[name]})" for name in names) + " |")
    example = "../../examples/find_package"
    intro = "`#include <vec2vec/vec2vec.h>` has everything, in the namespace `vec2vec`. A program that uses it:"
    links = f"[main.cpp]({example}/main.cpp), with its [CMakeLists.txt]({example}/CMakeLists.txt)."
    pages["index"] = f"# C++\n\n{intro} {links}\n\n" + "\n".join(table) + "\n"
    return pages


def main(folder: Path) -> None:
    cpp, python = folder / "cpp", folder / "python"
    for made in (cpp, python):
        made.mkdir(parents=True, exist_ok=True)
    for stem, text in cpp_pages().items():
        (cpp / f"{stem}.md").write_text(text)
    for module in MODULES:
        (python / f"{module.removeprefix('vec2vec_cpp.')}.md").write_text(f"# {module}\n\n::: {module}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
