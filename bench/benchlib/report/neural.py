# SPDX-License-Identifier: Apache-2.0
"""The neural translator: beside the paper, after the linear map, on other corpora, without each loss, and from random weights."""

from statistics import mean

from ..env import RESULTS
from ..neural import LOSSES, ROWS, SHOWN, kept
from ..records import records_of
from .tables import arrow, distinct, spread

PAPER_PROTOCOL = """The 17,133 questions of Natural Questions in the shared data are shuffled by seed 0. The source takes 0-6,499, the target \
6,500-12,999; the last 4,096 are paired, for evaluation. The pool of the tweets has 800 rows, as in the paper. `vec2vec align` fits each pair and \
seed, and `--method neural` goes on from that map. The oracle is the orthogonal map of the source's rows and their true pairs."""
POOLS = {"NQ": 4096, "tweets": 800, "medical": 2000}
# Mean over the paper's cross-backbone pairs, as far as it gives them: top-1, mean rank, raw cosine.
PUBLISHED = {"NQ": (0.950, 1.6, 0.806), "tweets": (0.919, None, None), "medical": (0.212, None, None)}
PUBLISHED_POOLS = {"NQ": 8192, "tweets": 800, "medical": 8192}


def paper_section():
    records = records_of(RESULTS / "paper_protocol.jsonl")
    if not records:
        return ""
    methods = list(dict.fromkeys(r["method"] for r in records))
    pairs = list(dict.fromkeys(r["pair"] for r in records))
    text = "## The paper's protocol at our scale\n\n" + PAPER_PROTOCOL + "\n\n"
    text += "Each cell has top-1, mean rank and raw cosine, mean of the seeds.\n\n"
    text += "| scored on | pool | " + " | ".join(["pair", *methods]) + " |\n" + "|---" * (3 + len(methods)) + "|\n"
    cell = lambda runs: " / ".join(f"{mean(r[k] for r in runs):{f}}" for k, f in (("top1", ".3f"), ("mean_rank", ".2f"), ("cosine", ".3f")))
    for corpus in POOLS:
        inside = [r for r in records if r["corpus"] == corpus]
        for pair in pairs:
            cells = [cell([r for r in inside if (r["pair"], r["method"]) == (pair, method)]) for method in methods]
            text += f"| {corpus} | {POOLS[corpus]:,} | {arrow(pair)} | " + " | ".join(cells) + " |\n"
        cells = [cell([r for r in inside if r["method"] == method]) for method in methods]
        text += f"| {corpus} | {POOLS[corpus]:,} | mean | " + " | ".join(cells) + " |\n"
        given = " / ".join("–" if value is None else str(value) for value in PUBLISHED[corpus])
        text += f"| {corpus} | {PUBLISHED_POOLS[corpus]:,} | *vec2vec's paper, mean of its cross-backbone pairs* |" + " |" * (methods.index("neural")) + f" {given} |\n"
    last = records[-1]
    verdicts = [r["verdict"] for r in records if r["method"] == "linear" and r["corpus"] == "NQ"]
    text += f"\n{len(set(r['seed'] for r in records if r['seed'] is not None))} seeds a pair; verdicts of the linear fits: "
    text += ", ".join(f"{v} {verdicts.count(v)}" for v in dict.fromkeys(verdicts))
    text += ". The paper fits a million rows a side of other encoders, takes the best of several seeds, and has notes of MIMIC as medical texts, which are not public. Its "
    text += f"conditions therefore differ from ours. Chance is one in the pool. Machine: {last['machine']['cpu']}, {last['machine']['cores']} cores; "
    return text + f"{last['date'][:10]}; commit {distinct(r['program'] for r in records)}. Command: `bench/quality/paper_protocol.py`\n\n"


GAINS = {"top1": "top-1", "mean_rank": "mean rank", "centred_cosine": "centred cosine"}


