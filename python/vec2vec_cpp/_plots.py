# SPDX-License-Identifier: Apache-2.0
"""Plots of results with matplotlib, in the colours of the pages: dark ones where the axes are light, light ones where they are dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._errors import BadInputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LIGHT = ("#2456c5", "#b8480b", "#16794f", "#8e3fa8", "#9a7400", "#c2255c", "#0b7c93", "#5d6470")  # --c0 to --c7 of page.css
_DARK = ("#85aaff", "#ff9a5c", "#5fd3a0", "#d69bec", "#e3c14c", "#ff86ae", "#5ccbe0", "#aab0bc")


@dataclass(frozen=True)
class Point:
    """A value with its interval, and what chance gives; None where there is none."""

    name: str
    value: float
    low: float | None
    high: float | None
    chance: float | None


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """ax, or the axes of a new figure of so many inches. ImportError without matplotlib."""
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'vec2vec-cpp[plot]'") from error
    drawn: Axes = plt.subplots(figsize=(width, height), layout="constrained")[1]
    return drawn


def colours(ax: Axes) -> tuple[str, ...]:
    """Colours that contrast with the background of the axes."""
    return _DARK if _luminance(ax.get_facecolor()) < 0.4 else _LIGHT


def _luminance(colour: Any) -> float:
    red, green, blue = colour[:3]
    return 0.2126 * float(red) + 0.7152 * float(green) + 0.0722 * float(blue)


def intervals(ax: Axes | None, points: Sequence[Point], title: str) -> Axes:
    """A row for each point: the value, its interval as a band, chance as a diamond."""
    if not points:
        raise BadInputError("has no value that could be drawn", title)
    ax = axes_or_new(ax, 6.4, 1.3 + 0.32 * len(points))
    colour, rows = colours(ax)[0], range(len(points))
    for row, point in zip(rows, points, strict=True):
        if point.low is not None and point.high is not None:
            ax.plot([point.low, point.high], [row, row], color=colour, alpha=0.35, linewidth=6, solid_capstyle="round")
    ax.plot([p.value for p in points], list(rows), "o", color=colour, label="value, 95 % interval")
    known = [(p.chance, row) for row, p in zip(rows, points, strict=True) if p.chance is not None]
    if known:
        ax.plot(*zip(*known, strict=True), "D", color=colours(ax)[7], fillstyle="none", linestyle="none", label="chance")
    ax.set_yticks(list(rows), [p.name for p in points])
    ax.set_ylim(len(points) - 0.4, -0.6)
    ax.grid(axis="x", alpha=0.3)
    ax.set_title(title)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12 - 0.3 / len(points)), ncols=2, frameon=False)
    return ax


def searches(ax: Axes | None, starts: Sequence[dict[str, Any]], title: str) -> Axes:
    """Searches in their order by their pair-free score, and the best so far."""
    ax = axes_or_new(ax, 6.4, 3.6)
    from matplotlib.ticker import MaxNLocator

    scores = [start["pair_free_score"] for start in starts]
    numbers = list(range(1, len(scores) + 1))
    best = [max(scores[:number]) for number in numbers]
    ax.plot(numbers, best, color=colours(ax)[0], drawstyle="steps-post", label="best so far")
    ax.plot(numbers, scores, "o", color=colours(ax)[1], label="search")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="search", ylabel="pair-free score", title=title)
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    return ax


def clouds(ax: Axes | None, views: Sequence[tuple[str, dict[str, Any]]], names: tuple[str, str]) -> list[Axes]:
    """The rows of both spaces in one plane, an axes for each view, beside each other; into ax only the last one."""
    if ax is None:
        first = axes_or_new(None, 5.2 * len(views), 4.6)
        figure = first.figure
        first.remove()
        every = [figure.add_subplot(1, len(views), number + 1) for number in range(len(views))]
    else:
        every, views = [ax], views[-1:]
    for drawn, (title, view) in zip(every, views, strict=True):
        for side, name, shape, colour in (("target", names[1], "o", 0), ("source", names[0], "^", 1)):
            x, y = zip(*view[side], strict=True)
            drawn.scatter(x, y, s=9, marker=shape, color=colours(drawn)[colour], alpha=0.55, linewidths=0, label=name)
        drawn.set(title=title, xticks=[], yticks=[])
        drawn.set_aspect("equal", adjustable="datalim")
        drawn.legend(frameon=False, markerscale=2)
    return every


def heat_map(
    ax: Axes | None, names: Sequence[str], values: Sequence[Sequence[float | None]], shares: Sequence[Sequence[float]], title: str
) -> Axes:
    """A square table of values, coloured by shares: 0 = chance, none, 1 = the same, full."""
    count = len(names)
    ax = axes_or_new(ax, 2.2 + 0.75 * count, 1.7 + 0.6 * count)
    from matplotlib.colors import LinearSegmentedColormap

    ground = ax.get_facecolor()
    ramp = LinearSegmentedColormap.from_list("closeness", [ground, colours(ax)[0]])
    ax.imshow(shares, cmap=ramp, vmin=0, vmax=1, aspect="auto")
    for i, line in enumerate(values):
        for j, value in enumerate(line):
            if value is not None:
                ink = "black" if _luminance(ramp(min(max(shares[i][j], 0.0), 1.0))) > 0.45 else "white"
                ax.text(j, i, f"{value:.3f}", ha="center", va="center", color=ink)
    ax.set_xticks(range(count), list(names), rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(count), list(names))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(title)
    return ax
