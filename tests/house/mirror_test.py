#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each source has a test of its name, or a test that includes its header, or a line in tests/README.md that says where it is covered."""

import re
import unittest
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ROOT / "tests"


class Mirror(unittest.TestCase):
    sources = sorted(path.relative_to(ROOT) for path in (ROOT / "src").rglob("*.cpp"))
    lines = re.findall(r"^\| (`src/.*?) \| (.*?) \|$", (TESTS / "README.md").read_text(), re.M)
    globs = [glob for covered, _ in lines for glob in re.findall(r"`([^`]+)`", covered)]

    @staticmethod
    def matches(source, glob):
        return source.parent == Path(glob).parent and fnmatch(source.name, Path(glob).name)

    def test_every_source_is_covered(self):
        included = set()
        for path in TESTS.rglob("*"):
            if path.suffix in (".cpp", ".h"):
                included |= set(re.findall(r'#include "([^"]+)"', path.read_text(errors="replace")))
        named = {path.name for path in TESTS.rglob("*_test.cpp")}
        bare = [
            str(source)
            for source in self.sources
            if f"{source.stem}_test.cpp" not in named
            and not {str(source.relative_to("src").with_suffix(".h")), f"vec2vec/{source.stem}.h"} & included
            and not any(self.matches(source, glob) for glob in self.globs)
        ]
        self.assertGreater(len(self.sources), 200)
        self.assertEqual(bare, [])

    def test_what_the_page_names_is_there(self):
        for glob in self.globs:
            self.assertTrue(any(self.matches(source, glob) for source in self.sources), glob)
        for _, covering in self.lines:
            for path in re.findall(r"`([^`]+)`", covering):
                self.assertTrue((ROOT / path).exists(), path)


if __name__ == "__main__":
    unittest.main()
