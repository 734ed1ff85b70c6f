# SPDX-License-Identifier: Apache-2.0
"""The pages of results: docs/results.md and docs/results/, made of the sections.

A table of a page has at most 20 rows. A longer one has one row for each group of rows, with the smallest, the **median** and the largest
value. Some columns are left out. The whole tables are in bench/results/tables.md, beside the records. A section that no page names
is an error. Standard library only."""

import re
from itertools import dropwhile, takewhile
from statistics import median

from ..env import RESULTS, ROOT
from .plots import dot_plot, value_of

MOST_ROWS = 20
DOCS = ROOT / "docs"
# file: (title, what it answers, beginnings of the sections' titles, records)
PAGES = {
    "alignment": ("Alignment without pairs", "How close does a map without pairs come to one of true pairs?", ["Unpaired alignment", "Beside mini-vec2vec"], "align/"),
    "hard-cases": ("Hard cases", "How do unequal sides, other corpora and other encoders change the map, and how much do a few pairs help?", ["Hard cases", "Stores of one kind", "The ladder of supervision"], "hard_cases.jsonl`, `narrow.jsonl`, `ladder.jsonl"),
    "verdict": ("The verdict", "How often is the verdict right, and how well are its probabilities calibrated?", ["The verdict"], "verdict.jsonl"),
    "neural": ("The neural translator", "What does training add to the linear map?", ["The paper's protocol", "Neural after linear", "Linear, neural after", "The paper's losses", "Neural from random"], "neural*.jsonl`, `paper_protocol.jsonl"),
    "speed": ("Speed", "How many rows a second, how much memory, and what does Python cost?", ["Translation", "Python", "Parquet to Parquet", "Measures at scale"], "translate.jsonl`, `python_overhead.jsonl`, `parquet_scale.jsonl`, `measure/"),
    "measures": ("Measures", "Which measure of two spaces foretells whether they align?", ["Which measure foretells"], "measure/"),
    "atlas": ("An atlas of the hypothesis", "Does a space agree with the others the more, the more its model is able to do?", ["Does agreement grow"], "atlas.jsonl"),
    "confidence": ("Confidence, fingerprints, damaged input", "How far can a row be trusted, do two files come from one model, and what do damaged rows change?", ["Confidence", "Fingerprints", "Damaged"], "confidence.jsonl`, `dirty.jsonl"),
    "audit": ("What vectors give away", "Which attributes, words and texts can be read from translated vectors, and what do defences stop?", ["Attributes read", "Words recovered", "Texts recovered", "A secret rotation", "What defences"], "attributes.jsonl`, `inversion.jsonl`, `defences.jsonl"),
}
# Sections with longer tables: the columns that a row of the page stands for. Of other sections the first rows are shown.
GROUPS = {
    "Linear, neural after": ["scored on (rows = pool)", "map"],
    "Neural from random": ["dimensions", "known pairs", "losses"],
    "Attributes read": ["corpus (rows, labels)"],
    "Words recovered": ["corpus (rows)"],
}
# Sections whose table has rows that sum up the others: the column, and how its cells begin there.
SUMS = {"The paper's protocol": ("pair", ("mean", "*"))}
# Columns that are in tables.md only.
LEFT_OUT = {"range over the cases", "`rsa`", "`svcca`", "`cka`", "date", "seeds ≥ 0.8 × oracle", "CPU overhead", "mean rank: linear → neural, mean (min – max)", "MiB, max", "AUC support", "≥ 0.98 × oracle", "mean rank (oracle)", "raw cosine", "BLEU", "exact", "ROUGE-L", "AUC margin", "search, s (shared machine)", "centred cosine", "one pair of encoders left out",
    "centred cosine: linear → neural, mean (min – max)", "AUC translated / oracle", "naive", "precision native", "cosine", "share of the slower bound", "GEMM share", "token F1 of nearest"}
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def numbers(cell):
    """The figures of a cell such as **0.95** (0.90-0.97) or 0.98 / 1.02 / 0.62, without what stands in brackets; None if it has words."""
    bare = re.sub(r"\([^)]*\)", "", cell).replace("*", "").strip()
    parts = [part.strip() for part in bare.split(" / ")]
    if not parts or not all(re.fullmatch(NUMBER, part) for part in parts):
        return None
    return [float(part.replace(",", "")) for part in parts]


def shown(value):
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 10 else f"{value:.3f}"


def summed_up(values, with_range):
    """The medians of several rows of figures, each a list of the same length; of a single figure also the range."""
    columns = list(zip(*values))
    if len(columns) > 1 or not with_range:
        return " / ".join(shown(median(column)) for column in columns)
    low, middle, high = min(columns[0]), median(columns[0]), max(columns[0])
    return shown(middle) if low == high else f"**{shown(middle)}** ({shown(low)} – {shown(high)})"


def grouped(head, rows, by):
    """One row for each value of the columns `by`, in the order of their first row. Columns without figures are left out."""
    keys = [head.index(name) for name in by]
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[k] for k in keys), []).append(row)
    columns = []
    for k, name in enumerate(head):
        if k in keys or name == "seeds":
            continue
        found = {key: [n for n in (numbers(row[k]) for row in group) if n] for key, group in groups.items()}
        found = {key: [n for n in values if len(n) == len(values[0])] for key, values in found.items()}
        if sum(map(bool, found.values())) > len(groups) / 2:
            columns.append((name, {key: summed_up(values, not columns) if values else "–" for key, values in found.items()}))
    out = [[*key, str(len(group)), *(column[key] for _, column in columns)] for key, group in groups.items()]
    return [*by, "cases", *(name for name, _ in columns)], out


def as_table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)]


