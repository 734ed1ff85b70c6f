#!/usr/bin/env python3
"""Checks that every folder of src/ uses only what src/layers.txt lets it use, public headers counted for the folder that
implements them, and that those lists have no circle. --root checks another tree."""

import argparse
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
EVERYONE = {"vec2vec.h"}  # gathers the public headers


def read_layers(text):
    """({folder: folders it may use}, {public header: folder}, faults)"""
    uses, owner, faults = {}, {}, []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        folder, _, rest = line.partition(":")
        allowed, _, headers = rest.partition("|")
        faults += [f"layers.txt: {folder} uses {name}, which is not above it" for name in allowed.split() if name not in uses]
        uses[folder] = set(allowed.split()) | {folder}
        owner |= {f"{name}.h": folder for name in headers.split()}
    return uses, owner, faults


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
            if used not in uses[folder]:
                faults.append(f"{name}: {folder} may not use {used} ({include})")
    return faults


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    found = check(parser.parse_args().root)
    print("\n".join(found) or "all includes follow src/layers.txt")
    sys.exit(bool(found))
