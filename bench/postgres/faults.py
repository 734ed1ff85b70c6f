#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills and rolls back migrations of a column in Postgres while others write and read, and times the writers.

    bench/postgres/faults.py [--cycles 50] [--kills 200] [--rows 2000] [--latency-rows 50000]

The server is its own (scripts/setup.sh --postgres, fsync off); the vectors are those of MiniLM (384) and e5 (384) in examples/data.

 1. Latency, in a table with an HNSW index on its vectors. A writer changes a row every few milliseconds and a reader reads one, first
    alone and then during `migrate --switch`. The record has how long their statements took.
 2. Faults, in a table docs(id, ver, v). A writer inserts rows, edits them (a new version, with a vector of the model that column v holds
    at the time) and deletes them; a reader reads. Each of --cycles cycles translates, switches, rolls back and sometimes drops the new
    column. It is hit by its share of --kills kills at random moments: SIGKILL to the program, every tenth to the server. The bench knows
    what the writer committed and checks every row after each cycle: the newest vector that was written is there, a translation is that of
    the row's newest vector, and a row whose old vector is older than its text is among those that vec2vec counts.

Appends a record to bench/results/postgres.jsonl. Ends with an error when a vector was lost, or was stale and not counted.
"""

import atexit
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, DEMO, RESULTS, run_inside
from benchlib.postgres import DIM, PACKAGES, postgres_server
from benchlib.records import add_record, now
from benchlib.run import add_program, find_program, parser_of, run_quietly

SETTINGS = ["fsync=off", "shared_buffers=256MB", "max_wal_size=2GB"]


class Vectors:
    """The vectors of each version of a row: of the old model, its translation, and of the new model. Their hashes tell which one a row has."""

    def __init__(self, program, work):
        import numpy as np

        self.program, self.map = program, work / "map.safetensors"
        pairs = [DEMO / f"{name}.pairs.npy" for name in ("minilm", "e5")]
        run_quietly([program, "align", *pairs, "--paired", "--procrustes", "-o", self.map, "--force", "--quiet"])
        old = np.load(DEMO / "minilm.a.npy").astype(np.float32)
        np.save(work / "old.npy", old)
        run_quietly([program, "translate", self.map, work / "old.npy", "-o", work / "new.npy", "--force", "--quiet"])
        native = np.load(DEMO / "e5.b.npy").astype(np.float32)[: len(old)]
        self.rows = {"old": old, "translated": np.load(work / "new.npy"), "native": native}
        self.count = min(len(rows) for rows in self.rows.values())
        self.hashes = {kind: [self.hash(row) for row in rows[: self.count]] for kind, rows in self.rows.items()}

    @staticmethod
    def hash(row):
        """md5(vector_send(v)) of Postgres."""
        return hashlib.md5(len(row).to_bytes(2, "big") + bytes(2) + row.astype(">f4").tobytes()).hexdigest()

    def place(self, key, version):
        return (key * 7919 + version * 104729) % self.count

    def text(self, kind, key, version):
        return "[" + ",".join(str(x) for x in self.rows[kind][self.place(key, version)]) + "]"

    def named(self, found, key, version):
        """The meaning of a hash, for a report: NULL, or model and version of the row's vector."""
        if found is None:
            return "NULL"
        for kind in self.rows:
            for earlier in range(version, -1, -1):
                if self.is_(found, kind, key, earlier):
                    return f"{kind} of version {earlier}"
        return "none of its vectors"

    def is_(self, found, kind, key, version):
        return found == self.hashes[kind][self.place(key, version)]


class Server:
    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        self.folder, self.url = folder, postgres_server.start(folder, settings=SETTINGS)
        atexit.register(postgres_server.kill, folder)
        with self.connect() as c:
            c.execute("CREATE EXTENSION vector")

    def connect(self):
        import psycopg

        return psycopg.connect(self.url, autocommit=True, prepare_threshold=None)

    def kill(self):
        postgres_server.kill(self.folder)
        postgres_server.start(self.folder, settings=SETTINGS)

    def patiently(self):
        """A connection; waits until the server is back."""
        import psycopg

        while True:
            try:
                return self.connect()
            except psycopg.OperationalError:
                time.sleep(0.1)


