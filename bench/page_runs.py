#!/usr/bin/env python3
"""Writes src/report/verdict_runs.json: the runs of bench/results/verdict.jsonl as the page of an alignment draws them.

    bench/page_runs.py           writes it; bench/fit_verdict.py --write does so, too
    bench/page_runs.py --check   exits with 1 when it is not what the runs give

Columns: the evidence, the probability by the model as it is fitted now, whether the run was good (top-1 above half of the paired
oracle's), and whether the model was not fitted on it. Standard library only.
"""

import argparse
import json
import sys

import fit_verdict as verdict
from bench_env import ROOT, records_of

TABLE = ROOT / "src" / "report" / "verdict_runs.json"
COLUMNS = ["probability", "agreement", "score_margin", "mutual_neighbours", "half_agreement", "searches_needed", "good", "test"]


def row(record, probability):
    evidence = record["evidence"]
    shown = [probability, *(evidence[name] for name in COLUMNS[1:5]), record["searches"] / verdict.LEAST_SEARCHES]
    return [float(f"{x:.3g}") for x in shown] + [int(verdict.good(record)), int(verdict.held_out(record))]


def table():
    records = records_of(verdict.RUNS)
    train, test = verdict.split(records)
    model = verdict.fit(train)
    rows = sorted(row(record, verdict.probability(model, record)) for record in train + test)
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in rows)
    return f'{{"aligned":{verdict.ALIGNED},"not_aligned":{verdict.NOT_ALIGNED},"columns":{json.dumps(COLUMNS)},\n"lines":[\n{lines}]}}\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        sys.exit(0 if TABLE.read_text() == table() else f"{TABLE} is not of the runs there are: run bench/page_runs.py")
    TABLE.write_text(table())


if __name__ == "__main__":
    main()
