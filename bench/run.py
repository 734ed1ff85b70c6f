#!/usr/bin/env python3
"""Measures `vec2vec align` on real embeddings: seven directed pairs of encoders, several seeds, the paired oracle, mini-vec2vec.

    bench/run.py [--pairs minilm-mpnet,mpnet-e5] [--seeds 0-9] [--rows 20000] [--rival] [--again]

Needs the shared data (VEC2VEC_SHARED, default ../shared beside the project) and, for minilm-l3, what bench/encode_l3.py wrote.
Every run is appended as one JSON line to bench/results/align/<pair>.jsonl; a run found there for the same revision and parameters
is skipped, so an interrupted bench goes on where it stopped. bench/make_results.py turns the lines into docs/results.md.

Split: source rows 0.., target rows 20,000.. (other texts), evaluation rows 40,000-44,095, paired, seen by no fit.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, SHARED, add_record, ensure, natural_blas, run_inside

PAIRS = ["minilm-mpnet", "mpnet-minilm", "minilm-e5", "e5-minilm", "mpnet-e5", "e5-mpnet", "minilm-l3"]
SOURCE_FIRST, TARGET_FIRST, EVAL_FIRST, EVAL_END = 0, 20000, 40000, 44096
POOL = 4096
VERDICTS = {0: "ALIGNED", 3: "UNCERTAIN", 4: "NOT_ALIGNED"}
CODE = ["src", "include", "cli", "cmake", "CMakeLists.txt", "CMakePresets.json"]
RIVAL = ROOT / "bench" / "rivals" / "run_mini_vec2vec.py"
RIVAL_SEED = 123  # its own default; seeds other than that are ours to choose


# --- what a run is, and where it is kept -----------------------------------------------------------------------------------


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def revision(binary, built_here):
    """The last commit that touched the code; with uncommitted changes or a binary from elsewhere, that and the binary's hash."""
    commit = git("log", "-1", "--format=%h", "--abbrev=12", "--", *CODE)
    if built_here and not git("status", "--porcelain", "--", *CODE):
        return commit
    return f"{commit}+{hashlib.sha256(binary.read_bytes()).hexdigest()[:8]}"


def machine():
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory, 1)}


def key(record):
    """Runs of equal keys are the same run. Oracle and rival do not depend on our revision (the oracle hardly)."""
    parts = ["kind", "pair", "rows", "seed"]
    return tuple(record.get(part) for part in parts + (["threads", "time_budget", "effort", "revision"] if record["kind"] == "align" else []))


class Results:
    """bench/results/align/<pair>.jsonl of all pairs."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines() if line]
        self.keys = {key(json.loads(line)) for line in lines}

    def has(self, record):
        return key(record) in self.keys

    def add(self, record):
        add_record(self.folder / f"{record['pair']}.jsonl", record)
        self.keys.add(key(record))


# --- running things --------------------------------------------------------------------------------------------------------


def run_measured(command, allowed=(0,)):
    """Runs command; its JSON output, exit code, wall and CPU seconds and peak memory in MiB (of that child alone)."""
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=out, env=natural_blas(os.environ))
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = code = os.waitstatus_to_exitcode(status)
        if code not in allowed:
            sys.exit(f"exit code {code} of: {' '.join(map(str, command))}")
        out.seek(0)
        text = out.read()
    return {"json": json.loads(text), "exit": code, "seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}


def slice_of(encoder, first, end):
    """An npy file of rows first..end-1 of an encoder's vectors, cut on first use."""
    import numpy as np

    path = BENCH_DATA / "slices" / f"{encoder}.{first}-{end}.npy"
    if not path.exists():
        name = f"general.{encoder}.npy"
        folders = (SHARED / "data", BENCH_DATA, BENCH_DATA / "encoded")
        whole = next((folder / name for folder in folders if (folder / name).exists()), None)
        if whole is None:
            sys.exit(f"{name} found neither in {SHARED / 'data'} nor in {BENCH_DATA}; for l3 run bench/encode_l3.py")
        rows = np.load(whole, mmap_mode="r")
        assert len(rows) >= end, f"{whole} has {len(rows)} rows only"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, rows[first:end])
        part.rename(path)
    return path


def scores_of(arguments, work, files):
    command = [arguments.vec2vec, "evaluate", "--map", work, *files, "--pool", POOL, "--json", "--quiet"]
    evaluation = run_measured(command)["json"]
    return evaluation["scores"], evaluation["rows"]


