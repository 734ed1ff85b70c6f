# SPDX-License-Identifier: Apache-2.0
"""Every comment of a public header stands above a declaration that the site's reference pages can name."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from site_reference import HEADERS, cpp_pages


class Reference(unittest.TestCase):
    def test_each_header_has_a_page(self):
        headers = {path.stem for path in HEADERS.glob("*.h")} - {"vec2vec", "c"}  # c.h is no C++: docs/c.md
        pages = cpp_pages()
        self.assertEqual(set(pages) - {"index"}, headers)
        self.assertNotIn("## Map\n", pages["inversion"])  # declared in advance there, described in map.h


if __name__ == "__main__":
    unittest.main()
