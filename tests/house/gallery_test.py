# SPDX-License-Identifier: Apache-2.0
"""The gallery shows each of its commands, with a picture that scripts/gallery.py drew of it."""

import sys
import unittest
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import gallery  # noqa: E402


class Gallery(unittest.TestCase):
    def test_the_page_is_the_scripts(self):
        self.assertEqual((ROOT / "docs" / "gallery.md").read_text(), gallery.page())
        self.assertEqual(len(gallery.SHOTS), 10)

    def test_pictures_are_of_their_commands(self):
        for shot in gallery.SHOTS:
            with self.subTest(shot=shot.name):
                tree = ElementTree.parse(ROOT / "docs" / "images" / "gallery" / f"{shot.name}.svg")
                text = " ".join(node.text for node in tree.iter("{http://www.w3.org/2000/svg}text"))
                self.assertIn(shot.command, text.replace(" \\ ", " "))
                self.assertGreater(len(text), len(shot.command) + 20)
                self.assertNotIn(str(Path.home()), text)

    def test_a_line_that_is_written_again_stands_once(self):
        lines = gallery.screen("search 10 %\r\x1b[Kdone\r\n\x1b[1;32mALIGNED\x1b[0m yes\r\n\r\n")
        self.assertEqual(["".join(character for character, _ in line) for line in lines], ["done", "ALIGNED yes"])
        self.assertEqual(lines[1][0], ("A", "1;32"))
        self.assertIn('class="c1 c32">ALIGNED</text>', gallery.drawn("x", lines))


if __name__ == "__main__":
    unittest.main()