class Worker(threading.Thread):
    """Repeats its work over a connection of its own, and connects again when that is lost."""

    def __init__(self, server, pause):
        super().__init__(daemon=True)
        self.server, self.pause, self.connection = server, pause, server.patiently()
        self.running, self.ended, self.times, self.failures = threading.Event(), threading.Event(), [], []
        self.idle = threading.Event()
        self.running.set()
        self.start()

    def run(self):
        import psycopg

        while not self.ended.is_set():
            if not self.running.is_set():
                self.idle.set()
                self.running.wait()
            begin = time.perf_counter()
            try:
                self.work()
                self.times.append(time.perf_counter() - begin)
            except psycopg.Error as error:
                if not self.connection.closed and not self.connection.broken:
                    self.failures.append(str(error).strip())
                    self.connection.close()
                self.connection = self.server.patiently()
                self.recover()
            time.sleep(self.pause)
        self.connection.close()

    def recover(self):
        pass

    def stop_for_now(self):
        self.idle.clear()
        self.running.clear()
        self.idle.wait()

    def go_on(self):
        self.running.set()

    def end(self):
        self.ended.set()
        self.running.set()
        self.join()
        times = sorted(self.times)
        at = lambda part: round(1e3 * times[min(len(times) - 1, int(part * len(times)))], 2)  # noqa: E731
        return {"count": len(times), "ms_median": at(0.5), "ms_p99": at(0.99), "ms_max": at(1), "failures": len(self.failures)}


class Writer(Worker):
    """Writes rows, and keeps in `rows` what it has committed: the version of each row and the model of its newest vector."""

    def __init__(self, server, vectors, rows, pause=0.003, seed=1):
        self.vectors, self.rows, self.chance, self.doubtful = vectors, rows, random.Random(seed), None
        self.next_key = max(rows) + 1
        super().__init__(server, pause)

    def switched(self):
        """Whether the columns are switched. The lock on the table keeps this so for the rest of the transaction."""
        self.connection.execute("LOCK TABLE docs IN ROW EXCLUSIVE MODE")
        return self.connection.execute("SELECT count(*) FROM pg_attribute WHERE attrelid = 'docs'::regclass AND attname = 'v_old'").fetchone()[0]

    def work(self):
        kind = self.chance.random()
        key = self.next_key if kind < 0.1 else self.chance.choice(list(self.rows))
        self.doubtful = key
        with self.connection.transaction():
            model = "native" if self.switched() else "old"
            if kind < 0.1:
                after = (1, model)
                self.connection.execute("INSERT INTO docs (id, ver, v) VALUES (%s, 1, %s)", [key, self.vectors.text(model, key, 1)])
            elif kind < 0.2:
                after = None
                self.connection.execute("DELETE FROM docs WHERE id = %s", [key])
            else:
                after = (self.rows[key][0] + 1, model)
                self.connection.execute("UPDATE docs SET ver = %s, v = %s WHERE id = %s", [after[0], self.vectors.text(model, key, after[0]), key])
        self.note(key, after)

    def note(self, key, after):
        self.doubtful = None
        if after:
            self.rows[key] = after
        else:
            self.rows.pop(key, None)
        self.next_key = max(self.next_key, key + 1)

    def recover(self):
        """Finds out whether the server had committed the last change when it was killed."""
        if self.doubtful is None:
            return
        with self.connection.transaction():
            model = "native" if self.switched() else "old"
            found = self.connection.execute("SELECT ver FROM docs WHERE id = %s", [self.doubtful]).fetchone()
        known = self.rows.get(self.doubtful)
        if found and known and found[0] == known[0]:
            self.note(self.doubtful, known)
        else:  # the column names have not changed since, for the program waited for the server, too
            self.note(self.doubtful, (found[0], model) if found else None)


class Reader(Worker):
    def __init__(self, server, table, rows, pause=0.003):
        self.table, self.chance, self.count = table, random.Random(2), rows
        super().__init__(server, pause)

    def work(self):
        self.connection.execute(f"SELECT v FROM {self.table} WHERE id = %s", [self.chance.randrange(self.count)]).fetchone()


class PlainWriter(Worker):
    """Changes the text of a row, and in one of ten the vector."""

    def __init__(self, server, vectors, rows, pause=0.01):
        self.vectors, self.chance, self.count = vectors, random.Random(3), rows
        super().__init__(server, pause)

    def work(self):
        key = self.chance.randrange(self.count)
        if self.chance.random() < 0.1:
            self.connection.execute("UPDATE slow SET title = 'edited', v = %s WHERE id = %s", [self.vectors.text("old", key, 1), key])
        else:
            self.connection.execute("UPDATE slow SET title = title || '.' WHERE id = %s", [key])


def fill(connection, vectors, table, columns, rows):
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for key in range(rows):
            copy.write_row((key, 0 if "ver" in columns else "title", vectors.text("old", key, 0)))


def command(vectors, server, table, *options):
    parts = [vectors.program, "migrate", vectors.map, server.url, "--table", table, "--column", "v", "--into", "v_new", "--json", "--quiet"]
    return [str(part) for part in (*parts, *options)]


