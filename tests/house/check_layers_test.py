#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The layer check passes on this tree, and finds what is planted in a copy of a small one."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = "core: | error\nio: core | rows\nalign: core io | align\n"


def check(root):
    done = subprocess.run([sys.executable, ROOT / "scripts" / "check_layers.py", "--root", root], capture_output=True, text=True)
    return done.returncode, done.stdout


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.write("src/layers.txt", LAYERS)
        for folder, used in {"core": "nothing else of src/", "io": "core", "align": "core, io"}.items():
            self.write(f"src/{folder}/README.md", f"What it is.\nUses: {used}.\nStart reading: `README.md`.\n")
        self.write("include/vec2vec/rows.h", '#include "vec2vec/error.h"\n')
        self.write("include/vec2vec/error.h", "")
        self.write("include/vec2vec/align.h", '#include "vec2vec/rows.h"\n')
        self.write("src/align/align.cpp", '#include "vec2vec/align.h"\n#include "io/file.h"\n#include <vector>\n')

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def refused(self, *parts):
        code, told = check(self.root)
        self.assertEqual(code, 1, told)
        for part in parts:
            self.assertIn(part, told)

    def test_this_tree(self):
        self.assertEqual(check(ROOT), (0, "all includes follow src/layers.txt\n"))

    def test_nothing_planted(self):
        self.assertEqual(check(self.root)[0], 0)

    def test_an_include_from_below(self):
        self.write("src/io/file.cpp", '#include "align/climb.h"\n')
        self.refused("src/io/file.cpp: io may not use align (align/climb.h)")

    def test_a_public_header_counts_for_its_folder(self):
        self.write("src/io/file.cpp", '#include "vec2vec/align.h"\n')
        self.refused("io may not use align (vec2vec/align.h)")

    def test_a_circle_in_the_list(self):
        self.write("src/layers.txt", LAYERS.replace("io: core", "io: core align"))
        self.refused("io uses align, which is not above it")

    def test_a_folder_without_a_readme(self):
        (self.root / "src/io/README.md").unlink()
        self.refused("src/io/README.md: there is none")

    def test_a_readme_that_is_not_true(self):
        self.write("src/align/README.md", "What it is.\nUses: core.\nStart reading: `climb.h`.\n")
        self.refused("src/align/README.md: its lines must be: what the folder is, `Uses: core, io.`, `Start reading: ...`")

    def test_a_readme_that_names_no_file(self):
        self.write("src/align/README.md", "What it is.\nUses: core, io.\nStart reading: `climb.h`.\n")
        self.refused("src/align/README.md: there is no climb.h")

    def test_a_folder_within_a_folder_has_one_too(self):
        self.write("src/io/binary/npy.cpp", "")
        self.refused("src/io/binary/README.md: there is none")

    def test_a_folder_that_is_too_large(self):
        for number in range(13):
            self.write(f"src/io/binary/format_{number}.cpp", "")
        self.refused("src/io/binary: 13 sources")

    def test_a_folder_of_the_command_too(self):
        for number in range(13):
            self.write(f"cli/maps/command_{number}.cpp", "")
        self.refused("cli/maps: 13 sources", "cli/maps/README.md: there is none")

    def test_a_folder_without_a_line(self):
        self.write("src/new/idea.cpp", "")
        self.refused("src/layers.txt does not name new")


if __name__ == "__main__":
    unittest.main()
