#!/usr/bin/env python3
"""Which measure tells, before trying, how well unpaired alignment will work?

    bench/measure_predicts.py [--vec2vec PROGRAM] [--again]

A case is a directed pair of encoders, a corpus and a number of rows that bench/run.py aligned without pairs. Its outcome is the top-1
of the stored maps (build/bench-data/maps) among 2,000 candidates of that corpus, median over seeds; `vec2vec measure` takes the same
2,000 pairs of rows. Corpora: general (the first 2,000 evaluation rows), and tweets, medical and agnews, which no map was fitted on.
One JSON line a case is appended to bench/results/measure/pairs.jsonl, unless it is there for the same revision of the program and of
the maps. bench/make_results.py puts the table of rank correlations, section(), into docs/results.md.
"""

import argparse
import sys
from pathlib import Path
from random import Random
from statistics import median

from bench_env import BENCH_DATA, ROOT, SHARED, add_record, records_of, run_inside

STORE = ROOT / "bench" / "results" / "measure" / "pairs.jsonl"
CORPORA = ["general", "tweets", "medical", "agnews"]
ROWS = 2000  # pairs of rows measured, and candidates: the corpora have no more
RESAMPLES = 2000
FEWEST_CASES = 4


# --- rank correlation --------------------------------------------------------------------------------------------------------


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


# --- the table -----------------------------------------------------------------------------------------------------------------


def section(store=STORE):
    """The table for docs/results.md, or nothing before there are enough cases. More rows align better whatever the measure, so only
    cases of one number of rows are correlated: the one with most cases."""
    by_rows = {}
    for case in {(c["pair"], c["corpus"], c["map_rows"]): c for c in records_of(store)}.values():  # the last of each
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
        # First those that say the same whichever encoders are left out.
        lines.append((min(abs(least), abs(most)) if least * most > 0 else -1, abs(correlation), key, f"| `{key}` | {cells} |"))
    lines.sort(reverse=True)
    pairs = len({encoders for encoders, _ in groups})
    text = "## Which measure tells beforehand?\n\n"
    text += f"Values of `vec2vec measure` on {ROWS:,} pairs of rows against the top-1 that maps aligned without pairs reach among the same\n"
    text += f"{ROWS:,} rows (median over seeds; maps of {rows:,} rows a side, all fitted on the general corpus). {len(cases)} cases, but only {len(set(groups))} are\n"
    text += f"distinct pairs of encoders and corpora, of {pairs} pairs of encoders: intervals resample those {len(set(groups))}, and the last column has the\n"
    text += f"smallest and largest correlation when one of the {pairs} is left out. Distances should correlate negatively.\n\n"
    text += f"**Before trying, take `{lines[0][2]}`**: of all, its rank correlation suffers least from leaving out any pair of encoders. With so\n"
    text += "few encoders that is a lead, not a law; measures whose intervals overlap are not told apart. What cannot be computed for\n"
    text += "every case (identity scores need equal dimensions) is left out.\n\n"
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
    text += f"\nk = {first['k']}; commit {first['revision']}; command: `bench/measure_predicts.py`\n"
    return text


# --- measuring -------------------------------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "align")
    parser.add_argument("--store", type=Path, default=STORE)
    parser.add_argument("--again", action="store_true", help="also measure what is there already")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import numpy as np
    import run

    def rows_of(corpus, encoder):
        """File of the first ROWS rows of a corpus; None when there are no vectors of this encoder."""
        if corpus == "general":
            whole = any((folder / f"general.{encoder}.npy").exists() for folder in (SHARED / "data", BENCH_DATA))
            return run.slice_of(encoder, run.EVAL_FIRST, run.EVAL_FIRST + ROWS) if whole else None
        path = SHARED / "data" / f"{corpus}.{encoder}.npy"
        assert not path.exists() or len(np.load(path, mmap_mode="r")) == ROWS, path
        return path if path.exists() else None

    def top1(path, files):
        command = [program, "evaluate", "--map", path, *files, "--pool", ROWS, "--bootstrap", 0, "--json", "--quiet"]
        return run.run_measured(command)["json"]["scores"]["top1"]["value"]

    aligned = {}  # (pair, rows) -> records of its newest revision
    for file in sorted(arguments.results.glob("*.jsonl")):
        for record in records_of(file):
            if record["kind"] == "align" and not record.get("time_budget") and not record.get("effort"):
                aligned.setdefault((record["pair"], record["rows"]), []).append(record)
    program = (arguments.vec2vec or run.build()).resolve()
    revision = run.revision(program, arguments.vec2vec is None)
    done = {(c["pair"], c["corpus"], c["map_rows"], c["map_revision"], c["revision"]) for c in records_of(arguments.store)}
    for (pair, map_rows), records in sorted(aligned.items()):
        map_revision = max(records, key=lambda record: record["date"])["revision"]
        stem = BENCH_DATA / "maps" / f"{pair}.{map_rows}"
        maps = [Path(f"{stem}.{r['seed']}.safetensors") for r in records if r["revision"] == map_revision]
        if not all(path.exists() for path in maps):
            print(f"{pair}, {map_rows} rows: no maps, left out; bench/run.py --again makes them", file=sys.stderr)
            continue
        for corpus in CORPORA:
            files = [rows_of(corpus, encoder) for encoder in pair.split("-")]
            if None in files or ((pair, corpus, map_rows, map_revision, revision) in done and not arguments.again):
                continue
            # Values alone: the correlations need neither nulls nor intervals.
            told = run.run_measured([program, "measure", *files, "--all", "--permutations", 10, "--bootstrap", 0, "--json", "--quiet"])
            measurement = told["json"]
            record = {"pair": pair, "corpus": corpus, "map_rows": map_rows, "map_revision": map_revision, "revision": revision}
            record |= {"date": run.now(), "machine": run.machine(), "rows": measurement["rows"], "k": measurement["k"]}
            record["top1_of_seeds"] = [top1(path, files) for path in maps]
            record["top1"] = median(record["top1_of_seeds"])
            oracle = Path(f"{stem}.oracle.safetensors")
            record["oracle_top1"] = top1(oracle, files) if oracle.exists() else None
            record["measures"] = {key: m["value"] for key, m in measurement["measures"].items()}
            for side in "ab":
                for name in ("intrinsic_dimension", "isotropy"):
                    record["measures"][f"{name} ({side})"] = measurement[side][name]["value"]
            arguments.store.parent.mkdir(parents=True, exist_ok=True)
            add_record(arguments.store, record)
            print(f"{pair}, {corpus}, {map_rows:,} rows: top-1 {record['top1']:.4f}, {told['seconds']:.0f} s", flush=True)
    print(section(arguments.store) or "too few cases for a table yet")


if __name__ == "__main__":
    main()
