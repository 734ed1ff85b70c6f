#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `vec2vec align` on real embeddings: seven directed pairs of encoders, several seeds, the paired oracle, mini-vec2vec.

    bench/quality/align.py [--pairs minilm-mpnet,mpnet-e5] [--seeds 0-9] [--rows 20000] [--rival] [--again]

Needs the shared data (VEC2VEC_SHARED, default ../shared beside the project) and, for minilm-l3, the file of bench/prepare/encode_l3.py.
Every run is one JSON line of bench/results/align/<pair>.jsonl. A run that is there for the same revision and parameters is skipped,
so an interrupted bench goes on where it stopped. bench/report.py makes the pages.

The source side has rows 0 and on, the target side rows 20,000 and on, which are other texts. The evaluation rows 40,000-44,095 are
paired, and no fit sees them.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import SOURCE_FIRST, TARGET_FIRST, evaluation_files, slice_of
from benchlib.env import BENCH_DATA, RESULTS, ROOT, ensure, run_inside
from benchlib.fits import POOL, align_files, scores_of
from benchlib.records import add_record, machine, now, records_of, sweep
from benchlib.run import add_program, numbers, parser_of, program_of, run_measured

PAIRS = ["minilm-mpnet", "mpnet-minilm", "minilm-e5", "e5-minilm", "mpnet-e5", "e5-mpnet", "minilm-l3"]
RIVAL = ROOT / "bench" / "rivals" / "run_mini_vec2vec.py"
RIVAL_SEED = 123  # the default of the package


def key(record):
    """Runs of equal keys are the same run. The rival does not depend on our revision, and the oracle hardly does."""
    parts = ["kind", "pair", "rows", "seed"]
    parts += ["threads", "time_budget", "effort", "revision"] if record["kind"] == "align" else []
    return json.dumps([record.get(part) for part in parts])


class Results:
    """The records of all pairs, as benchlib.records.sweep wants them: a file a pair."""

    def __init__(self, folder):
        self.folder = folder
        self.keys = {key(record) for file in sorted(folder.glob("*.jsonl")) for record in records_of(file)}

    key = staticmethod(key)

    def has(self, record):
        return key(record) in self.keys

    def add(self, record):
        add_record(self.folder / f"{record['pair']}.jsonl", record)
        self.keys.add(key(record))


def plan(arguments, revision):
    """The fields that tell the runs apart. A seed None is the paired oracle."""
    for pair in arguments.pairs.split(","):
        if not arguments.rival_only:
            for seed in (None, *arguments.seeds):
                run = {"kind": "align" if seed is not None else "oracle", "pair": pair, "rows": arguments.rows, "seed": seed}
                run |= {"threads": arguments.threads, "time_budget": arguments.time_budget, "revision": revision}
                yield run | ({"effort": arguments.effort} if arguments.effort and seed is not None else {})
        if arguments.rival or arguments.rival_only:
            for seed in arguments.rival_seeds if arguments.rival_unequal or equal_dimensions(pair) else ():
                yield {"kind": "mini-vec2vec", "pair": pair, "rows": arguments.rows, "seed": seed, "revision": revision}


def equal_dimensions(pair):
    import numpy as np

    return len({np.load(file, mmap_mode="r").shape[1] for file in evaluation_files(pair)}) == 1


def sides(run):
    """The files of both sides. Those of the oracle hold the same texts."""
    source, target = run["pair"].split("-")
    target_first = SOURCE_FIRST if run["kind"] == "oracle" else TARGET_FIRST
    return [slice_of(source, SOURCE_FIRST, SOURCE_FIRST + run["rows"]), slice_of(target, target_first, target_first + run["rows"])]


def shown(command):
    """A command as a record has it: files without their folders."""
    return [part.name if isinstance(part, Path) else str(part) for part in command]


