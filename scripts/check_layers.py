#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every folder of src/ uses only what src/layers.txt lets it use, public headers counted for the folder that
implements them, that those lists have no circle, that each folder begins with a README.md of three lines that says so (folders in
it, and those of cli/: of two lines), and that none holds more than a dozen sources. --root checks another tree."""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
MOST_SOURCES = 12  # in one folder
EVERYONE = {"vec2vec.h"}  # gathers the public headers


def read_layers(text):
    """({folder: folders it may use}, {public header: folder}, faults)"""
    uses, owner, faults = {}, {}, []  # the lists keep their order, which the READMEs repeat
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        folder, _, rest = line.partition(":")
        allowed, _, headers = rest.partition("|")
        faults += [f"layers.txt: {folder} uses {name}, which is not above it" for name in allowed.split() if name not in uses]
        uses[folder] = allowed.split()
        owner |= {f"{name}.h": folder for name in headers.split()}
    return uses, owner, faults


def check_readme(folder, uses=None):
    """Faults of the README.md of a folder: what it is, what it uses, where to start reading. A folder within one uses the same."""
    path = folder / "README.md"
    if not path.exists():
        return ["there is none"]
    first, *middle, last = path.read_text().splitlines() or [""]
    wanted = [] if uses is None else [f"Uses: {', '.join(uses) or 'nothing else of src/'}."]
    if not first or middle != wanted or not last.startswith("Start reading: "):
        return ["its lines must be: what the folder is" + "".join(f", `{line}`" for line in wanted) + ", `Start reading: ...`"]
    return [f"there is no {name}" for name in re.findall(r"`([^`]+)`", last) if not (folder / name).exists()]


def check(root):
    uses, owner, faults = read_layers((root / "src" / "layers.txt").read_text())
    public = root / "include" / "vec2vec"
    sources = [(path, path.relative_to(root / "src").parts[0]) for path in sorted((root / "src").rglob("*")) if path.suffix in (".h", ".cpp")]
    sources += [(path, owner.get(path.name)) for path in sorted(public.glob("*.h")) if path.name not in EVERYONE]
    for path, folder in sources:
        name = path.relative_to(root)
        if folder not in uses:
            faults.append(f"{name}: src/layers.txt does not name {folder or 'the folder that implements it'}")
            continue
        for include in INCLUDE.findall(path.read_text()):
            used = owner.get(Path(include).name) if include.startswith("vec2vec/") else include.partition("/")[0]
            if used != folder and used not in uses[folder]:
                faults.append(f"{name}: {folder} may not use {used} ({include})")
    commands = [path for path in sorted((root / "cli").rglob("*")) if path.suffix in (".h", ".cpp")]
    inner = [path for path, _ in sources if path.is_relative_to(root / "src")] + commands
    sizes = Counter(str(path.relative_to(root).parent) for path in inner)
    for folder, size in sizes.items():
        if size > MOST_SOURCES:
            faults.append(f"{folder}: {size} sources; divide it, no folder has more than {MOST_SOURCES}")
    for folder, used in uses.items():
        faults += [f"src/{folder}/README.md: {fault}" for fault in check_readme(root / "src" / folder, used)]
    deeper = {path.parent for path, _ in sources if len(path.relative_to(root).parts) > 3}
    for folder in sorted(deeper | {path.parent for path in commands} - {root / "cli"}):
        faults += [f"{folder.relative_to(root)}/README.md: {fault}" for fault in check_readme(folder)]
    return faults


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    found = check(parser.parse_args().root)
    print("\n".join(found) or "all includes follow src/layers.txt")
    sys.exit(bool(found))
