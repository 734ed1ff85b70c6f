#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pages of the documentation are short: the README is read in a minute, the others in one sitting."""

import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Pages(unittest.TestCase):
    def test_pages_are_short(self):
        most = {page: 200 for page in (ROOT / "docs").rglob("*.md")} | {ROOT / "README.md": 120}
        self.assertGreater(len(most), 30)
        lines = {page: len(page.read_text().splitlines()) for page in most}
        self.assertEqual([f"{page.relative_to(ROOT)}: {lines[page]} lines" for page in most if lines[page] >= most[page]], [])


if __name__ == "__main__":
    unittest.main()