def shortened(title, lines):
    """The lines of a section with short tables in the place of long ones."""
    out, block = [], []
    for line in [*lines, ""]:
        if line.startswith("|"):
            block.append(line)
            continue
        if block:
            table = [[re.sub(r"null ([\d.]+) \([^)]*\)", r"null \1", cell) for cell in cells(row)] for row in block]
            kept = [k for k, name in enumerate(table[0]) if name not in LEFT_OUT]
            table = [[row[k] for k in kept] for row in table]
            block = as_table(table[0], table[2:])
        if len(block) > MOST_ROWS + 2:
            head, rows = table[0], table[2:]
            by = next((columns for begin, columns in GROUPS.items() if title.startswith(begin)), None)
            note = f"The first {MOST_ROWS} of {len(rows)} rows."
            column, begins = next((sums for begin, sums in SUMS.items() if title.startswith(begin)), (None, None))
            if column in head:
                rows = [row for row in rows if row[head.index(column)].startswith(begins)]
                note = "Means of the pairs."
            if by and all(name in head for name in by):
                count = len(rows)
                head, rows = grouped(head, rows, by)
                note = f"{count} rows in groups: **median** (smallest – largest)."
            if len(rows) > MOST_ROWS:
                rows = rows[:MOST_ROWS]
            block = ["" if len(rows) <= MOST_ROWS and note.startswith("The first") else note, "", *as_table(head, rows)]
        out += block + [line]
        block = []
    return out[:-1]


def sections(text):
    """[(title, lines)] of the sections of second level."""
    found = []
    for line in text.splitlines():
        if line.startswith("## "):
            found.append((line[3:], [line]))
        elif found:
            found[-1][1].append(line)
    return found


# Of each page: the section whose first table is drawn, the columns that name a row, the columns that are drawn, the axis, and its ends.
PLOTS = {
    "hard-cases": ("Different corpora", ["case", "pair"], {"oracle top-1": "paired oracle", "ours, min / **median** / max": "no pairs, median"}, "top-1", 0, 1),
    "verdict": ("The verdict", ["runs", "verdict"], {"good": "right maps", "failed": "wrong maps"}, "runs", 0, None),
    "neural": ("Linear, neural after", ["scored on (rows = pool)"], {"top-1": "@map"}, "top-1, median of the pairs", 0, 1),
    "speed": ("Translation", ["rows, float32", "map"], {"rows/s": "rows a second"}, "rows a second", 0, None),
    "measures": ("Which measure foretells", ["measure"], {"rank correlation with top-1 (Spearman)": "rank correlation with top-1"}, "rank correlation", -1, 1),
    "confidence": ("Confidence", ["pair", "corpus"], {"top-1": "top-1", "mean match": "mean match: what the confidence foretells"}, "part of the rows", 0, 1),
    "audit": ("Attributes read", ["corpus (rows, labels)"], {"translated": "attacker", "oracle": "with the encoder", "labels shuffled": "labels shuffled"}, "first guess right", 0, 1),
}


def parts_of(text):
    """[(title, lines)] of the sections of second and third level."""
    found = []
    for line in text.splitlines():
        if line.startswith(("## ", "### ")):
            found.append((line.lstrip("# "), []))
        elif found:
            found[-1][1].append(line)
    return found


def plot_of(page, text):
    """The plot of a page, from the first table of its section as the page shows it."""
    section, names, drawn, axis, low, high = PLOTS[page]
    lines = next(shortened(title, lines) for title, lines in parts_of(text) if title.startswith(section))
    rows = [cells(line) for line in takewhile(lambda line: line.startswith("|"), dropwhile(lambda line: not line.startswith("|"), lines))]
    head = rows[0]
    found = {}
    for row in rows[2:]:
        label = ", ".join(row[head.index(name)] for name in names)
        for column, shown in drawn.items():
            series = row[head.index(shown[1:])] if shown.startswith("@") else shown  # @column: a series for each of its values
            found.setdefault(label, {})[series] = value_of(row[head.index(column)])
    return dot_plot(PAGES[page][1], axis, list(found.items()), low, high)


def write_pages(text, head, alignment, plots):
    """text: all sections. head: how data and scores are made. alignment: the lines that sum up all unpaired runs.
    plots: {page: its plot}; those of other pages are drawn from their tables."""
    (RESULTS / "tables.md").write_text(head + "\n" + text)
    folder = DOCS / "results"
    folder.mkdir(exist_ok=True)
    placed, index = set(), []
    for name, (title, question, begins, records) in PAGES.items():
        lines = [f"# {title}", "", f"{question} `bench/report.py` makes this page from `bench/results/{records}`; `bench/results/tables.md` has all rows and columns.", ""]
        (folder / f"{name}.svg").write_text(plots.get(name) or plot_of(name, text))
        lines += [f"![{title}]({name}.svg)", ""]
        if name == "alignment":
            lines += alignment
        for section, body in sections(text):
            if not any(section.startswith(begin) for begin in begins):
                continue
            placed.add(section)
            if name == "alignment" and section.startswith("Unpaired"):
                continue  # `alignment` sums these up
            lines += shortened(section, body)
        page = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"
        page = re.sub(r"\]\((?!https?:|#|[a-z-]+\.svg)", "](../", page)
        (folder / f"{name}.md").write_text(page)
        index.append(f"| [{title}](results/{name}.md) | {question} |")
    missing = [section for section, _ in sections(text) if section not in placed]
    if missing:
        raise SystemExit(f"PAGES in bench/benchlib/report/pages.py names no page for {', '.join(missing)}. Add the beginning of the title to a page.")
    (DOCS / "results.md").write_text(head + "\n| page | answers |\n|---|---|\n" + "\n".join(index) + "\n")
