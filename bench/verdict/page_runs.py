#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/report/verdict_runs.json: the runs of bench/results/verdict.jsonl as the page of an alignment draws them.

    bench/verdict/page_runs.py           writes the file, as bench/verdict/fit.py --write does
    bench/verdict/page_runs.py --check   ends with exit code 1 when the file does not belong to the runs

Columns: the probability by the model as it is fitted now, the evidence, whether the run was good (top-1 above half of the paired
oracle's), and whether the model was not fitted on it. Standard library only.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.report.verdict import TABLE, page_runs, write_page_runs
from benchlib.run import parser_of


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    if parser.parse_args().check:
        sys.exit(0 if TABLE.read_text() == page_runs() else f"{TABLE} does not belong to the records. Run bench/verdict/page_runs.py.")
    write_page_runs()


if __name__ == "__main__":
    main()
