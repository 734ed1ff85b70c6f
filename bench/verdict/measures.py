#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks which measure of two spaces foretells how well they align without pairs.

    bench/verdict/measures.py [--again]

A case is a directed pair of encoders, a corpus and a number of rows that bench/quality/align.py aligned without pairs. Its outcome is
the top-1 of the stored maps (build/bench-data/maps) among 2,000 candidates of that corpus, median over the seeds; `vec2vec measure`
takes the same 2,000 pairs of rows. The corpora are general (the first 2,000 evaluation rows), and tweets, medical and agnews, which no
map was fitted on. Each case is one line of bench/results/measure/pairs.jsonl; a case that is stored for the same revision of the program
and of the maps is skipped.
"""

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import EVAL_FIRST, file_of, slice_of
from benchlib.env import BENCH_DATA, RESULTS, SHARED, run_inside
from benchlib.fits import evaluated
from benchlib.records import add_record, machine, now, records_of
from benchlib.report.measures import ROWS, measures_section
from benchlib.run import add_program, parser_of, program_of, run_measured

CORPORA = ["general", "tweets", "medical", "agnews"]


def rows_file(corpus, encoder):
    """The file of the first ROWS rows of a corpus; None when there are no vectors of this encoder."""
    import numpy as np

    if corpus == "general":
        return slice_of(encoder, EVAL_FIRST, EVAL_FIRST + ROWS) if file_of(encoder, corpus) else None
    path = SHARED / "data" / f"{corpus}.{encoder}.npy"
    assert not path.exists() or len(np.load(path, mmap_mode="r")) == ROWS, path
    return path if path.exists() else None


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS / "align", help="folder of the records of bench/quality/align.py")
    parser.add_argument("--store", type=Path, default=RESULTS / "measure" / "pairs.jsonl", help="file of the records")
    parser.add_argument("--again", action="store_true", help="also measure what is stored already")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])

    def top1(path, files):
        return evaluated(program, files, ["--map", path], ROWS)["top1"]

    aligned = {}  # records by (pair, rows)
    for file in sorted(arguments.results.glob("*.jsonl")):
        for record in records_of(file):
            if record["kind"] == "align" and not record.get("time_budget") and not record.get("effort"):
                aligned.setdefault((record["pair"], record["rows"]), []).append(record)
    program, revision = program_of(arguments.vec2vec)
    done = {(c["pair"], c["corpus"], c["map_rows"], c["map_revision"], c["revision"]) for c in records_of(arguments.store)}
    for (pair, map_rows), records in sorted(aligned.items()):
        map_revision = max(records, key=lambda record: record["date"])["revision"]
        stem = BENCH_DATA / "maps" / f"{pair}.{map_rows}"
        maps = [Path(f"{stem}.{r['seed']}.safetensors") for r in records if r["revision"] == map_revision]
        if not all(path.exists() for path in maps):
            print(f"{pair}, {map_rows} rows: no maps, left out; bench/quality/align.py --again makes them", file=sys.stderr)
            continue
        for corpus in CORPORA:
            files = [rows_file(corpus, encoder) for encoder in pair.split("-")]
            if None in files or ((pair, corpus, map_rows, map_revision, revision) in done and not arguments.again):
                continue
            # The correlations need values alone, neither nulls nor intervals.
            told = run_measured([program, "measure", *files, "--all", "--permutations", 10, "--bootstrap", 0, "--json", "--quiet"])
            measurement = told["json"]
            record = {"pair": pair, "corpus": corpus, "map_rows": map_rows, "map_revision": map_revision, "revision": revision}
            record |= {"date": now(), "machine": machine(), "rows": measurement["rows"], "k": measurement["k"]}
            record["top1_of_seeds"] = [top1(path, files) for path in maps]
            record["top1"] = median(record["top1_of_seeds"])
            oracle = Path(f"{stem}.oracle.safetensors")
            record["oracle_top1"] = top1(oracle, files) if oracle.exists() else None
            record["measures"] = {key: m["value"] for key, m in measurement["measures"].items()}
            for side in "ab":
                for name in ("intrinsic_dimension", "isotropy"):
                    record["measures"][f"{name} ({side})"] = measurement[side][name]["value"]
            add_record(arguments.store, record)
            print(f"{pair}, {corpus}, {map_rows:,} rows: top-1 {record['top1']:.4f}, {told['seconds']:.0f} s", flush=True)
    print(measures_section() or "There are too few cases for a table yet.")


if __name__ == "__main__":
    main()