def gain_section():
    """The newest options of each pair."""
    records = records_of(RESULTS / "neural.jsonl")
    if not records:
        return ""
    text = "## Neural after linear\n\nThe translator starts from the linear map of the same rows (docs/neural.md). "
    text += "*Kept* counts the seeds whose top-1 and mean rank are no worse than those of the linear map. Where 0 CPU seconds are given, the searches behind the start agreed, and nothing was trained.\n\n"
    text += "| start | rows a side | seeds | " + " | ".join(f"{name}: linear → neural, mean (min – max)" for name in GAINS.values()) + " | kept | CPU seconds, mean |\n"
    text += "|---" * (5 + len(GAINS)) + "|\n"
    for pair, rows in dict.fromkeys((r["pair"], r.get("rows", ROWS)) for r in records):
        of_pair = [r for r in records if (r["pair"], r.get("rows", ROWS)) == (pair, rows)]
        runs = [r for r in of_pair if (r["options"], r["revision"]) == (of_pair[-1]["options"], of_pair[-1]["revision"])]
        cells = [arrow(pair).replace("+", ", known pairs: "), f"{rows:,}", str(len(runs))]
        for name in GAINS:
            values = [r["neural"][name]["value"] for r in runs]
            cells.append(f"{runs[0]['linear'][name]['value']:.4f} → **{sum(values) / len(values):.4f}** ({min(values):.4f} – {max(values):.4f})")
        cells.append(f"{sum(kept(r['linear'], r['neural']) for r in runs)} of {len(runs)}")
        cells.append(f"{sum(r['cpu_seconds'] for r in runs) / len(runs):.0f}")
        text += "| " + " | ".join(cells) + " |\n"
    last = records[-1]
    loads = [r["load"] for r in records]
    text += f"\n4,096 evaluation rows; machine: {last['machine']['cpu']}, {last['machine']['cores']} cores, load {min(loads):.0f} – {max(loads):.0f} during the runs, so only CPU seconds are given; "
    text += f"{last['date'][:10]}; commit {distinct(r['revision'] for r in records)}. Command: `bench/neural/gain.py`, options: {last['options'] or 'none, the preset'}\n\n"
    return text


DOMAINS = """All maps are fitted on 20,000 general rows a side. *Neural after linear* starts from one linear map, with 5 seeds of training \
(`bench/neural/gain.py`). *Neural alone* is the `paper` preset from random weights on the same rows, with the settings that \
`bench/neural/ablation.py` has for the linear start."""
CORPORA = {"general": "general, held out", "tweets": "tweets", "medical": "medical sentences", "agnews": "news titles"}
KINDS = {"linear": "linear", "after": "neural after linear", "alone": "neural alone, random weights"}


def domains_section():
    records = records_of(RESULTS / "neural_domains.jsonl")
    if not records:
        return ""
    text = "## Linear, neural after linear, neural alone: out of distribution\n\n" + DOMAINS + "\n\n"
    text += "| pair | scored on (rows = pool) | map | seeds | " + " | ".join(SHOWN.values()) + " |\n" + "|---" * (4 + len(SHOWN)) + "|\n"
    for pair, corpus, kind in dict.fromkeys((r["pair"], r["corpus"], r["kind"]) for r in records):
        runs = [r for r in records if (r["pair"], r["corpus"], r["kind"]) == (pair, corpus, kind)]
        cells = [arrow(pair), f"{CORPORA[corpus]} ({runs[0]['rows']:,})", KINDS[kind], str(len(runs)) if kind != "linear" else "–"]
        for name in SHOWN:
            values = [r["scores"][name]["value"] for r in runs]
            spread = f" ({min(values):.4f} – {max(values):.4f})" if min(values) < max(values) else ""
            cells.append(f"{mean(values):.4f}{spread}")
        text += "| " + " | ".join(cells) + " |\n"
    good = {}  # by corpus: whether each run after the linear map kept its scores
    for r in records:
        if r["kind"] == "after":
            start = next(s for s in records if (s["pair"], s["corpus"], s["kind"]) == (r["pair"], r["corpus"], "linear"))["scores"]
            good.setdefault(r["corpus"], []).append(kept(start, r["scores"]))
    text += "\nRuns of *neural after linear* that keep or improve both top-1 and mean rank of their linear map: "
    text += ", ".join(f"{CORPORA[corpus]} {sum(runs)} of {len(runs)}" for corpus, runs in good.items()) + ".\n"
    m = records[-1]["machine"]
    return text + f"\nChance is a top-1 of one in so many rows. Machine: {m['cpu']}, {m['cores']} cores; {records[-1]['date'][:10]}; commit {distinct(r['revision'] for r in records)}. Command: `bench/neural/domains.py`\n\n"


