# SPDX-License-Identifier: Apache-2.0
"""Speed: translation, Python beside the command, Parquet to Parquet, measures at scale, and the engines."""

from ..env import RESULTS
from ..records import records_of


def translate_section():
    """The last record of each shape."""
    records = records_of(RESULTS / "translate.jsonl")
    if not records:
        return ""
    text = "## Translation\n\n| rows, float32 | map | seconds | rows/s | GEMM bound, s | disk bound, s | share of the slower bound |\n|---|---|---|---|---|---|---|\n"
    for r in {(r["d_source"], r["d_target"], r.get("neural")): r for r in records}.values():
        text += f"| {r['rows']:,} | {r['d_source']} → {r['d_target']}{', neural (' + r['neural'] + ')' if r.get('neural') else ''} | {r['seconds']:.2f} | {r['rows'] / r['seconds']:,.0f} | {r['gemm_bound']:.2f} | {r['disk_bound']:.2f} | {r['share']:.0%} |\n"
    return text + f"\nEach figure is the median of three runs, npy to npy with fsync, on 2 cores; {records[-1]['date'][:10]}. The speed of the disk varies by some 20 % from run to run. Command: `bench/speed/translate.py`\n"


def overhead(record, kind):
    """Of a record, with its interval where it has one."""
    text = f"{record[f'{kind}_overhead']:+.1%}"
    if f"{kind}_interval" in record:
        text += " ({:+.1%} to {:+.1%})".format(*record[f"{kind}_interval"])
    return text


def python_section():
    """All records, for one run varies by more than Python costs."""
    records = records_of(RESULTS / "python_overhead.jsonl")
    if not records:
        return ""
    text = "## Python\n\n| date | job, whole process | command: wall, CPU (s) | Python: wall, CPU (s) | wall overhead | CPU overhead |\n|---|---|---|---|---|---|\n"
    for r in records:
        text += f"| {r['date'][:16]} | {r['job']} | {r['wall_cli']:.2f}, {r['cpu_cli']:.2f} | {r['wall_python']:.2f}, {r['cpu_python']:.2f} | {overhead(r, 'wall')} | {overhead(r, 'cpu')} |\n"
    few, many = (pick(r["repeat"] for r in records) for pick in (min, max))
    text += f"\nThe figures are medians of {few} to {many} runs of each in turn, interpreter and imports included, on 2 cores, with 95 % intervals over the rounds. Until "
    return text + "2026-11-26 04:00 `import vec2vec_cpp` loaded the whole package and numpy (0.10 s of wall time, 0.13 s of CPU time); now it loads what is used. Command: `bench/speed/python_overhead.py`\n"


LIMITS = """
The goal was 80 % of the slower bound, which is not reached: 1.6 of two cores are busy, and Parquet's lists cost most. Of the CPU time (`perf`, a
million rows) libparquet takes 28 % for the levels of the lists, the kernel 19 % and memmove 13 % to move the bytes, and the product 18 %. These
changes were tried on a million rows: two files at a time (8.1 to 5.7 s, kept); a product on one thread (9.0 s); jemalloc for Arrow (7.7 s); elements
that are never null, pages of 64 MB, data pages of version 2 and larger write batches (no faster to write, and the pages are slower to read).
"""


def parquet_section():
    """The last record of each size."""
    records = records_of(RESULTS / "parquet_scale.jsonl")
    if not records:
        return ""
    text = "## Parquet to Parquet\n\n| rows, 384 → 384 | seconds | CPU seconds | rows/s | memory, MiB | GEMM bound, s | disk bound, s | share of the slower bound | killed twice and resumed |\n|---|---|---|---|---|---|---|---|---|\n"
    for r in {r["rows"]: r for r in records}.values():
        same = "same bytes" if r["same_after_two_kills"] else "OTHER BYTES"
        text += f"| {r['rows']:,} | {r['seconds']:.1f} | {r['cpu_seconds']:.1f} | {r['rows_per_second']:,.0f} | {r['memory_mib']:,.0f} | {r['gemm_bound']:.1f} | {r['disk_bound']:.1f} | {r['share']:.0%} | {same} |\n"
    r = records[-1]
    text += f"\nEach row is one run of `python -m vec2vec_cpp translate` into 10 files, two at a time, with row groups of 50,000. Memory is the largest resident set of the process, mapped files included. The bounds were measured just before and after. 2 cores, load {r['load']:.1f}; {r['date'][:10]}. Command: `bench/speed/parquet.py`\n"
    return text + LIMITS


