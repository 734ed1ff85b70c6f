# SPDX-License-Identifier: Apache-2.0
"""Tables of several known spaces and of pictures."""

from statistics import median

from ..env import RESULTS, ROOT
from ..records import records_of
from .marks import write_between_marks
from .plots import line_plot

# Top-1 by vectors a side as vec2vec's authors published it (arXiv 2505.12540): other texts and encoders, the best of several seeds.
PUBLISHED = [(10000, 0.01), (50000, 0.81), (100000, 0.85), (1000000, 0.95)]
PAGE, PLOT = ROOT / "docs" / "known-spaces.md", ROOT / "docs" / "images" / "known-spaces.svg"


def runs_of(records, unknown, count):
    """{rows: the runs of all seeds} of an unknown space with so many known ones."""
    found = {}
    for record in records:
        if record["unknown"] == unknown and len(record["known"]) == count and record["rows"] != "oracle":
            found.setdefault(record["rows"], []).append(record)
    return dict(sorted(found.items()))


def known_spaces_table(records):
    """Median top-1 over the seeds, with the lowest. Of the single known spaces the first one."""
    lines = ["| unknown | known | rows | seeds | top-1, median (lowest) | of the oracle | ALIGNED | first known alone | its oracle | seconds |", "|---|---|---|---|---|---|---|---|---|---|"]
    for unknown, count in sorted({(r["unknown"], len(r["known"])) for r in records}):
        best = next((r for r in records if (r["unknown"], len(r["known"]), r["rows"]) == (unknown, count, "oracle")), None)
        for rows, runs in runs_of(records, unknown, count).items():
            top, first = [r["top1"] for r in runs], runs[0]["known"][0]
            cell = [unknown, count, f"{rows:,}", len(runs), f"{median(top):.3f} ({min(top):.3f})"]
            cell += [f"{median(top) / best['top1']:.3f}" if best else "–", f"{sum(r['verdict'] == 'ALIGNED' for r in runs)}/{len(runs)}"]
            cell += [f"{median(r['single'][first] for r in runs):.3f}", f"{best['single'][first]:.3f}" if best else "–"]
            lines.append("| " + " | ".join(map(str, cell + [f"{median(r['seconds'] for r in runs):.0f}"])) + " |")
    return "\n".join(lines)


def known_spaces_plot(records, unknown):
    lines = {}
    for count in sorted({len(r["known"]) for r in records if r["unknown"] == unknown}, reverse=True):
        runs = runs_of(records, unknown, count)
        name = f"{count} known spaces, {unknown} unknown" if count > 1 else f"one known space, {unknown} unknown"
        if runs:
            lines[name] = [(rows, median(r["top1"] for r in of), min(r["top1"] for r in of)) for rows, of in runs.items()]
    lines["vec2vec as published: other texts, other encoders"] = [(rows, top1, top1) for rows, top1 in PUBLISHED]
    ticks = [500, 1000, 2000, 5000, 10000, 50000, 100000, 1000000]
    return line_plot("Top-1 by the rows of the store and the number of known spaces", "rows of the store", "top-1: median of the seeds, down to the lowest", lines, ticks)


def write_known_spaces():
    """The table and the plot of docs/known-spaces.md."""
    records = records_of(RESULTS / "known_spaces.jsonl")
    write_between_marks(PAGE, known_spaces_table(records) + "\n")
    PLOT.write_text(known_spaces_plot(records, "e5"))


def pictures_table():
    records = records_of(RESULTS / "pictures.jsonl")
    print("| pictures | captions | known pairs | seeds | FOSCTTM: median (worst) | top-10: median (worst) | ALIGNED | seconds |\n|---|---|---|---|---|---|---|---|")
    for cell in sorted({(len(r["pictures"]), "+".join(r["pictures"]), len(r["captions"]), "+".join(r["captions"]), str(r["pairs"])) for r in records}):
        runs = [r for r in records if ("+".join(r["pictures"]), "+".join(r["captions"]), str(r["pairs"])) == (cell[1], cell[3], cell[4])]
        wrong, top = [r["foscttm"] for r in runs], [r["top10"] for r in runs]
        values = [cell[1], cell[3], cell[4], len(runs), f"{median(wrong):.3f} ({max(wrong):.3f})", f"{median(top):.3f} ({min(top):.3f})"]
        aligned = "-" if cell[4] == "all" else f"{sum(r['verdict'] == 'ALIGNED' for r in runs)}/{len(runs)}"
        print("| " + " | ".join(map(str, [*values, aligned, f"{median(r['seconds'] for r in runs):.0f}"])) + " |")
