#!/usr/bin/env python3
"""Renders docs/results.md and docs/results/ (result_pages.py), and the table of README.md, from the runs in bench/results/align (see bench/run.py). Standard library only.

    bench/make_results.py [--results FOLDER] [--readme FILE]

For each pair it takes the runs of the newest revision that has any, and of several runs with equal seed the last.
"""

import argparse
from collections import defaultdict
from pathlib import Path
from statistics import median

from attributes import section as attributes_section
from bench_env import ROOT, records_of
from defences import section as defences_section
from evidence_tables import evidence_sections
from fit_verdict import verdict_section
from hard_cases import section as hard_cases_section
from inversion import section as inversion_section
from ladder import section as ladder_section
from measure_predicts import section as measures_section
from measure_scale import section as scale_section
from neural_ablation import section as neural_ablation_section
from neural_domains import section as neural_domains_section
from neural_gain import section as neural_section
from neural_random import section as neural_random_section
from paper_protocol import section as paper_section
from parquet_scale import section as parquet_section
from python_overhead import section as python_section
from result_pages import write_pages
from result_plots import dot_plot
from translate_speed import section as translate_section

ORDER = ["minilm-mpnet", "mpnet-minilm", "minilm-e5", "e5-minilm", "mpnet-e5", "e5-mpnet", "minilm-l3"]
DIMS = {"minilm": 384, "mpnet": 768, "e5": 384, "l3": 384}
LETTERS = {"ALIGNED": "", "UNCERTAIN": "?", "NOT_ALIGNED": "✗"}

HEAD = """\
# Results

Written by `bench/make_results.py` from the runs in `bench/results/`; do not edit. `bench/run.py` repeats them.

**Data.** 44,096 English texts of 13 public sources (questions, search queries, claims, captions, Wikipedia sentences), encoded by
all-MiniLM-L6-v2 (`minilm`, 384 dimensions), all-mpnet-base-v2 (`mpnet`, 768), multilingual-e5-small with 4-bit weights (`e5`, 384)
and paraphrase-MiniLM-L3-v2 (`l3`, 384); float16. minilm, mpnet and l3 share training data; e5 is of another family.
Side A = rows 0 and on of the source encoder, side B = rows 20,000 and on of the target encoder: no text is on both sides. Scores are
taken on rows 40,000-44,095, which no fit has seen.

**Scores.** A translated row is ranked among the {pool} true rows of the target by centred cosine; chance is a top-1 of {chance} and a
mean rank of {chance_rank}. *Oracle* is the orthogonal map fitted to n true pairs (rows 0 and on of both encoders): what an unpaired map can
hope for. No run was selected by its scores: every seed that was run is counted.
"""


def load(folder):
    return [record for file in sorted(folder.glob("*.jsonl")) for record in records_of(file)]


def score(record, name):
    return record["scores"][name]["value"]


def arrow(pair):
    return pair.replace("-", " → ")


def newest(records):
    """The records of the newest revision, the last of each seed, in order of seeds."""
    if not records:
        return []
    last = max(records, key=lambda record: record["date"])["revision"]
    by_seed = {record["seed"]: record for record in records if record["revision"] == last}
    return [by_seed[seed] for seed in sorted(by_seed, key=lambda seed: -1 if seed is None else seed)]


