# SPDX-License-Identifier: Apache-2.0
"""Dot and line plots for the pages of results, as SVG that follows the reader's light or dark. Standard library only."""

import math
import re

STYLE = """<style>
text { font-family: system-ui, 'Segoe UI', 'Liberation Sans', sans-serif; font-size: 13px; fill: #1d1f24 }
.soft { fill: #5c616c } .grid { stroke: #d5d2cb } .c0 { fill: #2456c5 } .c1 { fill: #b8480b } .c2 { fill: #16794f } .c3 { fill: #8e3fa8 } .c4 { fill: #9a7400 }
.l0 { stroke: #2456c5 } .l1 { stroke: #b8480b } .l2 { stroke: #16794f } .l3 { stroke: #8e3fa8 } .l4 { stroke: #9a7400 } .line { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e9e7e2 } .soft { fill: #a4a9b4 } .grid { stroke: #3c424d } .c0 { fill: #85aaff } .c1 { fill: #ff9a5c } .c2 { fill: #5fd3a0 } .c3 { fill: #d69bec } .c4 { fill: #e3c14c }
.l0 { stroke: #85aaff } .l1 { stroke: #ff9a5c } .l2 { stroke: #5fd3a0 } .l3 { stroke: #d69bec } .l4 { stroke: #e3c14c }
}
</style>"""
SHAPES = ["M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", "M-5 -5h10v10h-10z", "M0 -6l6 10h-12z", "M0 -6l6 6l-6 6l-6 -6z", "M-5 -2h3v-3h4v3h3v4h-3v3h-4v-3h-3z"]
LEFT, RIGHT, STEP, TOP = 256, 740, 24, 50


def plain(text):
    return re.sub(r"[`*]", "", text).replace("&", "&amp;").replace("<", "&lt;")


def value_of(cell):
    """The figure of a cell: the bold one, the one between two slashes, or the first."""
    bold = re.search(r"\*\*([-+\d.,e]+)\*\*", cell)
    found = bold.group(1) if bold else next(iter(re.findall(r"[-+]?\d[\d,]*\.?\d*", re.sub(r"\([^)]*\)", "", cell))), None)
    return float(found.replace(",", "")) if found else None


def dot_plot(title, axis, rows, low=0.0, high=None):
    """rows: [(name, {series: value or None})]; the axis goes from low to high, or to the largest value."""
    series = list(dict.fromkeys(name for _, values in rows for name in values))
    largest = max(v for _, values in rows for v in values.values() if v is not None)
    high = high if high is not None else largest * 1.05
    x = lambda v: LEFT + (RIGHT - LEFT) * (v - low) / (high - low)
    bottom, parts, at = TOP + STEP * len(rows), [], 12
    for k in range(6):
        tick = low + (high - low) * k / 5
        parts.append(f'<path class="grid" d="M{x(tick):.1f} {TOP - 12}V{bottom - 6}"/>')
        parts.append(f'<text class="soft" text-anchor="middle" x="{x(tick):.1f}" y="{bottom + 12}">{tick:,.3g}</text>' if high < 1000 else f'<text class="soft" text-anchor="middle" x="{x(tick):.1f}" y="{bottom + 12}">{tick:,.0f}</text>')
    parts.append(f'<text class="soft" text-anchor="middle" x="{(LEFT + RIGHT) / 2}" y="{bottom + 32}">{axis}</text>')
    for k, name in enumerate(series):
        parts.append(f'<path class="c{k % 5}" transform="translate({at} 18)" d="{SHAPES[k % 5]}"/><text x="{at + 10}" y="22">{plain(name)}</text>')
        at += 34 + 7 * len(name)
    for i, (name, values) in enumerate(rows):
        y = TOP + STEP * i + 4
        label = plain(name)
        parts.append(f'<text text-anchor="end" x="{LEFT - 14}" y="{y + 4}">{label if len(label) < 34 else label[:32] + "…"}</text>')
        for k, one in enumerate(series):
            if values.get(one) is not None:
                parts.append(f'<path class="c{k % 5}" fill-opacity=".8" transform="translate({x(values[one]):.1f} {y})" d="{SHAPES[k % 5]}"/>')
    size = f'viewBox="0 0 780 {bottom + 42}" width="780" height="{bottom + 42}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">', f"<title>{plain(title)}</title>", STYLE, *parts, "</svg>\n"])


