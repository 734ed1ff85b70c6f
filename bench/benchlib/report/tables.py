# SPDX-License-Identifier: Apache-2.0
"""Tables in Markdown, and what every section needs for them."""

import json
from statistics import median

VERDICT_NAMES = ("ALIGNED", "UNCERTAIN", "NOT_ALIGNED")


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def latest(records, *names):
    """The last record of each combination of these fields."""
    return list({json.dumps([record[name] for name in names]): record for record in records}.values())


def distinct(values):
    return ", ".join(dict.fromkeys(values))


def spread(values, form=".3f"):
    """The median, with the lowest and the highest value where they differ as they are shown."""
    low, middle, high = (f"{value:{form}}" for value in (min(values), median(values), max(values)))
    return middle if low == high else f"**{middle}** ({low} – {high})"


def verdicts(runs):
    """How many runs had each verdict: 3 / 0 / 1."""
    return " / ".join(str(sum(run["verdict"] == name for run in runs)) for name in VERDICT_NAMES)


def arrow(pair):
    return pair.replace("-", " → ")


def spans(values):
    """[0, 1, 2, 5] -> '0-2, 5'"""
    out = []
    for value in sorted(values):
        if out and value == out[-1][1] + 1:
            out[-1][1] = value
        else:
            out.append([value, value])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)
