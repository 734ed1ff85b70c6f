#!/usr/bin/env python3
"""Which measure tells, before trying, how well unpaired alignment will work?

    bench/measure_predicts.py [--vec2vec PROGRAM] [--again]

For every pair (and corpus) with runs of `align` in bench/results/*.jsonl it takes `vec2vec measure` of the paired evaluation rows
(general: rows 40,000-44,095; other corpora: all rows) and appends the values to bench/results/measure/pairs.jsonl, unless they are
there for the same revision. bench/make_results.py puts the table of rank correlations, section(), into docs/results.md.
"""

import argparse
import json
import sys
from pathlib import Path
from random import Random
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "bench" / "results" / "measure" / "pairs.jsonl"
RESAMPLES = 5000
FEWEST_CASES = 4


def load_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line] if path.exists() else []


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


def interval(x, y):
    """95 % bootstrap interval over cases (resamples that do not vary are drawn again)."""
    random, values = Random(0), []
    while len(values) < RESAMPLES:
        drawn = [random.randrange(len(x)) for _ in x]
        value = spearman([x[i] for i in drawn], [y[i] for i in drawn])
        if value is not None:
            values.append(value)
    values.sort()
    return values[int(0.025 * RESAMPLES)], values[int(0.975 * RESAMPLES)]


# --- outcomes and measures -----------------------------------------------------------------------------------------------------


def outcomes(records):
    """{(pair, corpus, rows): top-1 of the unpaired maps, median over seeds} from the newest revision that each case was run with."""
    runs = {}
    for record in records:
        # A time budget is another question.
        if record["kind"] == "align" and not record.get("time_budget"):
            runs.setdefault((record["pair"], record.get("corpus", "general"), record["rows"]), []).append(record)
    found = {}
    for case, of_case in runs.items():
        last = max(of_case, key=lambda record: record["date"])["revision"]
        found[case] = median(r["scores"]["top1"]["value"] for r in of_case if r["revision"] == last)
    return found


def section(records, store=STORE):
    """The table for docs/results.md, or nothing before there are measures of enough pairs. Larger numbers of rows only align better,
    so cases of one number are compared: the one with most cases."""
    measured = {(m["pair"], m["corpus"]): m for m in load_lines(store)}  # the last of each
    by_rows = {}
    for (pair, corpus, rows), top1 in outcomes(records).items():
        if (pair, corpus) in measured:
            by_rows.setdefault(rows, []).append((measured[(pair, corpus)], top1))
    if not by_rows:
        return ""
    rows, cases = max(by_rows.items(), key=lambda item: (len(item[1]), item[0]))
    if len(cases) < FEWEST_CASES:
        return ""
    top1 = [outcome for _, outcome in cases]
    lines = []
    keys = [key for key in cases[0][0]["measures"] if all(m["measures"].get(key) is not None for m, _ in cases)]
    for key in keys:
        values = [m["measures"][key] for m, _ in cases]
        correlation = spearman(values, top1)
        if correlation is None:
            continue
        low, high = interval(values, top1)
        lines.append((correlation, f"| `{key}` | {min(values):.4f} .. {max(values):.4f} | {correlation:+.2f} | {low:+.2f} .. {high:+.2f} |"))
    lines.sort(key=lambda line: -abs(line[0]))
    text = "## Which measure tells beforehand?\n\n"
    text += "Values of `vec2vec measure` on the paired evaluation rows against the top-1 that unpaired alignment reached (median over\n"
    text += f"seeds, {rows:,} rows a side), over {len(cases)} directed pairs of encoders and corpora. Distances should correlate negatively.\n"
    text += "With so few cases the intervals are wide, and both directions of a pair share most measures.\n\n"
    text += "| measure | range over the cases | rank correlation with top-1 (Spearman) | 95 % interval (bootstrap of cases) |\n|---|---|---|---|\n"
    text += "\n".join(line for _, line in lines) + "\n\n"
    text += "| case | top-1 | " + " | ".join(f"`{key}`" for key in ("mutual_knn", "cka", "rsa", "svcca")) + " |\n|---|---|---|---|---|---|\n"
    for m, outcome in sorted(cases, key=lambda case: -case[1]):
        cells = [f"{m['measures'].get(key):.3f}" for key in ("mutual_knn", "cka", "rsa", "svcca")]
        text += f"| {m['pair'].replace('-', ' → ')}, {m['corpus']} | {outcome:.3f} | " + " | ".join(cells) + " |\n"
    first = cases[0][0]
    text += f"\nMeasures: {first['rows']:,} pairs of rows, k = {first['k']}; commit {first['revision']}; command: `bench/measure_predicts.py`\n"
    return text


# --- measuring -------------------------------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "align")
    parser.add_argument("--store", type=Path, default=STORE)
    parser.add_argument("--again", action="store_true", help="also measure what is there already")
    arguments = parser.parse_args()
    from bench_env import BENCH_DATA, SHARED, run_inside

    run_inside("bench-venv", ["numpy"])
    import run

    records = [record for file in sorted(arguments.results.glob("*.jsonl")) for record in load_lines(file)]
    program = (arguments.vec2vec or run.build()).resolve()
    revision = run.revision(program, arguments.vec2vec is None)
    done = {(m["pair"], m["corpus"], m["revision"]) for m in load_lines(arguments.store)}
    for pair, corpus in sorted({(pair, corpus) for pair, corpus, _ in outcomes(records)}):
        if (pair, corpus, revision) in done and not arguments.again:
            continue
        encoders = pair.split("-")
        if corpus == "general":
            if not all(any((folder / f"general.{e}.npy").exists() for folder in (SHARED / "data", BENCH_DATA)) for e in encoders):
                print(f"{pair}: no vectors, left out", file=sys.stderr)
                continue
            files = [run.slice_of(encoder, run.EVAL_FIRST, run.EVAL_END) for encoder in encoders]
        else:
            files = [SHARED / "data" / f"{corpus}.{encoder}.npy" for encoder in encoders]
        told = run.run_measured([program, "measure", *files, "--json", "--quiet"])
        measurement = told["json"]
        record = {"pair": pair, "corpus": corpus, "revision": revision, "date": run.now(), "machine": run.machine()}
        record |= {"rows": measurement["rows"], "k": measurement["k"], "seconds": told["seconds"], "peak_mib": told["peak_mib"]}
        record["measures"] = {key: m["value"] for key, m in measurement["measures"].items()}
        for side in "ab":
            for name in ("intrinsic_dimension", "isotropy"):
                record["measures"][f"{name} ({side})"] = measurement[side][name]["value"]
        arguments.store.parent.mkdir(parents=True, exist_ok=True)
        with arguments.store.open("a") as file:
            file.write(json.dumps(record) + "\n")
        print(f"{pair}, {corpus}: mutual k-NN {record['measures']['mutual_knn']:.4f}, {told['seconds']:.0f} s", flush=True)
    print(section(records, arguments.store) or "too few cases for a table yet")


if __name__ == "__main__":
    main()