def line_plot(title, x_axis, y_axis, lines, x_ticks):
    """lines: {name: [(x, y, lowest y)]}, y between 0 and 1; x has a logarithmic scale. A thin line goes down to the lowest y."""
    left, right, top, bottom = 64, 740, 34 + 20 * len(lines), 334 + 20 * len(lines)
    ends = [math.log(value) for line in lines.values() for value, _, _ in line]
    x = lambda v: left + 20 + (right - left - 40) * (math.log(v) - min(ends)) / (max(ends) - min(ends))
    y = lambda v: bottom - (bottom - top) * v
    parts = []
    for k in range(6):
        parts.append(f'<path class="grid" d="M{left} {y(k / 5):.1f}H{right}"/><text class="soft" text-anchor="end" x="{left - 8}" y="{y(k / 5) + 4:.1f}">{k / 5:g}</text>')
    for tick in x_ticks:
        parts.append(f'<text class="soft" text-anchor="middle" x="{x(tick):.1f}" y="{bottom + 18}">{tick:,}</text>')
    parts.append(f'<text class="soft" text-anchor="middle" x="{(left + right) / 2}" y="{bottom + 40}">{x_axis}</text><text class="soft" x="12" y="{top - 10}">{y_axis}</text>')
    for k, (name, line) in enumerate(lines.items()):
        parts.append(f'<path class="c{k % 5}" transform="translate(18 {14 + 20 * k})" d="{SHAPES[k % 5]}"/><text x="30" y="{18 + 20 * k}">{plain(name)}</text>')
        parts.append(f'<path class="line l{k % 5}" d="M' + "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value, _ in line) + '"/>')
        for at, value, lowest in line:
            parts.append(f'<path class="line l{k % 5}" stroke-opacity=".5" d="M{x(at):.1f} {y(value):.1f}V{y(lowest):.1f}"/>')
            parts.append(f'<path class="c{k % 5}" transform="translate({x(at):.1f} {y(value):.1f})" d="{SHAPES[k % 5]}"/>')
    size = f'viewBox="0 0 780 {bottom + 52}" width="780" height="{bottom + 52}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">', f"<title>{plain(title)}</title>", STYLE, *parts, "</svg>\n"])


def scatter_plots(title, panels):
    """Two plots a row of named points. panels: [(title, x axis, y axis, {name: (x, y, number of the colour)})]"""
    width, height, parts = 385, 300, []
    for k, (head, x_axis, y_axis, points) in enumerate(panels):
        left, top = 8 + k % 2 * width, 8 + k // 2 * height
        span = lambda values: (min(values) - 0.08 * (max(values) - min(values)), max(values) + 0.08 * (max(values) - min(values)))
        (x0, x1), (y0, y1) = (span([point[axis] for point in points.values()]) for axis in (0, 1))
        x = lambda v: left + 44 + (width - 76) * (v - x0) / (x1 - x0)
        y = lambda v: top + height - 52 - (height - 92) * (v - y0) / (y1 - y0)
        parts.append(f'<text x="{left + 44}" y="{top + 10}">{plain(head)}</text><text class="soft" x="{left}" y="{top + 28}">{plain(y_axis)}</text>')
        for step in range(5):
            tick_x, tick_y = x0 + (x1 - x0) * step / 4, y0 + (y1 - y0) * step / 4
            parts.append(f'<path class="grid" d="M{left + 44} {y(tick_y):.1f}H{left + width - 20}"/>')
            parts.append(f'<text class="soft" text-anchor="end" x="{left + 38}" y="{y(tick_y) + 4:.1f}">{tick_y:.2f}</text>')
            parts.append(f'<text class="soft" text-anchor="middle" x="{x(tick_x):.1f}" y="{top + height - 34}">{tick_x:.2f}</text>')
        parts.append(f'<text class="soft" text-anchor="middle" x="{left + width / 2}" y="{top + height - 16}">{plain(x_axis)}</text>')
        taken = []
        for name, (at_x, at_y, colour) in sorted(points.items(), key=lambda item: -item[1][1]):
            px, py = x(at_x), y(at_y)
            line, near_end = py + 4, px > left + width - 95
            while any(abs(line - other) < 12 and abs(px - beside) < 75 for beside, other in taken):
                line += 12
            taken.append((px, line))
            parts.append(f'<path class="c{colour % 5}" transform="translate({px:.1f} {py:.1f})" d="{SHAPES[colour % 5]}"/>')
            parts.append(f'<text style="font-size: 11px" text-anchor="{"end" if near_end else "start"}" x="{px + (-9 if near_end else 9):.1f}" y="{line:.1f}">{plain(name)}</text>')
    tall = 16 + height * -(-len(panels) // 2)
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 786 {tall}" width="786" height="{tall}" role="img">', f"<title>{plain(title)}</title>", STYLE, *parts, "</svg>\n"])