def ablation_section():
    records = records_of(RESULTS / "neural_ablation.jsonl")
    if not records:
        return ""
    text = "## The paper's losses from the linear start\n\nMeans of the seeds, with the lowest and the highest. *Changed* counts the seeds that ended with another map than the linear start, by the score that reads no pair.\n\n"
    text += "| pair | losses | seeds | changed | " + " | ".join(SHOWN.values()) + " |\n" + "|---" * (4 + len(SHOWN)) + "|\n"
    for pair in dict.fromkeys(r["pair"] for r in records):
        start = next(r["linear"] for r in records if r["pair"] == pair)
        text += f"| {arrow(pair)} | linear start | – | – | " + " | ".join(f"{start[name]['value']:.4f}" for name in SHOWN) + " |\n"
        for variant, told in LOSSES.items():
            runs = [r for r in records if (r["pair"], r["variant"]) == (pair, variant)]
            if not runs:
                continue
            cells = [arrow(pair), told, str(len(runs)), f"{sum(r['best_step'] > 0 for r in runs)} of {len(runs)}"]
            for name in SHOWN:
                values = [r["scores"][name]["value"] for r in runs]
                cells.append(f"**{sum(values) / len(values):.4f}** ({min(values):.4f} – {max(values):.4f})")
            text += "| " + " | ".join(cells) + " |\n"
    m, seconds = records[-1]["machine"], [r["cpu_seconds"] for r in records]
    text += f"\n{ROWS:,} rows a side, pool 4,096 (chance: 0.0002, 2,048.5); {min(seconds):.0f} to {max(seconds):.0f} CPU seconds a run; machine: {m['cpu']}, {m['cores']} cores; {records[-1]['date'][:10]}; commit "
    return text + f"{distinct(r['revision'] for r in records)}. Command: `bench/neural/ablation.py`\n\n"


def random_start_section():
    records = records_of(RESULTS / "neural_random.jsonl")
    if not records:
        return ""
    text = "## Neural from random weights\n\nThe problem is a small copy: minilm rows of different texts in their leading principal directions, with one side rotated. Losses and coefficients are the "
    text += "paper's. Top-1 and mean rank are those of 4,096 held-out rows (chance: 0.0002, 2,048.5), the median of the seeds.\n\n"
    text += "| dimensions | steps | known pairs | losses | seeds | top-1 | mean rank | pair-free score at the start | best |\n" + "|---" * 9 + "|\n"
    problem = lambda r: (r["dims"], r["steps"], r.get("known", 0), r["variant"])
    for group in dict.fromkeys(map(problem, records)):
        runs = [r for r in records if problem(r) == group]
        cells = [*map(str, group), str(len(runs))]
        cells += [spread([r["scores"][name]["value"] for r in runs], form) for name, form in (("top1", ".4f"), ("mean_rank", ".0f"))]
        cells += [spread([r[name] for r in runs]) for name in ("start_score", "best_score")]
        text += "| " + " | ".join(cells) + " |\n"
    return text + f"\n{records[-1]['date'][:10]}; commit {distinct(r['revision'] for r in records)}. Command: `bench/neural/random_start.py`\n\n"
