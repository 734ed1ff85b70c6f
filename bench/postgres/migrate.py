#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Migrates a column of vectors in Postgres while a reader queries, beside loops in psycopg and numpy, and kills the migration at random.

    bench/postgres/migrate.py [--rows 1000000] [--loop-rows 20000] [--kill-rows 100000] [--kills 20] [--connections N] [--hnsw]

The server is its own (scripts/setup.sh --postgres): fsync on, 512 MB of shared buffers, 4 GB of WAL between checkpoints. The WAL files are
made before anything is measured, for a server in use writes into old ones. The table is docs(id bigint PRIMARY KEY, title text,
v vector(384)) with demo vectors of MiniLM and noise; the map goes to e5 (384). One run does all of this, each in a fresh table and while
another process reads random rows by key:

 1. a loop: SELECT a thousand rows, translate them in numpy, executemany("UPDATE ... WHERE id = ..."), COMMIT; --loop-rows rows
 2. a tuned loop: binary COPY out, numpy, binary COPY into a temporary table, UPDATE ... FROM, by one connection; --loop-rows rows
 3. vec2vec migrate of all --rows, with the reader's latencies before and meanwhile
 4. without the reader: --kills kills (SIGKILL; every fifth hits the server) at random moments of a migration of --kill-rows

After 3 and 4 all rows are compared byte by byte with `vec2vec translate` of the same vectors in a file. CPU is that of the client and of
all server processes, the reader's session included; server_parts has user and system time of those apart. With --hnsw, 2 and 3 run once
more in 10,000 rows with an HNSW index on v, without the reader. Appends a record to bench/results/postgres.jsonl.
"""

import atexit
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, DEMO, RESULTS, run_inside
from benchlib.postgres import DIM, PACKAGES, SETTINGS, TICK, copy_bytes, copy_rows, make_table, postgres_server
from benchlib.records import add_record, now
from benchlib.run import add_program, find_program, parser_of, run_quietly

OWN_PROCESSES = ("autovacuum", "background", "checkpointer", "logical", "parallel", "walwriter")  # beginnings of process titles; other processes are sessions

READER = """
import json, random, sys, time, psycopg
times, rows, stop = [], int(sys.argv[2]), float(sys.argv[3])
with psycopg.connect(sys.argv[1], autocommit=True) as c:
    end = time.time() + stop
    while time.time() < end and not (stop > 1e5 and sys.stdin in __import__("select").select([sys.stdin], [], [], 0)[0]):
        begin = time.perf_counter()
        found = c.execute("SELECT title, v FROM " + sys.argv[4] + " WHERE id = %s", [random.randrange(rows)]).fetchone()
        assert found is not None and found[1] is not None
        times.append(time.perf_counter() - begin)
        time.sleep(0.005)
times.sort()
print(json.dumps({"queries": len(times), "ms_median": 1e3 * times[len(times) // 2], "ms_p99": 1e3 * times[int(0.99 * len(times))],
                  "ms_max": 1e3 * times[-1]}))
"""


def make_wal_files(connection):
    """Makes as many WAL files as lie between two checkpoints."""
    for _ in range(256):
        connection.execute("SELECT pg_logical_emit_message(false, 'vec2vec', '')")
        connection.execute("SELECT pg_switch_wal()")
    connection.execute("CHECKPOINT")


class ServerParts:
    """User and system seconds of the server's processes by their kind (backends, walwriter ...), read five times a second."""

    def __init__(self, folder):
        self.folder, self.last, self.done = folder, {}, threading.Event()
        self.look()
        self.first = {pid: seconds for pid, (_, seconds) in self.last.items()}
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def look(self):
        for pid in postgres_server.server_processes(self.folder)[1:]:
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                title = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode().split()
            except OSError:  # the process has ended meanwhile
                continue
            kind = title[1] if title[:1] == ["postgres:"] and title[1] in OWN_PROCESSES else "backends"
            self.last[pid] = (kind, (int(fields[11]) / TICK, int(fields[12]) / TICK))

    def run(self):
        while not self.done.wait(0.2):
            self.look()

    def stop(self):
        self.done.set()
        self.thread.join()
        parts = {}
        for pid, (kind, used) in self.last.items():
            total, before = parts.setdefault(kind, [0, 0]), self.first.get(pid, (0, 0))
            for i in range(2):
                total[i] += used[i] - before[i]
        return parts


def server_cpu(folder):
    """CPU seconds of all server processes, including those that have ended."""
    total = 0
    pids = postgres_server.server_processes(folder)
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # an autovacuum worker has ended meanwhile; the postmaster, read before, lacks its share
            continue
        total += sum(int(field) for field in fields[11:15 if pid == pids[0] else 13])
    return total / TICK


class Timer:
    """Wall seconds, and CPU seconds of client and server, per row."""

    def __init__(self, folder, rows):
        self.folder, self.rows = folder, rows

    def __enter__(self):
        self.parts = ServerParts(self.folder)
        self.start, self.client, self.server = time.perf_counter(), os.times(), server_cpu(self.folder)
        return self

    def __exit__(self, *_):
        time.sleep(0.3)  # time for backends to end and to hand their CPU time to the postmaster
        seconds, client = time.perf_counter() - self.start - 0.3, os.times()
        client_cpu = sum(client[:4]) - sum(self.client[:4])
        server = server_cpu(self.folder) - self.server
        self.record = {"rows": self.rows, "seconds": round(seconds, 2), "rows_per_second": round(self.rows / seconds)}
        self.record |= {"client_us": round(1e6 * client_cpu / self.rows, 1), "server_us": round(1e6 * server / self.rows, 1)}
        parts = {kind: [round(1e6 * part / self.rows, 1) for part in times] for kind, times in self.parts.stop().items()}
        self.record["server_parts"] = {kind: times for kind, times in parts.items() if sum(times) >= 0.1}


class Reader:
    """A process that reads random rows of a table by key until the block ends, and then reports its latencies."""

    def __init__(self, url, table, rows):
        self.command = [sys.executable, "-c", READER, url, str(rows)]
        self.table = table

    def alone(self, seconds):
        command = [*self.command, str(seconds), self.table]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def __enter__(self):
        self.process = subprocess.Popen([*self.command, "1e6", self.table], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        time.sleep(1)  # time for the process to import and to connect
        return self

    def __exit__(self, *_):
        self.record = json.loads(self.process.communicate("stop\n")[0])


def translator(map_file):
    """The map as numpy functions, read from its safetensors file."""
    import numpy as np

    data = map_file.read_bytes()
    header_size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_size])

    def tensor(name):
        begin, end = header[name]["data_offsets"]
        return np.frombuffer(data[8 + header_size :][begin:end], np.float32).reshape(header[name]["shape"])

    source, target, weight = tensor("source.mean"), tensor("target.mean"), tensor("linear.weight")
    spread = np.float32(json.loads(header["__metadata__"]["card"])["target_spread"])

    def unit(x):
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    return lambda x: unit(unit((unit(x) - source) @ weight) * spread + target)


