# SPDX-License-Identifier: Apache-2.0
"""Tables of several known spaces and of pictures."""

from statistics import median

from ..env import RESULTS
from ..records import records_of


def known_spaces_table():
    """Median top-1 over the seeds, with the lowest. Of the single known spaces the first one."""
    records = records_of(RESULTS / "known_spaces.jsonl")
    print("| unknown | known | rows | seeds | top-1, median (lowest) | of the oracle | ALIGNED | first known alone | its oracle | seconds |\n|---|---|---|---|---|---|---|---|---|---|")
    cells = sorted({(r["unknown"], len(r["known"]), r["rows"]) for r in records if r["rows"] != "oracle"})
    for unknown, count, rows in cells:
        runs = [r for r in records if (r["unknown"], len(r["known"]), r["rows"]) == (unknown, count, rows)]
        best = next((r for r in records if (r["unknown"], len(r["known"]), r["rows"]) == (unknown, count, "oracle")), None)
        top = [r["top1"] for r in runs]
        first = runs[0]["known"][0]
        cell = [unknown, count, f"{rows:,}", len(runs), f"{median(top):.3f} ({min(top):.3f})"]
        cell += [f"{median(top) / best['top1']:.3f}" if best else "-", f"{sum(r['verdict'] == 'ALIGNED' for r in runs)}/{len(runs)}"]
        cell += [f"{median(r['single'][first] for r in runs):.3f}", f"{best['single'][first]:.3f}" if best else "-"]
        print("| " + " | ".join(map(str, cell + [f"{median(r['seconds'] for r in runs):.0f}"])) + " |")


def pictures_table():
    records = records_of(RESULTS / "pictures.jsonl")
    print("| pictures | captions | known pairs | seeds | FOSCTTM: median (worst) | top-10: median (worst) | ALIGNED | seconds |\n|---|---|---|---|---|---|---|---|")
    for cell in sorted({(len(r["pictures"]), "+".join(r["pictures"]), len(r["captions"]), "+".join(r["captions"]), str(r["pairs"])) for r in records}):
        runs = [r for r in records if ("+".join(r["pictures"]), "+".join(r["captions"]), str(r["pairs"])) == (cell[1], cell[3], cell[4])]
        wrong, top = [r["foscttm"] for r in runs], [r["top10"] for r in runs]
        values = [cell[1], cell[3], cell[4], len(runs), f"{median(wrong):.3f} ({max(wrong):.3f})", f"{median(top):.3f} ({min(top):.3f})"]
        aligned = "-" if cell[4] == "all" else f"{sum(r['verdict'] == 'ALIGNED' for r in runs)}/{len(runs)}"
        print("| " + " | ".join(map(str, [*values, aligned, f"{median(r['seconds'] for r in runs):.0f}"])) + " |")
