# SPDX-License-Identifier: Apache-2.0
"""Checks that a built site loads nothing from a network: no script, style, font or image of its pages and styles is elsewhere.

    python3 scripts/site_check.py FOLDER
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

ELSEWHERE = re.compile(r"\s*(?:\w+:)?//")
IN_STYLE = re.compile(r"(?:url\(|@import)\s*[\"']?((?:\w+:)?//[^\"')]*)")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":  # a link that the reader may follow
            return
        for name, value in attrs:
            if name in ("src", "srcset", "href", "data", "poster") and ELSEWHERE.match(value or ""):
                self.found.append(f"{tag} {name}={value}")


def main(site: Path) -> None:
    found = []
    pages = sorted(site.rglob("*.html"))
    for path in pages:
        page = Page()
        page.feed(path.read_text())
        found += [f"{path.relative_to(site)}: {what}" for what in page.found]
    for path in [*pages, *site.rglob("*.css")]:
        found += [f"{path.relative_to(site)}: {what}" for what in IN_STYLE.findall(path.read_text())]
    if found or not pages:
        sys.exit("\n".join(found) or f"{site} has no pages")
    print(f"{len(pages)} pages, none of which loads anything from elsewhere")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
