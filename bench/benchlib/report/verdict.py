# SPDX-License-Identifier: Apache-2.0
"""The verdict beside the truth: the section of the results, and the runs that the page of an alignment draws."""

import json

from ..env import ROOT
from ..records import records_of
from ..verdict_model import (
    ALIGNED,
    LEAST_SEARCHES,
    NOT_ALIGNED,
    RUNS,
    fit,
    good,
    held_out,
    probability,
    report,
    split,
    upper_bound,
    verdict,
)

TABLE = ROOT / "src" / "report" / "verdict_runs.json"
COLUMNS = ["probability", "agreement", "score_margin", "mutual_neighbours", "half_agreement", "searches_needed", "good", "test"]


def page_run(record, chance):
    evidence = record["evidence"]
    shown = [chance, *(evidence[name] for name in COLUMNS[1:5]), record["searches"] / LEAST_SEARCHES]
    return [float(f"{x:.3g}") for x in shown] + [int(good(record)), int(held_out(record))]


def page_runs():
    records = records_of(RUNS)
    train, test = split(records)
    model = fit(train)
    rows = sorted(page_run(record, probability(model, record)) for record in train + test)
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in rows)
    return f'{{"aligned":{ALIGNED},"not_aligned":{NOT_ALIGNED},"columns":{json.dumps(COLUMNS)},\n"lines":[\n{lines}]}}\n'


def write_page_runs():
    TABLE.write_text(page_runs())


def verdict_section():
    """The runs, counts and calibration of the verdict."""
    records = records_of(RUNS)
    if not records:
        return ""
    train, test = split(records)
    model = fit(train)
    lines = ["## The verdict, where the truth is known\n"]
    lines.append(f"{len(records)} runs of `bench/verdict/runs.py` cover easy and hard pairs, 500 to 9,000 rows a side, other corpora, unequal and half")
    lines.append("overlapping sides, few columns, noise, destroyed data and unrelated clusters. A run is good when its top-1 is above half of the paired oracle's. The model never saw a run")
    lines.append("with encoder l3 or corpus agnews; its figures on those (*held out*) show what to expect in use.\n")
    called = [r for r in test + train if not good(r) and verdict(probability(model, r)) == "ALIGNED"]
    shares = ", ".join(f"{r['top1'] / r['oracle']:.2f}" for r in sorted(called, key=lambda r: r["top1"] / r["oracle"]))
    lines.append(f"Failed runs that were called ALIGNED reached this share of the oracle's top-1: {shares or 'there are none'}.\n")
    lines.append("| runs | verdict | good | failed |\n|---|---|---|---|")
    for name, part in (("fitted on", train), ("held out", test)):
        counts, _, _ = report(model, part)
        for v, (bad, ok) in counts.items():
            lines.append(f"| {name} | {v} | {ok} | {bad} |")
    lines.append("")
    for name, part in (("Fitted on", train), ("Held out", test)):
        counts, curve, error = report(model, part)
        bad, ok = counts["ALIGNED"]
        all_good = sum(c[1] for c in counts.values())
        lines.append(f"{name}: {len(part)} runs; {ok} of {all_good} good ones were called ALIGNED; {bad} of {bad + ok} runs called ALIGNED had failed (95 % upper bound {upper_bound(bad, bad + ok):.3f}); calibration error {error:.3f}.")
        lines.append("Calibration (range of the probability: mean probability / share of good runs, number of runs): " + "; ".join(f"{low:g}–{min(high, 1):g}: {mean:.2f} / {rate:.2f}, {n}" for low, high, n, mean, rate in curve) + ".\n")
    return "\n".join(lines) + "\n"
