# SPDX-License-Identifier: Apache-2.0
"""Links between pages lead to what scripts/site.sh puts on the site; MkDocs says the same, but is not installed everywhere."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def on_site():
    """What scripts/site.sh links into the pages of the site."""
    names = re.search(r'^ln -s "\$PWD"/\{([^}]+)\}', (ROOT / "scripts" / "site.sh").read_text(), re.M)
    return [ROOT / name for name in names.group(1).split(",")]


class SiteLinks(unittest.TestCase):
    def test_every_link_leads_to_a_file_of_the_site(self):
        roots = on_site()
        pages = [page for root in roots for page in ([root] if root.is_file() else root.rglob("*.md"))]
        links = [(page, (page.parent / link).resolve()) for page in pages for link in LINK.findall(page.read_text())]
        self.assertGreater(len(links), 50)
        for page, target in links:
            with self.subTest(page=page.relative_to(ROOT), link=target.name):
                self.assertTrue(target.exists(), target)
                self.assertTrue(any(target == root or root in target.parents for root in roots), target)


if __name__ == "__main__":
    unittest.main()
