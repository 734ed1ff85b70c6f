# SPDX-License-Identifier: Apache-2.0
"""Stores of one kind of text against public sides of another mix."""

from statistics import median

from ..env import RESULTS
from ..records import records_of
from .tables import arrow, distinct, spread, verdicts

INTRODUCTION = """A store has 2,000 rows of one kind of text (a corpus of the shared data). 512 further rows of the kind, which neither side has, are \
paired, for evaluation; chance is 0.002. The oracle is the orthogonal map of 20,000 true pairs of the general set. Command: `bench/quality/narrow.py`"""
GOOD = 0.8  # part of the oracle's top-1


def title_of(case, foreign):
    if case == "overlap":
        return f"2,000 rows of its kind; {foreign} % of the store is of another"
    return {"own": "2,000 rows of its kind", "wide": "2,000 rows of its kind and 38,000 general ones", "wrong": "2,000 rows of another kind"}[case]


def of_oracle(record, oracles):
    return record["top1"] / oracles[record["pair"], record["kind"]]


def row_of(title, runs, oracles):
    """One line of the table: the runs of one case."""
    good = [of_oracle(r, oracles) >= GOOD for r in runs]
    apart = [r["told_apart"]["match"] for r, right in zip(runs, good) if right and "told_apart" in r]
    wrong = [r for r in runs if r["verdict"] == "ALIGNED" and of_oracle(r, oracles) < 0.5]
    cells = [title, arrow(runs[0]["pair"]), str(len({r["kind"] for r in runs})), str(len(runs)), spread([r["top1"] for r in runs])]
    cells += [f"{sum(good)} of {len(runs)}", verdicts(runs), str(len(wrong)), f"{median(apart):.2f}" if apart else "–"]
    return "| " + " | ".join(cells) + " |"


def narrow_section():
    records = records_of(RESULTS / "narrow.jsonl")
    ours = [r for r in records if r["seed"] != "oracle"]
    if not ours:
        return ""
    ours = [r for r in ours if r["label"] == ours[-1]["label"]]
    oracles = {(r["pair"], r["kind"]): r["top1"] for r in records if r["seed"] == "oracle"}
    parts = ["## Stores of one kind of text\n", INTRODUCTION + "\n"]
    parts.append("| public side | pair | kinds | runs | top-1 | runs ≥ 0.8 × oracle | ALIGNED / UNCERTAIN / NOT_ALIGNED | falsely ALIGNED | AUC of the match |")
    parts.append("|---|---|---|---|---|---|---|---|---|")
    order = ["own", "overlap", "wide", "wrong"]
    cases = sorted({(order.index(r["case"]), r["foreign"], r["pair"], r["options"]) for r in ours})
    for case, foreign, pair, options in cases:
        runs = [r for r in ours if (r["case"], r["foreign"], r["pair"], r["options"]) == (order[case], foreign, pair, options)]
        parts.append(row_of(f"{title_of(order[case], foreign)} {options}".strip(), runs, oracles))
    kinds = distinct(r["kind"] for r in ours)
    machines = distinct(f"{r['machine']['cpu']}, {r['machine']['cores']} cores" for r in ours)
    parts.append(f"\nKinds: {kinds}. Falsely ALIGNED: below half of the oracle. AUC of the match: how well `translate --confidence` tells rows of the store that are of the public side's kind from the others, in runs with a good map (0.5 is chance; below it, foreign rows have the higher match). Machine: {machines}; commit {distinct(r['label'] for r in ours)}.\n")
    return "\n".join(parts)
