# SPDX-License-Identifier: Apache-2.0
"""Records of runs: files of one JSON object a line in bench/results. Standard library only."""

import datetime
import json
import os
import platform
from pathlib import Path


def records_of(path):
    """The records of a file; none when there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines() if line] if path.exists() else []


def add_record(path, record):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(record) + "\n")


class Lines:
    """A file of records. Records with equal values of the fields `names` are the same run. defaults: values of fields that older records
    lack."""

    def __init__(self, path, names, defaults=None):
        self.path, self.names, self.defaults = path, names, defaults or {}
        self.records = records_of(path)
        self.keys = {self.key(record) for record in self.records}

    def key(self, record):
        return json.dumps([record.get(name, self.defaults.get(name)) for name in self.names], sort_keys=True)

    def has(self, record):
        return self.key(record) in self.keys

    def add(self, record):
        add_record(self.path, record)
        self.keys.add(self.key(record))


def sweep(lines, runs, measure, show, again=False):
    """The loop of most benches: measures each run that is not stored yet, stores its record and prints what `show` says of it. So an
    interrupted bench goes on where it stopped.

    runs: dicts with the fields that tell runs apart (`lines.names`). measure(run) returns the whole record, which must have the same
    values of these fields. again: measure stored runs, too."""
    for run in runs:
        if lines.has(run) and not again:
            continue
        record = measure(run)
        assert lines.key(record) == lines.key(run), f"the record of {run} has other keys"
        lines.add(record)
        print(show(record), flush=True)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def machine():
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory, 1)}
