# SPDX-License-Identifier: Apache-2.0
"""Hard cases of the unpaired alignment, and the ladder of supervision."""

from statistics import median

from ..env import RESULTS
from ..records import records_of
from .tables import arrow, verdicts

HARD_CASES = """The source has rows 0-19,999 of the general set and the target rows 20,000-39,999, unless a case says otherwise. Rows 40,000-44,095 \
are paired, for evaluation. The oracle is the orthogonal map of 20,000 true pairs of the general set."""
GROUPS = {
    "unequal": "Very unequal sides",
    "corpora": "Different corpora on the two sides",
    "domain": "Out of distribution: fitted on general text, translated from elsewhere",
    "encoders": "Very different encoders, and cut vectors",
}


def hard_cases_section():
    records = records_of(RESULTS / "hard_cases.jsonl")
    if not records:
        return ""
    parts = ["## Hard cases\n", HARD_CASES + " Command: `bench/quality/hard_cases.py`\n"]
    for group, title in GROUPS.items():
        inside = [r for r in records if r["group"] == group]
        if not inside:
            continue
        parts.append(f"### {title}\n")
        parts.append("| case | pair | rows | oracle top-1 | ours, min / **median** / max | seeds ≥ 0.8 × | mean rank (oracle) | ALIGNED / UNCERTAIN / NOT_ALIGNED |")
        parts.append("|---|---|---|---|---|---|---|---|")
        for case, pair, options in dict.fromkeys((r["case"], r["pair"], r["options"]) for r in inside):
            runs = [r for r in inside if (r["case"], r["pair"], r["options"]) == (case, pair, options)]
            ours = [r for r in runs if r["seed"] is not None and r["label"] == runs[-1]["label"]]
            if not ours:
                continue
            oracle = next(r for r in runs if r["seed"] is None)
            top1 = [r["top1"] for r in ours]
            cells = [f"{case} {options}".strip(), arrow(pair), " / ".join(f"{n:,}" for n in ours[0]["rows"]), f"{oracle['top1']:.3f}"]
            cells += [f"{min(top1):.3f} / **{median(top1):.3f}** / {max(top1):.3f}", f"{sum(t >= 0.8 * oracle['top1'] for t in top1)} of {len(top1)}"]
            cells += [f"{median(r['mean_rank'] for r in ours):.1f} ({oracle['mean_rank']:.1f})", verdicts(ours)]
            parts.append("| " + " | ".join(cells) + " |")
        pools = ", ".join(f"{p:,}" for p in sorted({r["pool"] for r in inside}))
        machines = ", ".join(sorted({f"{r['machine']['cpu']}, {r['machine']['cores']} cores" for r in inside}))
        parts.append(f"\nThe pool has {pools} rows; chance is one in so many. Machine: {machines}; commit {', '.join(sorted({r['program'] for r in inside}))}.\n")
    return "\n".join(parts)


LADDER = """The source has rows 0-19,999 of the general set, the target rows 20,000-39,999. As many random rows of the target as there are pairs are \
replaced by the counterparts of source rows. Rows 40,000-44,095 are for evaluation. Where a fifth of the pairs is wrong, these are exchanged \
among themselves. With 20,000 pairs both sides hold the same texts."""
OURS = ["vec2vec", "vec2vec --by-cosine"]  # the second takes pairs alone


def ladder_section():
    records = records_of(RESULTS / "ladder.jsonl")
    if not records:
        return ""
    counts = sorted({r["count"] for r in records})
    parts = ["## The ladder of supervision\n", LADDER + " Command: `bench/quality/ladder.py`\n"]
    parts.append("Each cell has the median top-1 over the seeds (pool 4,096, chance 0.0002) by the number of known pairs, and below it the centred cosine.\n")
    parts.append("| pair | method | " + " | ".join(f"{c:,}" for c in counts) + " |\n|---|---" + "|---" * len(counts) + "|")
    for pair, wrong in dict.fromkeys((r["pair"], r["wrong"]) for r in records):
        of_pair = [r for r in records if (r["pair"], r["wrong"]) == (pair, wrong)]
        for method in (*OURS, "Procrustes, scipy", "ridge, scikit-learn"):
            cells = []
            for count in counts:
                runs = [r for r in of_pair if (r["count"], r["method"]) == (count, method)]
                runs = [r for r in runs if r.get("program") == runs[-1].get("program")]
                cells.append(f"{median(r['top1'] for r in runs):.3f}<br>{median(r['centred_cosine'] for r in runs):.3f}" if runs else "–")
            parts.append(f"| {arrow(pair)}{', a fifth wrong' if wrong else ''} | {method} | " + " | ".join(cells) + " |")
    ours = [r for r in records if r["method"] in OURS]
    machines = ", ".join(sorted({f"{r['machine']['cpu']}, {r['machine']['cores']} cores" for r in ours}))
    seeds = sorted({r["seed"] for r in records})
    parts.append(f"\nSeeds {seeds[0]} to {seeds[-1]}; machine: {machines}; commit {', '.join(sorted({r['program'] for r in ours}))}.\n")
    return "\n".join(parts)