def align(arguments, pair, seed, results, common):
    """One run of the unpaired alignment (seed given), or the paired oracle (seed None)."""
    source, target = pair.split("-")
    oracle = seed is None
    record = {"kind": "oracle" if oracle else "align", "pair": pair, "rows": arguments.rows, "seed": seed}
    record |= {"threads": arguments.threads, "time_budget": arguments.time_budget, **common}
    if arguments.effort and not oracle:
        record["effort"] = arguments.effort
    if results.has(record) and not arguments.again:
        return
    target_first = SOURCE_FIRST if oracle else TARGET_FIRST
    files = [
        slice_of(source, SOURCE_FIRST, SOURCE_FIRST + arguments.rows),
        slice_of(target, target_first, target_first + arguments.rows),
    ]
    evaluation = [slice_of(encoder, EVAL_FIRST, EVAL_END) for encoder in (source, target)]
    name = "oracle" if oracle else f"{seed}.{arguments.effort}" if arguments.effort else seed
    work = BENCH_DATA / "maps" / f"{pair}.{arguments.rows}.{name}.safetensors"
    work.parent.mkdir(parents=True, exist_ok=True)
    options = ["--paired", "--procrustes"] if oracle else ["--seed", seed]
    if not oracle and arguments.threads:
        options += ["--threads", arguments.threads]
    if not oracle and arguments.effort:
        options += ["--effort", arguments.effort]
    if not oracle and arguments.time_budget:
        options += ["--time-budget", arguments.time_budget]
    command = ["align", *files, "-o", work, *options]
    done = run_measured([arguments.vec2vec, *command, "--force", "--json", "--quiet"], allowed=(0,) if oracle else tuple(VERDICTS))
    record["command"] = " ".join(["vec2vec", *(part.name if isinstance(part, Path) else str(part) for part in command)])
    record |= {"date": now(), "machine": machine(), "seconds": done["seconds"], "peak_mib": done["peak_mib"]}
    if not oracle:
        told = done["json"]
        record |= {"verdict": VERDICTS[done["exit"]], "starts": len(told.get("starts", []))}
        for name in ("seconds", "pair_free_score", "evidence", "stopped_because"):
            if name in told:
                record["fit_seconds" if name == "seconds" else name] = told[name]
    record["scores"], record["eval_rows"] = scores_of(arguments, work, evaluation)
    record["pool"] = POOL
    results.add(record)
    report(record)


def rival(arguments, pair, seed, results, common):
    source, target = pair.split("-")
    record = {"kind": "mini-vec2vec", "pair": pair, "rows": arguments.rows, "seed": seed, **common}
    if results.has(record) and not arguments.again:
        return
    files = [
        slice_of(source, SOURCE_FIRST, SOURCE_FIRST + arguments.rows),
        slice_of(target, TARGET_FIRST, TARGET_FIRST + arguments.rows),
    ]
    evaluation = [slice_of(encoder, EVAL_FIRST, EVAL_END) for encoder in (source, target)]
    python = ensure("rivals-venv", ["mini-vec2vec==0.1.2"], at_least=(3, 12))
    command = [*files, "--eval-a", evaluation[0], "--eval-b", evaluation[1], "--seed", seed]
    done = run_measured([python, RIVAL, *command])["json"]
    shown = [part.name if isinstance(part, Path) else str(part) for part in command]
    record["command"] = " ".join(["bench/rivals/run_mini_vec2vec.py", *shown])
    record |= {"date": now(), "machine": machine(), "tool": done["tool"], "pool": POOL}
    record |= {name: done[name] for name in ("seconds", "fit_seconds", "peak_mib", "eval_rows")}
    record["scores"] = {name: {"value": value} for name, value in done["scores"].items()}
    results.add(record)
    report(record)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def report(record):
    scores = {name: record["scores"][name]["value"] for name in ("top1", "mean_rank", "centred_cosine")}
    print(
        f"{record['pair']:<14}{record['kind']:<13} seed {record['seed']!s:<5} {record.get('verdict', ''):<12}"
        f" top-1 {scores['top1']:.4f}  rank {scores['mean_rank']:.2f}  centred cosine {scores['centred_cosine']:.3f}"
        f"  {record['seconds']:.1f} s  {record['peak_mib']:.0f} MiB",
        flush=True,
    )


# --- command line ----------------------------------------------------------------------------------------------------------


def numbers(text):
    """'0-3,7' -> [0, 1, 2, 3, 7]"""
    spans = [part.split("-") for part in text.split(",")]
    return [number for span in spans for number in range(int(span[0]), int(span[-1]) + 1)]


def build():
    command = ["cmake", "--build", "--preset", "release", "--target", "vec2vec_cli"]
    if not (ROOT / "build" / "release" / "CMakeCache.txt").exists():
        subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=sys.stderr)
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    return ROOT / "build" / "release" / "cli" / "vec2vec"


def program_of(named):
    """The program that a bench measures - the one named, or build/release, built first - and its revision."""
    program = (named or build()).resolve()
    return program, revision(program, built_here=named is None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=",".join(PAIRS), help="directed pairs, source-target, separated by commas")
    parser.add_argument("--seeds", type=numbers, default="0-9", help="as in 0-9 or 0,3,5")
    parser.add_argument("--rows", type=int, default=20000, help="rows a side")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--effort", default="", help="passed on to align")
    parser.add_argument("--time-budget", default="", help="passed on to align")
    parser.add_argument("--rival", action="store_true", help="run mini-vec2vec too; minutes a pair")
    parser.add_argument("--rival-only", action="store_true", help="run mini-vec2vec alone")
    parser.add_argument("--rival-seeds", type=numbers, default=[RIVAL_SEED])
    parser.add_argument("--rival-unequal", action="store_true", help="run it on pairs of unequal dimension too (it pads with zeros)")
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "align")
    parser.add_argument("--again", action="store_true", help="also run what is there already")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import numpy as np

    assert 0 < arguments.rows <= TARGET_FIRST
    results = Results(arguments.results)
    common = {"revision": ""}
    if not arguments.rival_only:
        arguments.vec2vec, label = program_of(arguments.vec2vec)
        common = {"revision": label}
    for pair in arguments.pairs.split(","):
        if not arguments.rival_only:
            for seed in (None, *arguments.seeds):
                align(arguments, pair, seed, results, common)
        if arguments.rival or arguments.rival_only:
            dims = {np.load(slice_of(encoder, EVAL_FIRST, EVAL_END), mmap_mode="r").shape[1] for encoder in pair.split("-")}
            if len(dims) == 1 or arguments.rival_unequal:
                for seed in arguments.rival_seeds:
                    rival(arguments, pair, seed, results, common)


if __name__ == "__main__":
    main()
