# SPDX-License-Identifier: Apache-2.0
"""Pages: HTML that holds its figures, loads nothing and draws itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from ._errors import BadInputError
from ._files import require_free, written_whole
from ._options import Path as AnyPath
from ._plots import clouds
from ._show import Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def save_with_figures(path: AnyPath, html: str, figures: str, overwrite: bool) -> None:
    """Writes a page, and its figures beside it with the ending .json."""
    page = Path(path)
    if page.suffix == ".json":
        raise BadInputError("the page and its JSON would be one file", str(page), "a name that ends in .html")
    files = {page.with_suffix(".json"): figures, page: html}
    for target in files:
        require_free(target, overwrite)
    for target, text in files.items():
        with written_whole(target) as temporary:
            temporary.write_text(text, encoding="utf-8")


@dataclass(frozen=True, repr=False)
class AlignmentPage(Shown):
    """The page of an alignment: what was found, and whether to believe it. See `Alignment.report`. `to_dict()` has every figure."""

    _json: str = field(repr=False)

    def _line(self) -> str:
        return f"{len(self.to_html()) // 1000} kB; `save` writes it"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that a notebook and the page do not share styles and scripts."""
        return (
            '<iframe title="alignment" sandbox="allow-scripts" style="width: 100%; height: 44rem; border: 0"'
            f' srcdoc="{escape(self.to_html(), quote=True)}"></iframe>'
        )

    def to_dict(self) -> dict[str, Any]:
        """The figures of the page."""
        result: dict[str, Any] = json.loads(self._json)
        return result

    def to_html(self) -> str:
        """A page that loads nothing and draws itself."""
        return _core.align_page(self._json)

    def plot(self, ax: Axes | None = None) -> list[Axes]:
        """Draws the rows of both spaces in one plane, before and after the map, each into new axes of matplotlib, and returns
        these; into ax, after alone. Of spaces of unlike dimensions the shorter rows have zeros behind them before the map."""
        portrait = self.to_dict()["portrait"]
        before = [("Before the map", portrait["before"])] if "before" in portrait else []
        views = [*before, ("After", portrait["after"][0])]
        return clouds(ax, views, (portrait["source"]["name"], portrait["after"][0]["space"]))

    def save(self, path: AnyPath, *, overwrite: bool = False) -> None:
        """Writes the page, and its figures beside it with the ending .json. BadInputError: either exists, unless overwrite."""
        save_with_figures(path, self.to_html(), self._json, overwrite)