def spans(values):
    """[0, 1, 2, 5] -> '0-2, 5'"""
    out = []
    for value in sorted(values):
        if out and value == out[-1][1] + 1:
            out[-1][1] = value
        else:
            out.append([value, value])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def distinct(values):
    return ", ".join(dict.fromkeys(values))


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def circumstances(records, n, command):
    """The line under every table: data, n, seeds, machine, date, commit, command."""
    machines = distinct(f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB" for m in (r["machine"] for r in records))
    days = sorted({record["date"][:10] for record in records})
    revisions = distinct(r["revision"] for r in records if r["kind"] == "align")
    parts = [f"Data: as above, n = {n:,} rows a side, {records[0]['eval_rows']:,} evaluation rows"]
    seeds = {record["seed"] for record in records if record["seed"] is not None}
    parts += [f"seeds {spans(seeds)}"] if seeds else []
    parts += [f"machine: {machines}", f"date: {' to '.join(dict.fromkeys((days[0], days[-1])))}"]
    parts += [f"commit {revisions}"] if revisions else []
    return "; ".join(parts) + f". Command: `{command}`\n"


def align_rows(groups):
    rows = []
    for pair, (oracle, runs) in groups.items():
        top1 = [score(run, "top1") for run in runs]
        goal = score(oracle, "top1") if oracle else None
        verdicts = [sum(run["verdict"] == name for run in runs) for name in LETTERS]
        rows.append(
            [
                arrow(pair),
                f"{goal:.3f}" if oracle else "-",
                f"{min(top1):.3f} / **{median(top1):.3f}** / {max(top1):.3f}",
                f"{sum(t >= 0.8 * goal for t in top1)} of {len(top1)}" if oracle else "-",
                f"{sum(t >= 0.98 * goal for t in top1)} of {len(top1)}" if oracle else "-",
                f"{median(score(run, 'mean_rank') for run in runs):.2f}" + (f" ({score(oracle, 'mean_rank'):.2f})" if oracle else ""),
                f"{median(score(run, 'centred_cosine') for run in runs):.3f}"
                + (f" ({score(oracle, 'centred_cosine'):.3f})" if oracle else ""),
                f"{median(run['seconds'] for run in runs):.0f} ({max(run['seconds'] for run in runs):.0f})",
                f"{max(run['peak_mib'] for run in runs):.0f}",
                " / ".join(map(str, verdicts)),
            ]
        )
    return rows


ALIGN_COLUMNS = [
    "pair",
    "oracle top-1",
    "ours top-1 min / **median** / max",
    "seeds ≥ 0.8 × oracle",
    "≥ 0.98 × oracle",
    "mean rank, median (oracle)",
    "centred cosine, median (oracle)",
    "seconds, median (max)",
    "MiB, max",
    "ALIGNED / UNCERTAIN / NOT_ALIGNED",
]


def seed_rows(groups):
    seeds = sorted({run["seed"] for _, runs in groups.values() for run in runs})
    rows = []
    for pair, (_, runs) in groups.items():
        by_seed = {run["seed"]: run for run in runs}
        cells = [f"{score(by_seed[s], 'top1'):.3f}{LETTERS[by_seed[s]['verdict']]}" if s in by_seed else "-" for s in seeds]
        rows.append([arrow(pair), *cells])
    return ["pair", *(f"seed {seed}" for seed in seeds)], rows


def verdict_rows(groups):
    """Per verdict: how many runs got it, and how many of these reached 0.8 x the oracle."""
    rows = []
    for verdict in LETTERS:
        hits = [
            score(run, "top1") >= 0.8 * score(oracle, "top1")
            for oracle, runs in groups.values()
            if oracle
            for run in runs
            if run["verdict"] == verdict
        ]
        rows.append([verdict, str(len(hits)), str(sum(hits)), str(len(hits) - sum(hits))])
    return rows


def options(record):
    """What was given to align beside files and seed."""
    given = (("threads", record.get("threads")), ("time-budget", record.get("time_budget")), ("effort", record.get("effort")))
    return "".join(f" --{name} {value}" for name, value in given if value)


def align_section(groups, n, extra):
    runs = [run for _, runs in groups.values() for run in runs]
    command = f"vec2vec align SOURCE.0-{n}.npy TARGET.20000-{20000 + n}.npy -o MAP --seed SEED{extra}"
    text = f"## Unpaired alignment, {n:,} rows a side{f', with `{extra.strip()}`' if extra else ''}\n\n"
    text += table(ALIGN_COLUMNS, align_rows(groups)) + "\n\n" + circumstances(runs, n, command)
    text += "Seconds are wall time of the whole command, reading and hashing of the files included; the machine did other work "
    text += "at the same time, so that they are upper bounds.\n"
    text += "\nTop-1 of every seed (? = verdict UNCERTAIN, ✗ = NOT_ALIGNED):\n\n"
    text += table(*seed_rows(groups)) + "\n\n" + circumstances(runs, n, command)
    text += "\nWhat the verdicts, which see no pair, were worth:\n\n"
    columns = ["verdict", "runs", "top-1 ≥ 0.8 × oracle", "below"]
    return text + table(columns, verdict_rows(groups)) + "\n\n" + circumstances(runs, n, command)


def rival_section(rivals, groups, quick, n):
    """Beside the runs of `groups`; `quick` are those with --effort low."""
    rows = []
    for pair, runs in rivals.items():
        ours = (("vec2vec.cpp", groups.get(pair, (None, []))[1]), ("vec2vec.cpp, `--effort low`", newest(quick.get(pair, []))))
        for tool, records in ((runs[0]["tool"] + ", its defaults", runs), *ours):
            if records:
                top1 = [score(record, "top1") for record in records]
                cells = [f"{len(records)}", f"{min(top1):.3f} / **{median(top1):.3f}** / {max(top1):.3f}"]
                cells += [f"{median(score(r, name) for r in records):{form}}" for name, form in SCORES]
                seconds = median(r["seconds"] for r in records)
                faster = median(r["seconds"] for r in runs) / seconds
                cells += [f"{seconds:.1f}", f"{faster:.0f} ×", f"{max(r['peak_mib'] for r in records):.0f}"]
                rows.append([arrow(pair), tool, *cells])
    columns = ["pair", "tool", "runs", "top-1 min / **median** / max", "mean rank", "centred cosine", "seconds, median", "times as fast", "MiB, max"]
    text = f"## Beside mini-vec2vec, {n:,} rows a side\n\n" + table(columns, rows) + "\n\n"
    records = [record for runs in rivals.values() for record in runs]
    text += circumstances(records, n, records[0]["command"].replace(f"--seed {records[0]['seed']}", "--seed SEED"))
    text += "The rows of vec2vec.cpp sum up the runs of the tables above and below. The goals of this project were 50 × on minilm → l3 and 10 × on\n"
    text += "minilm → e5; what was tried to reach them: [research log](research/hard-pairs.md).\n"
    unequal = [arrow(pair) for pair in rivals if len({DIMS.get(name) for name in pair.split("-")}) > 1]
    if unequal:
        text += f"It pads unequal dimensions with zeros: {', '.join(unequal)}.\n"
    return text


SCORES = (("mean_rank", ".2f"), ("centred_cosine", ".3f"))


def in_order(pairs):
    return sorted(pairs, key=lambda pair: (ORDER.index(pair) if pair in ORDER else len(ORDER), pair))


def by_size(records):
    """{(rows, options, kind): {pair: records}}"""
    groups = defaultdict(lambda: defaultdict(list))
    for record in records:
        groups[(record["rows"], options(record), record["kind"])][record["pair"]].append(record)
    return groups


def render(records):
    groups = by_size(records)
    text = []
    sizes = sorted({(rows, extra) for rows, extra, kind in groups if kind == "align"}, key=lambda size: (-size[0], size[1]))
    for n, extra in sizes:
        runs = {pair: newest(groups[(n, extra, "align")][pair]) for pair in in_order(groups[(n, extra, "align")])}
        oracles = {record["pair"]: record for record in records if record["kind"] == "oracle" and record["rows"] == n}
        section = {pair: (oracles.get(pair), runs[pair]) for pair in runs}
        text.append(align_section(section, n, extra))
        found = groups.get((n, "", "mini-vec2vec"), {})
        rivals = {pair: found[pair] for pair in in_order(found)}
        if rivals and not extra:
            text.append(rival_section(rivals, section, groups.get((n, " --effort low", "align"), {}), n))
    text += [hard_cases_section(), ladder_section(), verdict_section(), paper_section(), neural_section(), neural_domains_section(), neural_ablation_section(), neural_random_section(), translate_section()]
    text += [python_section(), parquet_section(), measures_section(), scale_section(), evidence_sections()]
    text += [attributes_section(), inversion_section(), defences_section()]
    return "\n".join(text)


def head_of(records):
    pool = records[0]["pool"]
    return HEAD.format(pool=f"{pool:,}", chance=f"{1 / pool:.4f}", chance_rank=f"{(pool + 1) / 2:,.1f}")


def alignment_summary(records):
    """All unpaired runs in one table, pair by number of rows, as lines and as a plot."""
    groups = by_size(records)
    sizes = sorted({rows for rows, extra, kind in groups if kind == "align" and not extra}, reverse=True)
    pairs = in_order({pair: 0 for (_, extra, kind), found in groups.items() if kind == "align" and not extra for pair in found})
    rows, drawn = [], []
    for pair in pairs:
        row, values = [arrow(pair)], {}
        for n in sizes:
            runs = [score(run, "top1") for run in newest(groups.get((n, "", "align"), {}).get(pair, []))]
            oracle = next((score(r, "top1") for r in records if r["kind"] == "oracle" and r["rows"] == n and r["pair"] == pair), None)
            row.append(f"**{median(runs):.3f}** ({min(runs):.3f}) of {oracle:.3f}, {len(runs)}" if runs else "–")
            values[f"{n:,} rows"] = median(runs) if runs else None
        rows.append(row)
        drawn.append((arrow(pair), values))
    lines = ["## Top-1 by rows a side", "", "**Median** (worst) of the paired oracle's, seeds. Every seed was run and counted.", ""]
    lines += table(["pair", *(f"{n:,} rows" for n in sizes)], rows).splitlines() + ["", circumstances([r for r in records if r["kind"] == "align"], max(sizes), "bench/run.py"), ""]
    return lines, dot_plot("Top-1 without pairs by rows a side", "top-1, median of the seeds", drawn, 0, 1)


README_ROWS = 20000
README_MARKS = ("<!-- made by bench/make_results.py -->", "<!-- end -->")


def readme_table(records):
    groups = by_size(records)
    ours, oracles, rivals = (groups[(README_ROWS, "", kind)] for kind in ("align", "oracle", "mini-vec2vec"))
    rows = []
    for pair in in_order(ours):
        runs = newest(ours[pair])
        top1 = [score(run, "top1") for run in runs]
        rival = f"{median(score(run, 'top1') for run in rivals[pair]):.3f}" if rivals.get(pair) else "–"
        seconds = f"{median(run['seconds'] for run in runs):.0f}"
        oracle = f"{score(oracles[pair][-1], 'top1'):.3f}"
        rows.append([arrow(pair), oracle, f"**{median(top1):.3f}** ({min(top1):.3f})", f"{len(runs)}", rival, seconds])
    columns = ["pair", "paired oracle", "vec2vec.cpp, no pairs: median (worst)", "seeds", "mini-vec2vec", "seconds"]
    text = f"Top-1 of 4,096 held-out rows (chance: 0.0002), {README_ROWS:,} rows a side of different texts:\n\n"
    return text + table(columns, rows) + "\n"


def update_readme(path, records):
    text = path.read_text()
    first, last = (text.index(mark) for mark in README_MARKS)
    path.write_text(text[:first] + README_MARKS[0] + "\n" + readme_table(records) + text[last:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "align")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    arguments = parser.parse_args()
    records = load(arguments.results)
    if not records:
        parser.error(f"no runs in {arguments.results}; bench/run.py makes them")
    write_pages(render(records), head_of(records), *alignment_summary(records))
    update_readme(arguments.readme, records)
    print(f"{len(records)} runs in docs/results")


if __name__ == "__main__":
    main()
