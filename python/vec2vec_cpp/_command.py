# SPDX-License-Identifier: Apache-2.0
"""The command vec2vec: the program in this package takes the place of the Python process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent / "bin" / "vec2vec"


def run() -> None:
    """Runs the program with the arguments of this process; does not return."""
    try:
        os.execv(PROGRAM, ["vec2vec", *sys.argv[1:]])
    except OSError as error:
        print(f"error: {PROGRAM}: cannot be run: {error.strerror}", file=sys.stderr)
        print("  try: pip install --force-reinstall vec2vec-cpp", file=sys.stderr)
        sys.exit(1)