def plain_loop(url, name, translate):
    import numpy as np
    import psycopg
    from pgvector.psycopg import register_vector

    with psycopg.connect(url) as connection:
        register_vector(connection)
        connection.execute(f"ALTER TABLE {name} ADD COLUMN v_new vector({DIM})")
        connection.commit()
        last = -1
        while rows := connection.execute(f"SELECT id, v FROM {name} WHERE id > %s ORDER BY id LIMIT 1000", [last]).fetchall():
            translated = translate(np.stack([v.to_numpy() for _, v in rows]))
            with connection.cursor() as cursor:
                cursor.executemany(f"UPDATE {name} SET v_new = %s WHERE id = %s", [(t, key) for t, (key, _) in zip(translated, rows)])
            connection.commit()
            last = rows[-1][0]


def tuned_loop(url, name, rows, translate):
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(f"ALTER TABLE {name} ADD COLUMN v_tuned vector({DIM})")
        connection.execute(f"CREATE TEMPORARY TABLE batch (id bigint, v vector({DIM})) ON COMMIT DELETE ROWS")
        connection.commit()
        for begin in range(0, rows, 4096):
            within = f"t.id >= {begin} AND t.id < {begin + 4096}"
            keys, old = copy_rows(connection, f"SELECT id, v FROM {name} t WHERE {within}")
            with connection.cursor().copy("COPY batch FROM STDIN (FORMAT binary)") as copy:
                copy.write(copy_bytes(keys, translate(old)))
            connection.execute(f"UPDATE {name} t SET v_tuned = b.v FROM batch b WHERE t.id = b.id AND {within}")
            connection.commit()


def migrate(program, map_file, url, table, *options):
    command = [program, "migrate", map_file, url, "--table", table, "--column", "v", "--into", "v_new", "--json", "--quiet", *options]
    return [str(part) for part in command]


def same_as_file(program, connection, map_file, table, rows, folder):
    """Whether every row of v_new has the bytes that vec2vec translate gives."""
    import numpy as np

    with tempfile.TemporaryDirectory(dir=folder) as work:
        for begin in range(0, rows, 100_000):
            count = min(100_000, rows - begin)
            within = f"id >= {begin} AND id < {begin + count}"
            old_file, new_file = Path(work) / "old.npy", Path(work) / "new.npy"
            keys, old = copy_rows(connection, f"SELECT id, v FROM {table} WHERE {within} ORDER BY id")
            np.save(old_file, old)
            command = [program, "translate", map_file, old_file, "-o", new_file, "--force", "--quiet", "--ignore-fingerprint"]
            run_quietly(command)
            new_keys, new = copy_rows(connection, f"SELECT id, v_new FROM {table} WHERE {within} AND v_new IS NOT NULL ORDER BY id")
            good = len(new) == count and np.array_equal(keys, np.arange(begin, begin + count)) and np.array_equal(new_keys, keys)
            if not good or new.tobytes() != np.load(new_file).tobytes():
                return False
    return True


