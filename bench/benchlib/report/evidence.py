# SPDX-License-Identifier: Apache-2.0
"""Confidence of translations, fingerprints, and damaged input: records of bench/verdict/confidence.py and bench/quality/dirty.py."""

from ..damage import CASES
from ..env import RESULTS
from ..records import records_of
from .tables import arrow, latest, spread, table, verdicts


def load(name):
    return records_of(RESULTS / f"{name}.jsonl")


def made_by(records, command, what):
    machines = {f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB" for m in (record["machine"] for record in records)}
    days = sorted({record["date"][:10] for record in records})
    return f"\nData: {what}; machine: {', '.join(machines)}; date: {' to '.join(dict.fromkeys((days[0], days[-1])))}. Command: `{command}`\n"


def confidence_section():
    records = latest([r for r in load("confidence") if r["kind"] == "confidence"], "pair", "corpus", "rows", "seed")
    if not records:
        return ""
    area = lambda r, name: "{:.3f} ({:.3f}-{:.3f})".format(*r[name]) if name in r else "-"  # noqa: E731
    rows = [
        [
            arrow(r["pair"]),
            r["corpus"],
            f"{r['top1']:.3f}",
            f"{r['mean_match']:.3f}",
            f"{r['calibration_error']:.3f}",
            area(r, "auc_match"),
            area(r, "auc_margin"),
            area(r, "auc_support"),
            f"{r['far_rows']:.2f}",
            f"{r['mean_match_other_store']:.2f}",
            f"{r['mean_match_random_map']:.2f}",
        ]
        for r in records
    ]
    columns = ["pair", "corpus", "top-1", "mean match", "calibration error", "AUC match (95 %)", "AUC margin", "AUC support"]
    columns += ["support < 0.05", "mean match, store of other texts", "mean match, random map"]
    text = "## Confidence of single translations\n\n"
    text += "Does `translate --confidence` tell rows whose nearest neighbour is right from the others? The AUC is the probability that a right row\n"
    text += "has a higher value than a wrong one; without any information it is 0.5. The mean match foretells top-1 without a pair. Support answers\n"
    text += "another question: of rows like those of the fit, a part of 0.05 has a support below 0.05. The last two columns are nulls of the mean match.\n\n"
    text += table(columns, rows) + "\n"
    return text + made_by(
        records,
        "bench/verdict/confidence.py",
        f"unpaired maps of {records[0]['rows']:,} rows a side, seed {records[0]['seed']}; 2,000 rows of each corpus against a store of their "
        "2,000 true rows; the general rows are held out, and no fit saw the other corpora",
    )


def kinship_section():
    records = latest([r for r in load("confidence") if r["kind"] == "kinship"], "encoders", "corpora")
    if not records:
        return ""

    def group(record):
        a, b = (encoder.replace(" rotated", "") for encoder in record["encoders"])
        if record["encoders"][0] != a or record["encoders"][1] != b:
            return "a rotated copy beside anything else"
        few = "500" in "".join(record["corpora"])
        if a == b:
            same = all(corpus.startswith("general") for corpus in record["corpora"])
            return f"one model, {'other texts of one kind' if same else 'texts of other kinds'}{', 500 rows on one side' if few else ''}"
        return "minilm and l3 (two MiniLM models)" if {a, b} == {"minilm", "l3"} else "two models"

    groups = {}
    for record in records:
        groups.setdefault(group(record), []).append(record)
    rows = []
    for name in sorted(groups):
        found = groups[name]
        values = [r["axis_correlation"] for r in found]
        verdicts = [sum(r["verdict"] == v for r in found) for v in ("SAME_MODEL", "RELATED", "UNCERTAIN")]
        spectra = [r["spectrum_distance"] for r in found]
        cells = [f"{min(values):.3f} to {max(values):.3f}", f"{min(spectra):.3f} to {max(spectra):.3f}", " / ".join(map(str, verdicts))]
        rows.append([name, str(len(found)), *cells])
    text = "## Fingerprints: do two files come from one model?\n\n"
    text += "`inspect --fingerprint --no-search` compares all pairs of files of equal dimension. Without a search for a map, other coordinates are\n"
    text += "UNCERTAIN. Under a random rotation the correlation is 0 with a standard deviation of 0.004 (384 dimensions) or 0.002 (768).\n\n"
    text += table(["files", "pairs", "correlation of axes", "distance of spectra", "SAME_MODEL / RELATED / other coordinates"], rows) + "\n"
    return text + made_by(records, "bench/verdict/confidence.py", "minilm, mpnet, e5, l3; general, tweets, medical, agnews, 2,000 rows a file unless another number is given")


def dirty_section():
    records = latest(load("dirty"), "pair", "case", "rows", "seed", "program", "options")
    if not records:
        return ""
    groups = {}
    for r in records:
        groups.setdefault((r["pair"], r["rows"], list(CASES).index(r["case"]), r["program"]), []).append(r)
    rows = []
    for (pair, count, case, program), found in sorted(groups.items()):
        oracle = [r["top1"] for r in found if r["seed"] is None]
        runs = [r for r in found if r["seed"] is not None]
        if not runs:
            continue
        name = list(CASES)[case]
        cells = [arrow(pair), f"{count:,}", name, CASES[name], program, f"{oracle[0]:.3f}" if oracle else "-"]
        rows.append([*cells, str(len(runs)), spread([r["top1"] for r in runs]), verdicts(runs)])
    text = "## Damaged input\n\n"
    text += "The vectors are real, and damaged on purpose. The oracle is the orthogonal map of as many true pairs with the same damage. Top-1 is\n"
    text += "that of 2,048 held-out rows (chance: 0.0005), the median of the seeds.\n\n"
    text += table(["pair", "rows a side", "case", "what was done", "version", "oracle top-1", "seeds", "ours", "ALIGNED / UNCERTAIN / NOT_ALIGNED"], rows) + "\n"
    return text + made_by(records, "bench/quality/dirty.py", "general rows, with the sides of the other benches")


def evidence_sections():
    return "\n".join(section for section in (confidence_section(), kinship_section(), dirty_section()) if section)
