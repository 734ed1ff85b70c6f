# SPDX-License-Identifier: Apache-2.0
"""Which measure of two spaces foretells how well they align: rank correlations over the benches' pairs."""

from random import Random

from ..env import RESULTS
from ..records import records_of

ROWS = 2000  # pairs of rows that were measured, and candidates
RESAMPLES = 2000
FEWEST_CASES = 4


def ranks(values):
    """1 .. n, ties averaged."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out, first = [0.0] * len(values), 0
    while first < len(order):
        end = first
        while end < len(order) and values[order[end]] == values[order[first]]:
            end += 1
        for position in order[first:end]:
            out[position] = (first + 1 + end) / 2
        first = end
    return out


def spearman(x, y):
    """None when either side does not vary."""
    x, y = ranks(x), ranks(y)
    centre = (len(x) + 1) / 2
    xy = sum((a - centre) * (b - centre) for a, b in zip(x, y))
    scale = (sum((a - centre) ** 2 for a in x) * sum((b - centre) ** 2 for b in y)) ** 0.5
    return xy / scale if scale > 0 else None


def group_of(case):
    """Both directions of a pair of encoders on a corpus: they share rows and most measures."""
    return "-".join(sorted(case["pair"].split("-"))), case["corpus"]


def interval(x, y, groups):
    """95 % bootstrap interval over groups of cases (resamples that do not vary are drawn again)."""
    random, values, members = Random(0), [], {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    members = list(members.values())
    while len(values) < RESAMPLES:
        drawn = [i for _ in members for i in members[random.randrange(len(members))]]
        value = spearman([x[i] for i in drawn], [y[i] for i in drawn])
        if value is not None:
            values.append(value)
    values.sort()
    return values[int(0.025 * RESAMPLES)], values[int(0.975 * RESAMPLES)]


def without_one(x, y, groups):
    """Smallest and largest correlation when one pair of encoders is left out."""
    values = []
    for left_out in sorted({encoders for encoders, _ in groups}):
        kept = [i for i, (encoders, _) in enumerate(groups) if encoders != left_out]
        value = spearman([x[i] for i in kept], [y[i] for i in kept])
        if value is not None:
            values.append(value)
    return min(values), max(values)


def measures_section():
    """The table, or nothing before there are enough cases. More rows align better whatever the measure, so only
    cases of one number of rows are correlated: the one with most cases."""
    by_rows = {}
    for case in {(c["pair"], c["corpus"], c["map_rows"]): c for c in records_of(RESULTS / "measure" / "pairs.jsonl")}.values():  # the last of each
        by_rows.setdefault(case["map_rows"], []).append(case)
    if not by_rows:
        return ""
    rows, cases = max(by_rows.items(), key=lambda item: (len(item[1]), item[0]))
    if len(cases) < FEWEST_CASES:
        return ""
    top1, groups = [case["top1"] for case in cases], [group_of(case) for case in cases]
    lines = []
    for key in cases[0]["measures"]:
        if any(case["measures"].get(key) is None for case in cases):
            continue
        values = [case["measures"][key] for case in cases]
        correlation = spearman(values, top1)
        if correlation is None:
            continue
        low, high = interval(values, top1, groups)
        least, most = without_one(values, top1, groups)
        cells = f"{min(values):.4f} .. {max(values):.4f} | {correlation:+.2f} | {low:+.2f} .. {high:+.2f} | {least:+.2f} .. {most:+.2f}"
        # Measures whose correlation has one sign whichever encoders are left out come first.
        lines.append((min(abs(least), abs(most)) if least * most > 0 else -1, abs(correlation), key, f"| `{key}` | {cells} |"))
    lines.sort(reverse=True)
    pairs = len({encoders for encoders, _ in groups})
    text = "## Which measure foretells the alignment?\n\n"
    text += f"The table compares values of `vec2vec measure` on {ROWS:,} pairs of rows with the top-1 that maps without pairs reach among the same\n"
    text += f"{ROWS:,} rows (median over the seeds; maps of {rows:,} rows a side, fitted on the general corpus). The {len(cases)} cases are only {len(set(groups))}\n"
    text += f"distinct pairs of encoders and corpora, from {pairs} pairs of encoders. Intervals resample those {len(set(groups))}, and the last column has the\n"
    text += f"smallest and largest correlation when one of the {pairs} is left out. Distances should correlate negatively.\n\n"
    text += f"**Before you align, look at `{lines[0][2]}`**: leaving out a pair of encoders changes its rank correlation least. With so few encoders\n"
    text += "that is a hint and no law, and measures whose intervals overlap cannot be ranked. Measures that cannot be computed for every case are\n"
    text += "left out: identity scores need equal dimensions.\n\n"
    text += "| measure | range over the cases | rank correlation with top-1 (Spearman) | 95 % interval | one pair of encoders left out |\n|---|---|---|---|---|\n"
    text += "\n".join(line[-1] for line in lines) + "\n\n"
    shown = list(dict.fromkeys([lines[0][2], "mutual_knn", "cka", "rsa", "svcca"]))
    text += "| case | maps of | top-1 | paired oracle | " + " | ".join(f"`{key}`" for key in shown) + " |\n|" + "---|" * (4 + len(shown)) + "\n"
    for case in sorted((case for of_rows in by_rows.values() for case in of_rows), key=lambda case: -case["top1"]):
        cells = [f"{case['measures'][key]:.3f}" for key in shown]
        oracle = "-" if case["oracle_top1"] is None else f"{case['oracle_top1']:.3f}"
        name = f"{case['pair'].replace('-', ' → ')}, {case['corpus']}"
        text += f"| {name} | {case['map_rows']:,} | {case['top1']:.3f} | {oracle} | " + " | ".join(cells) + " |\n"
    first = cases[0]
    text += f"\nk = {first['k']}; commit {first['revision']}. Command: `bench/verdict/measures.py`\n"
    return text
