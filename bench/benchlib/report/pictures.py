# SPDX-License-Identifier: Apache-2.0
"""The pictures of README.md, each for light and for dark: docs/images/*.svg. Standard library only.

The clouds are the demo's real vectors (examples/data): `vec2vec align --report` places 500 rows a side in a plane, before the map and
after it. The other picture shows the runs of bench/quality/align.py."""

import json
import subprocess
import tempfile
from pathlib import Path

from ..env import DEMO, ROOT
from .alignment import README_ROWS, by_size, in_order, load, newest, score
from .tables import arrow

IMAGES = ROOT / "docs" / "images"
THEMES = {
    "light": {"ink": "#1d1f24", "soft": "#5c616c", "line": "#d5d2cb", "a": "#b8480b", "b": "#2456c5", "paper": "#ffffff"},
    "dark": {"ink": "#e9e7e2", "soft": "#a4a9b4", "line": "#3c424d", "a": "#ff9a5c", "b": "#85aaff", "paper": "#14161a"},
}
FONT = "font-family=\"system-ui, 'Segoe UI', 'Liberation Sans', sans-serif\""


def text(x, y, words, colour, size=15, anchor="middle", weight=400):
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}">{words}</text>'


def svg(width, height, title, parts):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" {FONT}>'
    return "\n".join([head, f"<title>{title}</title>", *parts, "</svg>\n"])


def dots(points, left, top, size, colour, radius):
    """All points as one path: strokes of no length with round ends."""
    path = "".join(f"M{left + size * (x + 1) / 2:.1f} {top + size * (1 - y) / 2:.1f}h0" for x, y in points)
    return f'<path d="{path}" stroke="{colour}" stroke-width="{2 * radius}" stroke-linecap="round" stroke-opacity=".6" fill="none"/>'


def clouds(portrait, verdict, theme):
    size, gap, top = 300, 220, 44
    right = size + gap
    before, after = portrait["before"], portrait["after"][0]
    rows = f"{portrait['source']['rows']:,} texts"
    parts = []
    for left, view in ((0, before), (right, after)):
        parts.append(dots(view["target"], left + 10, top, size - 20, theme["b"], 2.2))
        parts.append(dots(view["source"], left + 10, top, size - 20, theme["a"], 2.2))
    parts.append(text(size / 2, 22, "two models, different texts, no pairs", theme["soft"]))
    parts.append(text(right + size / 2, 22, "one space", theme["soft"]))
    foot = top + size + 12
    parts.append(f'<circle cx="8" cy="{foot - 5}" r="5" fill="{theme["a"]}"/>')
    parts.append(text(18, foot, f"MiniLM, {rows}", theme["ink"], 14, "start"))
    parts.append(f'<circle cx="168" cy="{foot - 5}" r="5" fill="{theme["b"]}"/>')
    parts.append(text(178, foot, f"MPNet, {rows}", theme["ink"], 14, "start"))
    parts.append(text(right + size / 2, foot, "MiniLM translated, MPNet as it was", theme["ink"], 14))
    middle, y = size + gap / 2, top + size / 2
    parts.append(f'<path d="M{size + 26} {y}H{right - 38}" stroke="{theme["ink"]}" stroke-width="2.5"/>')
    parts.append(f'<path d="M{right - 42} {y - 7}l14 7l-14 7z" fill="{theme["ink"]}"/>')
    parts.append(text(middle, y - 18, "vec2vec align", theme["ink"], 17, weight=600))
    parts.append(text(middle, y + 30, f"verdict: {verdict}", theme["soft"], 14))
    return svg(2 * size + gap, foot + 14, "Vectors of two models before and after the map: two clouds apart, then one cloud", parts)


def demo_portrait(program):
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        command = [program, "align", DEMO / "minilm.a.npy", DEMO / "mpnet.b.npy", "-o", Path(folder) / "map.safetensors", "--report", page, "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        report = json.loads(page.with_suffix(".json").read_text())
    return report["portrait"], report["verdict"]


def results(theme):
    groups = by_size(load())
    ours, oracles, rivals = (groups[(README_ROWS, "", kind)] for kind in ("align", "oracle", "mini-vec2vec"))
    pairs, left, right, step, top = in_order(ours), 150, 720, 30, 62
    x = lambda v: left + (right - left) * v
    bottom = top + step * len(pairs)
    parts = []
    for k in range(6):
        parts.append(f'<path d="M{x(k / 5)} {top - 14}V{bottom - 6}" stroke="{theme["line"]}"/>')
        parts.append(text(x(k / 5), bottom + 12, f"{k / 5:g}", theme["soft"], 13))
    parts.append(text((left + right) / 2, bottom + 34, "top-1 of 4,096 held-out rows", theme["soft"], 13))
    legend = [("o", "paired oracle"), ("dot", "vec2vec.cpp, no pairs: every seed"), ("x", "mini-vec2vec, no pairs: every seed")]
    mark = {
        "o": lambda a, b: f'<circle cx="{a:.1f}" cy="{b}" r="7" fill="none" stroke="{theme["ink"]}" stroke-width="1.6"/>',
        "dot": lambda a, b: f'<circle cx="{a:.1f}" cy="{b}" r="4.5" fill="{theme["b"]}" fill-opacity=".6"/>',
        "x": lambda a, b: f'<path d="M{a - 5:.1f} {b - 5}l10 10m0 -10l-10 10" stroke="{theme["a"]}" stroke-width="2.2"/>',
    }
    at = 40
    for kind, words in legend:
        parts += [mark[kind](at, 20), text(at + 13, 25, words, theme["ink"], 14, "start")]
        at += 34 + 7.2 * len(words)
    for row, pair in enumerate(pairs):
        y = top + step * row + 4
        parts.append(text(left - 16, y + 5, arrow(pair), theme["ink"], 14, "end"))
        parts.append(mark["o"](x(score(oracles[pair][-1], "top1")), y))
        parts += [mark["x"](x(score(run, "top1")), y) for run in rivals.get(pair, [])]
        parts += [mark["dot"](x(score(run, "top1")), y) for run in newest(ours[pair])]
    return svg(760, bottom + 44, "Top-1 without pairs beside a paired oracle, for seven pairs of encoders", parts)


def draw_results():
    for name, theme in THEMES.items():
        (IMAGES / f"results-{name}.svg").write_text(results(theme))


def draw_clouds(program):
    portrait = demo_portrait(program)
    for name, theme in THEMES.items():
        (IMAGES / f"clouds-{name}.svg").write_text(clouds(*portrait, theme))