def measure_latency(server, vectors, rows):
    with server.connect() as c:
        c.execute(f"CREATE TABLE slow (id bigint PRIMARY KEY, title text, v vector({DIM}))")
        fill(c, vectors, "slow", "id, title, v", rows)
        c.execute("CREATE INDEX ON slow USING hnsw (v vector_cosine_ops)")
        c.execute("VACUUM ANALYZE slow")

    def measured(work):
        workers = {"writer": PlainWriter(server, vectors, rows), "reader": Reader(server, "slow", rows)}
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        return {"seconds": round(seconds, 1)} | {name: worker.end() for name, worker in workers.items()}

    record = {"rows": rows, "alone": measured(lambda: time.sleep(20))}
    for step, options in {"migrate": [], "switch": ["--switch"]}.items():
        done = []
        record[step] = measured(
            lambda: done.append(subprocess.run(command(vectors, server, "slow", *options), capture_output=True, text=True))  # noqa: B023
        )
        if done[0].returncode != 0:
            sys.exit(done[0].stderr)
    with server.connect() as c:
        c.execute("DROP TABLE slow")
    return record


class Faults:
    def __init__(self, server, vectors, rows, kills, cycles):
        self.server, self.vectors, self.kills, self.cycles = server, vectors, kills, cycles
        self.chance, self.seconds, self.wrong = random.Random(0), {}, []
        self.counts = dict.fromkeys(["kills", "server_kills", "roll_backs", "refused_roll_backs", "refused_drops", "drops", "most_native", "most_stale"], 0)
        with server.connect() as c:
            c.execute(f"CREATE TABLE docs (id bigint PRIMARY KEY, ver int NOT NULL, v vector({DIM}))")
            fill(c, vectors, "docs", "id, ver, v", rows)
        self.writer = Writer(server, vectors, {key: (0, "old") for key in range(rows)})
        self.reader = Reader(server, "docs", rows)

    def run(self, *options, kill=False):
        """Runs the program to its end, or kills it at a random moment. Returns exit code and output, or None when it was killed."""
        process = subprocess.Popen(
            command(self.vectors, self.server, "docs", "--block-rows", "64", "--connections", "2", *options),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        start, key = time.perf_counter(), " ".join(option for option in options if option.startswith("--"))
        if kill:
            time.sleep(self.chance.uniform(0.02, 1.1) * self.seconds.get(key, 1))
            if process.poll() is None:
                self.counts["kills"] += 1
                if self.counts["kills"] % 10 == 0:
                    self.server.kill()
                    self.counts["server_kills"] += 1
                process.kill()
        out, err = process.communicate()
        if process.returncode == -9:
            return None
        self.seconds[key] = 0.7 * self.seconds.get(key, time.perf_counter() - start) + 0.3 * (time.perf_counter() - start)
        if process.returncode not in (0, 2):
            self.wrong.append(f"{options}: exit code {process.returncode}: {err}")
        return process.returncode, json.loads(out) if process.returncode == 0 else err

    def to_the_end(self, *options):
        result = self.run(*options)
        if result[0] != 0:
            self.wrong.append(f"{options}: {result[1]}")
        return result[1]

    def check(self):
        """Checks every row while the writer waits; returns the stale ones."""
        self.writer.stop_for_now()
        with self.server.connect() as c:
            names = {row[0] for row in c.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'docs'::regclass AND NOT attisdropped")}
            other = next((name for name in ("v_old", "v_new") if name in names), None)
            second = f"md5(vector_send({other}))" if other else "NULL"
            found = {row[0]: row[1:] for row in c.execute(f"SELECT id, ver, md5(vector_send(v)), {second} FROM docs")}
        known = self.writer.rows
        if found.keys() != known.keys():
            self.wrong.append(f"rows lost or come back: {found.keys() ^ known.keys()}")
        stale, native = [], 0
        for key, (version, model) in known.items():
            if key not in found:
                continue
            ver, v, also = found[key]
            old, new = (also, v) if other == "v_old" else (v, also)
            is_ = self.vectors.is_
            good = ver == version
            if model == "native":
                native += 1
                good &= is_(new, "native", key, version)
                if old is not None and not is_(old, "old", key, version):
                    stale.append(key)
                    good &= any(is_(old, "old", key, earlier) for earlier in range(version))
            else:
                good &= is_(old, "old", key, version)
                good &= (new is None and other != "v_old") or is_(new, "translated", key, version)
            if not good:
                held = [self.vectors.named(each, key, version) for each in (v, also)]
                self.wrong.append(f"row {key}, version {version} of {model}: v is {held[0]}, {other} is {held[1]}")
        report = self.run("--dry-run") if other else (0, {"native": 0, "stale": 0})
        if report[0] != 0 or report[1]["native"] != native or report[1]["stale"] != len(stale):
            self.wrong.append(f"{native} native, {len(stale)} stale, but reported: {report[1]}")
        self.counts["most_native"] = max(self.counts["most_native"], native)
        self.counts["most_stale"] = max(self.counts["most_stale"], len(stale))
        return stale

    def write_old_vectors(self, keys, column):
        """Writes vectors as an application does that embeds rows with the old model."""
        with self.server.connect() as c, c.transaction():
            for key in keys:
                text = self.vectors.text("old", key, self.writer.rows[key][0])
                c.execute(f"UPDATE docs SET ver = %s, {column} = %s WHERE id = %s", [self.writer.rows[key][0], text, key])

    def roll_back(self, kill):
        if kill:
            self.run("--roll-back", "--accept-stale", "1000000", kill=True)
        result = self.run("--roll-back")
        if result[0] == 2:
            self.counts["refused_roll_backs"] += 1
            if self.chance.random() < 0.5:
                self.write_old_vectors(self.check(), "v_old")
                result = self.run("--roll-back")
                self.writer.go_on()
            else:
                number = re.search(r"--accept-stale (\d+)", result[1])
                if number:  # more than the program named, for the writer goes on meanwhile
                    result = self.run("--roll-back", "--accept-stale", str(int(number[1]) + 100))
        if result[0] != 0:
            self.wrong.append(f"roll-back: {result[1]}")
        self.counts["roll_backs"] += 1

    def drop_new(self, kill):
        """Drops the new column once all rows have a vector of the old model."""
        self.check()
        native = [key for key, (_, model) in self.writer.rows.items() if model == "native"]
        if native:
            if self.run("--drop-new")[0] == 2:
                self.counts["refused_drops"] += 1
            else:
                self.wrong.append("native vectors were dropped without consent")
        for key in native:  # the version rises, for an unchanged vector would not replace the native one
            self.writer.rows[key] = (self.writer.rows[key][0] + 1, "old")
        self.write_old_vectors(native, "v")
        self.writer.go_on()
        if kill:
            self.run("--drop-new", kill=True)
        self.to_the_end("--drop-new")
        self.counts["drops"] += 1

    def cycle(self, kills):
        hits = [self.chance.random() for _ in range(kills)]
        for _ in range(sum(hit < 0.5 for hit in hits)):
            self.run(kill=True)
        for _ in range(sum(0.5 <= hit < 0.8 for hit in hits)):
            self.run("--switch", kill=True)
        self.to_the_end("--switch")
        time.sleep(self.chance.uniform(0, 0.5))
        self.check()
        self.writer.go_on()
        self.roll_back(any(0.8 <= hit < 0.9 for hit in hits))
        self.check()
        self.writer.go_on()
        if self.chance.random() < 0.6:
            self.drop_new(any(hit >= 0.9 for hit in hits))
            self.check()
            self.writer.go_on()

    def all_cycles(self):
        for done in range(self.cycles):
            left = self.cycles - done
            self.cycle(-(-(self.kills - self.counts["kills"]) // left))
            print(done + 1, json.dumps(self.counts), flush=True)
        while self.counts["kills"] < self.kills:  # a kill that came after the end of its target does not count
            self.cycle(self.kills - self.counts["kills"])
        self.check()
        self.writer.go_on()
        record = {"rows": len(self.writer.rows), "cycles": self.cycles} | self.counts
        record |= {"writer": self.writer.end(), "reader": self.reader.end(), "wrong": len(self.wrong)}
        self.wrong += [f"writer: {text}" for text in self.writer.failures] + [f"reader: {text}" for text in self.reader.failures]
        return record


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--cycles", type=int, default=50, help="each with a roll-back")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rows", type=int, default=2000, help="of the table that is killed; 0: leave that out")
    parser.add_argument("--latency-rows", type=int, default=50_000, help="0: leave that out")
    parser.add_argument("--no-record", action="store_true", help="store nothing")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-postgres", PACKAGES)
    work = BUILD / "postgres-faults"
    work.mkdir(exist_ok=True)
    vectors, server, wrong = Vectors(find_program(arguments.vec2vec), work), Server(work / "server"), []
    record = {"bench": "faults", "dim": DIM, "cores": len(os.sched_getaffinity(0)), "load_before": round(os.getloadavg()[0], 1)}
    if arguments.latency_rows:
        record["latency"] = measure_latency(server, vectors, arguments.latency_rows)
        print("latency", json.dumps(record["latency"]), flush=True)
    if arguments.rows:
        faults = Faults(server, vectors, arguments.rows, arguments.kills, arguments.cycles)
        start = time.perf_counter()
        record["faults"] = faults.all_cycles() | {"seconds": round(time.perf_counter() - start)}
        wrong = faults.wrong
        print("faults", json.dumps(record["faults"]), flush=True)
    record |= {"load_after": round(os.getloadavg()[0], 1), "date": now()}
    if wrong:
        sys.exit("\n".join(wrong[:50]))
    if not arguments.no_record:
        add_record(RESULTS / "postgres.jsonl", record)


if __name__ == "__main__":
    main()
