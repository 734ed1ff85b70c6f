#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts the demo data of examples/data out of the shared embeddings; examples/data/README.md says what is in it.

    bench/prepare/demo_data.py [--out FOLDER]

Takes texts of openly licensed sources only. The same seed gives the same files. Checks that no text is on more than one side. Needs the
shared data.
"""

import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import general_texts, rows_of
from benchlib.env import DEMO, run_inside
from benchlib.run import parser_of

OPEN_SOURCES = [
    "nq_questions",
    "hotpotqa_questions",
    "fever_claims",
    "wellformed_questions",
    "simplequestions",
    "wikisplit_sentences",
    "squad_questions",
]
SEED = 20250524
SIDE_ROWS, PAIR_ROWS, EVAL_ROWS = 6000, 2500, 1000
REGIONS = {"a": (0, 20000), "b": (20000, 40000), "eval": (40000, 44096)}


def normal(text):
    """Texts that differ in case, punctuation or spacing only count as equal."""
    return " ".join(re.findall(r"\w+", text.lower()))


def choose(lines, rng):
    """Row numbers of each part: open sources only, every text at most once over all parts, in random order."""
    seen, parts = set(), {}
    for part, count in (("eval", EVAL_ROWS), ("a", SIDE_ROWS), ("b", SIDE_ROWS)):
        rows = []
        for row in rng.permutation(range(*REGIONS[part])).tolist():
            label, text = lines[row]
            if label in OPEN_SOURCES and normal(text) not in seen and len(rows) < count:
                seen.add(normal(text))
                rows.append(row)
        assert len(rows) == count, f"only {len(rows)} rows for {part}"
        parts[part] = rows
    texts = [normal(lines[row][1]) for rows in parts.values() for row in rows]
    assert len(set(texts)) == len(texts) == 2 * SIDE_ROWS + EVAL_ROWS
    return parts


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--out", type=Path, default=DEMO, help="folder of the files")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])

    import numpy as np

    lines = general_texts()
    parts = choose(lines, np.random.default_rng(SEED))
    minilm, mpnet, e5 = (rows_of(name, "general") for name in ("minilm", "mpnet", "e5"))
    pairs = parts["a"][:PAIR_ROWS]
    files = {
        "minilm.a": minilm[parts["a"]],
        "mpnet.b": mpnet[parts["b"]],
        "minilm.pairs": minilm[pairs],
        "mpnet.pairs": mpnet[pairs],
        "minilm.eval": minilm[parts["eval"]],
        "mpnet.eval": mpnet[parts["eval"]],
        "e5.b": e5[parts["b"]],
        "e5.pairs": e5[pairs],
        "e5.eval": e5[parts["eval"]],
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        assert rows.dtype == np.float16 and np.isfinite(rows).all()
        np.save(arguments.out / f"{name}.npy", rows)
        print(f"{name}.npy  {rows.shape[0]} x {rows.shape[1]}")
    for part, rows in parts.items():
        print(part, dict(sorted(Counter(lines[row][0] for row in rows).items())))


if __name__ == "__main__":
    main()