def kill_at_random(program, connect, map_file, folder, url, rows, kills, seed=0):
    """Kills migrations of the table `killed`, every fifth time the server too, until `kills` of them have hit."""
    chance, done, restarts = random.Random(seed), 0, 0
    connection = connect()
    make_table(connection, "killed", rows)
    command = migrate(program, map_file, url, "killed", "--block-rows", "512")
    start = time.perf_counter()
    run_quietly(command)
    whole = time.perf_counter() - start
    run_quietly([*command, "--drop-new"])
    while done < kills:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.02, 4 / kills) * whole)
        if process.poll() is not None:  # the migration ended before the kill, so begin again
            run_quietly([*command, "--drop-new"])
            restarts += 1
            continue
        if done % 5 == 4:
            connection.close()
            postgres_server.kill(folder)
            postgres_server.start(folder, settings=SETTINGS)
            connection = connect()
            time.sleep(chance.uniform(0, 0.1) * whole)
        process.kill()
        process.wait()
        done += 1
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    good = same_as_file(program, connection, map_file, "killed", rows, BUILD)
    connection.close()
    return {"rows": rows, "kills": kills, "of_them_server": kills // 5, "begun_again": restarts, "lost": rows - report["translated"], "same_bytes": good}


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--loop-rows", type=int, default=20_000)
    parser.add_argument("--kill-rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=0, help="of vec2vec migrate; 0: its default")
    parser.add_argument("--hnsw", action="store_true", help="once more with an HNSW index")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-postgres", PACKAGES)
    program = find_program(arguments.vec2vec)
    import psycopg

    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    folder = BUILD / "postgres-bench"
    shutil.rmtree(folder, ignore_errors=True)
    url = postgres_server.start(folder, settings=SETTINGS)
    atexit.register(postgres_server.kill, folder)

    def connect():
        return psycopg.connect(url, autocommit=True)

    connection = connect()
    connection.execute("CREATE EXTENSION vector")
    map_file = folder.parent / "postgres-bench.map.safetensors"
    pairs = [DEMO / f"{name}.pairs.npy" for name in ("minilm", "e5")]
    align = [program, "align", *pairs, "--paired", "--procrustes", "-o", map_file, "--force", "--quiet"]
    run_quietly(align)
    translate = translator(map_file)
    record = {"dim": DIM, "cores": len(os.sched_getaffinity(0)), "load_before": round(os.getloadavg()[0], 1)}

    def report(name, value):
        record[name] = value
        print(name, json.dumps(value), flush=True)

    make_wal_files(connection)
    rows = arguments.loop_rows
    loops = {"loop": lambda: plain_loop(url, "looped", translate), "tuned_loop": lambda: tuned_loop(url, "looped", rows, translate)}
    for name, loop in loops.items():
        make_table(connection, "looped", rows)
        with Reader(url, "looped", rows), Timer(folder, rows) as timer:
            loop()
        report(name, timer.record)
    connection.execute("DROP TABLE looped")

    make_table(connection, "docs", arguments.rows)
    reader = Reader(url, "docs", arguments.rows)
    report("reader_before", reader.alone(10))
    command = migrate(program, map_file, url, "docs", "--connections", str(arguments.connections))
    with reader, Timer(folder, arguments.rows) as timer:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    report("vec2vec", timer.record | {key: json.loads(done.stdout)[key] for key in ("translated", "verified", "largest_difference")})
    report("reader_meanwhile", reader.record)
    report("same_bytes", same_as_file(program, connection, map_file, "docs", arguments.rows, BUILD))
    report("times_the_loop", round(record["vec2vec"]["rows_per_second"] / record["loop"]["rows_per_second"], 2))
    cpu = {name: record[name]["client_us"] + record[name]["server_us"] for name in ("loop", "vec2vec")}
    report("times_less_cpu", round(cpu["loop"] / cpu["vec2vec"], 2))
    connection.execute("DROP TABLE docs")
    if arguments.hnsw:
        for name in ("tuned_loop_hnsw", "vec2vec_hnsw"):
            make_table(connection, "indexed", 10_000)
            connection.execute("CREATE INDEX ON indexed USING hnsw (v vector_cosine_ops)")
            with Timer(folder, 10_000) as timer:
                if name.startswith("vec2vec"):
                    run_quietly(migrate(program, map_file, url, "indexed"))
                else:
                    tuned_loop(url, "indexed", 10_000, translate)
            report(name, timer.record)
    connection.close()
    if arguments.kills:
        report("killed", kill_at_random(program, connect, map_file, folder, url, arguments.kill_rows, arguments.kills))
    record |= {"load_after": round(os.getloadavg()[0], 1), "date": now()}
    add_record(RESULTS / "postgres.jsonl", record)
    if not record["same_bytes"] or (arguments.kills and not record["killed"]["same_bytes"]):
        sys.exit("Rows of the table differ from what vec2vec translate gives.")


if __name__ == "__main__":
    main()