def measures_at_scale_section():
    """The newest run."""
    record = next(reversed(records_of(RESULTS / "measure" / "scale.jsonl")), {})
    if "dense_rows" not in record:
        return ""  # none, or one of an earlier form with other rivals
    few = record["k-NN, few rows"], record["k-NN, few rows, again"]
    text = "## Measures at scale\n\n"
    text += f"The rows are random but related, of {record['dims'][0]} and {record['dims'][1]} dimensions; k = {record['k']}, 10 permutations, no bootstrap. Whole commands are timed, reading included.\n"
    text += "*GEMM share*: the flops done (by symmetry n² (d + e)) per second of CPU time over those of a 4096³ float32 product of OpenBLAS in\n"
    text += "the same run; bfloat16 products can exceed 1. *Times ours*: the ratio to the mean of our runs before and after. Rivals may use all cores.\n\n"
    text += "| rows | what | wall s | CPU s | MiB | GEMM share | times our wall, CPU, memory |\n|---|---|---|---|---|---|---|\n"

    def line(rows, what, cost):
        share = f"{cost['share_of_gemm']:.2f}" if "share_of_gemm" in cost else ""
        ratio = cost.get("times_ours")
        ratio = f"{ratio['seconds']:.1f}, {ratio['cpu_seconds']:.1f}, {ratio['peak_mib']:.1f}" if ratio else ""
        return f"| {rows:,} | {what} | {cost['seconds']:.2f} | {cost['cpu_seconds']:.2f} | {cost['peak_mib']:,.0f} | {share} | {ratio} |\n"

    for cost in few:
        text += line(record["dense_rows"], "`measure --only mutual_knn`", cost)
    for name, cost in record.items():
        if name.startswith("dense "):
            text += line(record["dense_rows"], name.removesuffix(", few rows"), cost) if isinstance(cost, dict) else ""
    text += line(record["rows"], "`measure --only mutual_knn`", record["k-NN"])
    for family in ("cka", "maps"):
        if family in record:
            text += line(record["rows"], f"`measure --only {family}`", record[family])
    machine = record["machine"]
    text += f"\n{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {record['date']}, at niceness {record['nice']}, load {record['load']:.1f} at the start,\n"
    text += "so compare CPU times, and wall times within the run only. Command: `bench/speed/measures.py`\n\n"
    return text


def engines_table():
    """The tables of docs/scale.md: the last record of each job, and what the jobs come to for many rows."""
    records = records_of(RESULTS / "engines.jsonl")
    last = {(r["engine"], r["copy"]): r for r in records}
    print("| job | rows/s | CPU seconds per million rows | core hours per billion | MB/s in, out |\n|---|---|---|---|---|")
    hours = {}
    for (engine, copy), r in last.items():
        million = r["cpu_seconds"] / r["rows"] * 1e6
        bytes_in, bytes_out = (r[key] / r["seconds"] / 1e6 for key in ("bytes_in", "bytes_out"))
        name = engine + (", copy only" if copy else "")
        if not copy:
            hours[engine] = million / 3.6
        print(f"| {name} | {r['rows'] / r['seconds']:,.0f} | {million:.1f} | {million / 3.6:.1f} | {bytes_in:.0f}, {bytes_out:.0f} |")
    loads = [r["load"] for r in last.values()]
    r = records[-1]
    print(f"\n{r['rows']:,} rows a job, Parquet to Parquet, float32, 384 -> 768; 2 cores, load average {min(loads):.0f} to", end=" ")
    print(f"{max(loads):.0f}; {r['date'][:10]}. Command: `bench/speed/engines.py`\n")
    print("| billion rows | TB in, out | " + " | ".join(f"core hours, {name}" for name in hours) + " | cost at 0.05 USD a core hour |")
    print("|---|---|" + "---|" * (len(hours) + 1))
    for billions in (1, 10, 100):
        sizes = [billions * 1e9 * 4 * dim / 1e12 for dim in (r['d_source'], r['d_target'])]
        cost = ", ".join(f"{0.05 * billions * each:,.2f}" for each in hours.values())
        times = " | ".join(f"{billions * each:,.0f}" for each in hours.values())
        print(f"| {billions} | {sizes[0]:,.1f}, {sizes[1]:,.1f} | {times} | {cost} |")
