# SPDX-License-Identifier: Apache-2.0
"""Unpaired alignment: the runs of bench/quality/align.py beside the paired oracle and mini-vec2vec, and the table of README.md.

Of each pair the runs of the newest revision count that has any, and of several runs with equal seed the last."""

from collections import defaultdict
from statistics import median

from ..env import RESULTS, ROOT
from ..records import records_of
from .marks import write_between_marks
from .plots import dot_plot
from .tables import VERDICT_NAMES, arrow, distinct, spans, table

ORDER = ["minilm-mpnet", "mpnet-minilm", "minilm-e5", "e5-minilm", "mpnet-e5", "e5-mpnet", "minilm-l3"]
DIMS = {"minilm": 384, "mpnet": 768, "e5": 384, "l3": 384}

HEAD = """\
# Results

`bench/report.py` writes these pages from the records in `bench/results/`; do not edit them. `bench/quality/align.py` repeats the runs.

**Data.** 44,096 English texts of 13 public sources (questions, search queries, claims, captions, Wikipedia sentences) were encoded by
all-MiniLM-L6-v2 (`minilm`, 384 dimensions), all-mpnet-base-v2 (`mpnet`, 768), multilingual-e5-small with 4-bit weights (`e5`, 384)
and paraphrase-MiniLM-L3-v2 (`l3`, 384), in float16. minilm, mpnet and l3 share training data; e5 is of another family.
Side A has rows 0 and on of the source encoder, side B rows 20,000 and on of the target encoder: no text is on both sides. Scores are
taken on rows 40,000-44,095, which no fit has seen.

**Scores.** A translated row is ranked among the {pool} true rows of the target by centred cosine. Chance is a top-1 of {chance} and a
mean rank of {chance_rank}. The *oracle* is the orthogonal map fitted to n true pairs (rows 0 and on of both encoders): the best that an
unpaired map can hope for. No run was selected by its scores: every seed that was run is counted.
"""


def load():
    return [record for file in sorted((RESULTS / "align").glob("*.jsonl")) for record in records_of(file)]


def score(record, name):
    return record["scores"][name]["value"]


def newest(records):
    """The records of the newest revision, the last of each seed, in order of seeds."""
    if not records:
        return []
    last = max(records, key=lambda record: record["date"])["revision"]
    by_seed = {record["seed"]: record for record in records if record["revision"] == last}
    return [by_seed[seed] for seed in sorted(by_seed, key=lambda seed: -1 if seed is None else seed)]


def circumstances(records, n, command):
    """The line under every table: rows, seeds, machine, date, commit, command."""
    machines = distinct(f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB" for m in (r["machine"] for r in records))
    days = sorted({record["date"][:10] for record in records})
    revisions = distinct(r["revision"] for r in records if r["kind"] == "align")
    parts = [f"{n:,} rows a side, {records[0]['eval_rows']:,} evaluation rows"]
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
        verdicts = [sum(run["verdict"] == name for run in runs) for name in VERDICT_NAMES]
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


def verdict_rows(groups):
    """Per verdict: how many runs got it, and how many of these reached 0.8 x the oracle."""
    rows = []
    for verdict in VERDICT_NAMES:
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
    """The options of align beside files and seed."""
    given = (("threads", record.get("threads")), ("time-budget", record.get("time_budget")), ("effort", record.get("effort")))
    return "".join(f" --{name} {value}" for name, value in given if value)


def align_section(groups, n, extra):
    runs = [run for _, runs in groups.values() for run in runs]
    command = f"vec2vec align SOURCE.0-{n}.npy TARGET.20000-{20000 + n}.npy -o MAP --seed SEED{extra}"
    text = f"## Unpaired alignment, {n:,} rows a side{f', with `{extra.strip()}`' if extra else ''}\n\n"
    text += table(ALIGN_COLUMNS, align_rows(groups)) + "\n\n" + circumstances(runs, n, command)
    text += "Seconds are the wall time of the whole command, reading and hashing of the files included. The machine did other work "
    text += "at the same time, so they are upper bounds.\n"
    text += "\nThe verdicts see no pair. Right and wrong ones:\n\n"
    columns = ["verdict", "runs", "top-1 ≥ 0.8 × oracle", "below"]
    return text + table(columns, verdict_rows(groups)) + "\n\n" + circumstances(runs, n, command)


def rival_section(rivals, groups, quick, n):
    """mini-vec2vec beside the runs of `groups`, and `quick`, those with --effort low."""
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
    text += "\nThe goals of this project were 50 × on minilm → l3 and 10 × on minilm → e5. The [research log](research/hard-pairs.md) says what was\n"
    text += "tried to reach them.\n"
    unequal = [arrow(pair) for pair in rivals if len({DIMS.get(name) for name in pair.split("-")}) > 1]
    if unequal:
        text += f"mini-vec2vec pads unequal dimensions with zeros: {', '.join(unequal)}.\n"
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


def alignment_sections(records):
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
    return text


def head_of(records):
    pool = records[0]["pool"]
    return HEAD.format(pool=f"{pool:,}", chance=f"{1 / pool:.4f}", chance_rank=f"{(pool + 1) / 2:,.1f}")


def alignment_summary(records):
    """All unpaired runs in one table of pairs and numbers of rows, as lines and as a plot."""
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
    lines = ["## Top-1 by rows a side", "", "Each cell has the **median** (worst) top-1 without pairs, that of the paired oracle, and the number of seeds. Every seed that was run is counted.", ""]
    lines += table(["pair", *(f"{n:,} rows" for n in sizes)], rows).splitlines() + ["", circumstances([r for r in records if r["kind"] == "align"], max(sizes), "bench/quality/align.py"), ""]
    return lines, dot_plot("Top-1 without pairs by rows a side", "top-1, median of the seeds", drawn, 0, 1)


README_ROWS = 20000


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


def update_readme(records):
    write_between_marks(ROOT / "README.md", readme_table(records))