def align(program, run):
    oracle, effort = run["kind"] == "oracle", run.get("effort")
    name = "oracle" if oracle else f"{run['seed']}.{effort}" if effort else run["seed"]
    work = BENCH_DATA / "maps" / f"{run['pair']}.{run['rows']}.{name}.safetensors"
    work.parent.mkdir(parents=True, exist_ok=True)
    options = ["--paired", "--procrustes"] if oracle else ["--seed", run["seed"]]
    for option, value in () if oracle else (("--threads", run["threads"]), ("--effort", effort), ("--time-budget", run["time_budget"])):
        options += [option, value] if value else []
    files = sides(run)
    done = align_files(program, files, work, options, *([(0,)] if oracle else []))
    record = run | {"command": " ".join(["vec2vec", *shown(["align", *files, "-o", work, *options])])}
    record |= {"date": now(), "machine": machine(), "seconds": done["seconds"], "peak_mib": done["peak_mib"]}
    if not oracle:
        told = done["json"]
        record |= {"verdict": done["verdict"], "starts": len(told.get("starts", []))}
        for field in ("seconds", "pair_free_score", "evidence", "stopped_because"):
            if field in told:
                record["fit_seconds" if field == "seconds" else field] = told[field]
    record["scores"], record["eval_rows"] = scores_of(program, work, evaluation_files(run["pair"]))
    return record | {"pool": POOL}


def rival(run):
    python = ensure("rivals-venv", ["mini-vec2vec==0.1.2"], at_least=(3, 12))
    evaluation = evaluation_files(run["pair"])
    command = [*sides(run), "--eval-a", evaluation[0], "--eval-b", evaluation[1], "--seed", run["seed"]]
    done = run_measured([python, RIVAL, *command])["json"]
    record = run | {"command": " ".join(["bench/rivals/run_mini_vec2vec.py", *shown(command)])}
    record |= {"date": now(), "machine": machine(), "tool": done["tool"], "pool": POOL}
    record |= {name: done[name] for name in ("seconds", "fit_seconds", "peak_mib", "eval_rows")}
    return record | {"scores": {name: {"value": value} for name, value in done["scores"].items()}}


def show(record):
    scores = {name: record["scores"][name]["value"] for name in ("top1", "mean_rank", "centred_cosine")}
    return (
        f"{record['pair']:<14}{record['kind']:<13} seed {record['seed']!s:<5} {record.get('verdict', ''):<12}"
        f" top-1 {scores['top1']:.4f}  rank {scores['mean_rank']:.2f}  centred cosine {scores['centred_cosine']:.3f}"
        f"  {record['seconds']:.1f} s  {record['peak_mib']:.0f} MiB"
    )


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default=",".join(PAIRS), help="directed pairs, source-target, separated by commas")
    parser.add_argument("--seeds", type=numbers, default="0-9", help="as in 0-9 or 0,3,5")
    parser.add_argument("--rows", type=int, default=TARGET_FIRST, help="rows a side, at most 20,000")
    parser.add_argument("--threads", type=int, default=0, help="passed on to align")
    parser.add_argument("--effort", default="", help="passed on to align")
    parser.add_argument("--time-budget", default="", help="passed on to align")
    parser.add_argument("--rival", action="store_true", help="run mini-vec2vec too, which takes minutes a pair")
    parser.add_argument("--rival-only", action="store_true", help="run mini-vec2vec alone")
    parser.add_argument("--rival-seeds", type=numbers, default=[RIVAL_SEED])
    parser.add_argument("--rival-unequal", action="store_true", help="run it on pairs of unequal dimension too, which it pads with zeros")
    parser.add_argument("--results", type=Path, default=RESULTS / "align", help="folder of the records")
    parser.add_argument("--again", action="store_true", help="also run what is stored already")
    add_program(parser)
    arguments = parser.parse_args()
    if not 0 < arguments.rows <= TARGET_FIRST:
        parser.error(f"--rows {arguments.rows} is not between 1 and {TARGET_FIRST}, the number of texts a side.")
    run_inside("bench-venv", ["numpy"])
    program, revision = (None, "") if arguments.rival_only else program_of(arguments.vec2vec)
    measure = lambda run: rival(run) if run["kind"] == "mini-vec2vec" else align(program, run)
    sweep(Results(arguments.results), plan(arguments, revision), measure, show, arguments.again)


if __name__ == "__main__":
    main()
