#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every path that docs/hacking/where.md names exists."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = re.compile(r"`((?:src|include|cli|python|tests|bench|docs|scripts)(?:/[\w./-]+)?|mkdocs\.yml)`")


class Where(unittest.TestCase):
    def test_every_path_exists(self):
        found = PLACE.findall((ROOT / "docs/hacking/where.md").read_text())
        self.assertGreater(len(found), 40)
        self.assertEqual([path for path in found if not (ROOT / path).exists()], [])


if __name__ == "__main__":
    unittest.main()
