#!/usr/bin/env python3
"""Migrates a column of vectors in Postgres while a reader queries, beside loops in psycopg and numpy, and kills it at random.

    bench/postgres_migrate.py [--rows 1000000] [--loop-rows 20000] [--kill-rows 100000] [--kills 20] [--connections N] [--hnsw]

A server of its own (scripts/setup.sh --postgres; fsync on, 512 MB of shared buffers, 4 GB of WAL between checkpoints, whose files are
made before anything is measured: a server in use writes into old ones), table docs(id bigint PRIMARY KEY, title text, v vector(384)),
demo vectors of MiniLM with noise, a map to e5 (384). In one run, each in a fresh table and while another process reads random rows by
key:

 1. loop: SELECT a thousand rows, translate them in numpy, executemany("UPDATE ... WHERE id = ..."), COMMIT; in a table of --loop-rows
 2. tuned loop: binary COPY out, numpy, binary COPY into a temporary table, UPDATE ... FROM; one connection, likewise
 3. vec2vec migrate of all --rows; the reader's latencies before and meanwhile
 4. without the reader: --kills kills (SIGKILL; every fifth of the server) at random moments of a migration of --kill-rows

After 3 and 4 all rows are compared, byte by byte, with `vec2vec translate` of the same vectors in a file. CPU is that of the client
and of all server processes (the reader's session too); server_parts tells user and system time of those apart. With --hnsw: 2 and 3
once more in 10,000 rows with an HNSW index on v, without the reader. Appends a record to bench/results/postgres.jsonl.
"""

import argparse
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

from bench_env import BUILD, ROOT, add_record, natural_blas, run_inside

sys.path.insert(0, str(ROOT / "scripts"))
import postgres_server  # noqa: E402

VEC2VEC = BUILD / "release" / "cli" / "vec2vec"
DATA = ROOT / "examples" / "data"
DIM = 384
SETTINGS = ["shared_buffers=512MB", "min_wal_size=4GB", "max_wal_size=4GB", "checkpoint_timeout=15min"]
TICK = os.sysconf("SC_CLK_TCK")
OWN_PROCESSES = ("autovacuum", "background", "checkpointer", "logical", "parallel", "walwriter")  # as titles begin; others: sessions

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


def vectors(begin, count):
    import numpy as np

    few, rng = np.load(DATA / "minilm.a.npy").astype(np.float32), np.random.default_rng(begin)
    return few[rng.integers(0, len(few), count)] + np.float32(0.01) * rng.standard_normal((count, DIM), dtype=np.float32)


def record_type(dim):
    import numpy as np

    fields = [("fields", ">i2"), ("key_size", ">i4"), ("key", ">i8"), ("size", ">i4"), ("dim", ">i2"), ("zero", ">i2")]
    return np.dtype([*fields, ("v", ">f4", (dim,))])


HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)


def copy_bytes(keys, rows):
    """Binary COPY of (bigint, vector)."""
    import numpy as np

    records = np.zeros(len(rows), record_type(rows.shape[1]))
    records["fields"], records["key_size"], records["key"] = 2, 8, keys
    records["size"], records["dim"], records["v"] = 4 + 4 * rows.shape[1], rows.shape[1], rows
    return HEADER + records.tobytes() + b"\xff\xff"


def copy_rows(connection, query, dim=DIM):
    """(keys, rows) of a query for a bigint and a vector that are never NULL."""
    import numpy as np

    with connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        data = b"".join(copy)
    records = np.frombuffer(data, record_type(dim), offset=len(HEADER), count=(len(data) - len(HEADER) - 2) // record_type(dim).itemsize)
    return records["key"].astype(np.int64), records["v"].astype(np.float32)


def make_table(connection, name, rows):
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE TABLE {name} (id bigint PRIMARY KEY, title text DEFAULT repeat('lorem ipsum ', 8), v vector({DIM}))")
    for begin in range(0, rows, 10_000):
        count = min(10_000, rows - begin)
        with connection.cursor().copy(f"COPY {name} (id, v) FROM STDIN (FORMAT binary)") as copy:
            copy.write(copy_bytes(range(begin, begin + count), vectors(begin, count)))
    connection.execute(f"VACUUM ANALYZE {name}")
    connection.execute("CHECKPOINT")


def make_wal_files(connection):
    """As many as lie between two checkpoints."""
    for _ in range(256):
        connection.execute("SELECT pg_logical_emit_message(false, 'vec2vec', '')")
        connection.execute("SELECT pg_switch_wal()")
    connection.execute("CHECKPOINT")


class ServerParts:
    """User and system seconds of the server's processes by what they are, looked up five times a second: backends, walwriter ..."""

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
            except OSError:  # it has ended meanwhile
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
        for pid, (kind, now) in self.last.items():
            total, before = parts.setdefault(kind, [0, 0]), self.first.get(pid, (0, 0))
            for i in range(2):
                total[i] += now[i] - before[i]
        return parts


def server_cpu(folder):
    """CPU seconds of all server processes, those that have ended included."""
    total = 0
    pids = postgres_server.server_processes(folder)
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended meanwhile, and the postmaster, read first, lacks its share: an autovacuum worker's
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
        time.sleep(0.3)  # backends end, and hand their CPU time to the postmaster
        seconds, client = time.perf_counter() - self.start - 0.3, os.times()
        client_cpu = sum(client[:4]) - sum(self.client[:4])
        server = server_cpu(self.folder) - self.server
        self.record = {"rows": self.rows, "seconds": round(seconds, 2), "rows_per_second": round(self.rows / seconds)}
        self.record |= {"client_us": round(1e6 * client_cpu / self.rows, 1), "server_us": round(1e6 * server / self.rows, 1)}
        parts = {kind: [round(1e6 * part / self.rows, 1) for part in times] for kind, times in self.parts.stop().items()}
        self.record["server_parts"] = {kind: times for kind, times in parts.items() if sum(times) >= 0.1}


class Reader:
    """A process that reads random rows of a table by key until the block ends, and then its latencies."""

    def __init__(self, url, table, rows):
        self.command = [sys.executable, "-c", READER, url, str(rows)]
        self.table = table

    def alone(self, seconds):
        command = [*self.command, str(seconds), self.table]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def __enter__(self):
        self.process = subprocess.Popen([*self.command, "1e6", self.table], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        time.sleep(1)  # it has imported what it needs, and is connected
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


def migrate(map_file, url, table, *options):
    command = [VEC2VEC, "migrate", map_file, url, "--table", table, "--column", "v", "--into", "v_new", "--json", "--quiet", *options]
    return [str(part) for part in command]


def same_as_file(connection, map_file, table, rows, folder):
    """Whether every row of v_new has the bytes that vec2vec translate gives."""
    import numpy as np

    with tempfile.TemporaryDirectory(dir=folder) as work:
        for begin in range(0, rows, 100_000):
            count = min(100_000, rows - begin)
            within = f"id >= {begin} AND id < {begin + count}"
            old_file, new_file = Path(work) / "old.npy", Path(work) / "new.npy"
            keys, old = copy_rows(connection, f"SELECT id, v FROM {table} WHERE {within} ORDER BY id")
            np.save(old_file, old)
            command = [VEC2VEC, "translate", map_file, old_file, new_file, "--force", "--quiet", "--ignore-fingerprint"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            new_keys, new = copy_rows(connection, f"SELECT id, v_new FROM {table} WHERE {within} AND v_new IS NOT NULL ORDER BY id")
            good = len(new) == count and np.array_equal(keys, np.arange(begin, begin + count)) and np.array_equal(new_keys, keys)
            if not good or new.tobytes() != np.load(new_file).tobytes():
                return False
    return True


def kill_at_random(connect, map_file, folder, url, rows, kills, seed=0):
    """Kills migrations of table killed, every fifth time the server under it, until `kills` have hit."""
    chance, done, restarts = random.Random(seed), 0, 0
    connection = connect()
    make_table(connection, "killed", rows)
    command = migrate(map_file, url, "killed", "--block-rows", "512")
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    whole = time.perf_counter() - start
    subprocess.run([*command, "--drop-new"], check=True, stdout=subprocess.DEVNULL)
    while done < kills:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.02, 4 / kills) * whole)
        if process.poll() is not None:  # it was quicker: from the beginning
            subprocess.run([*command, "--drop-new"], check=True, stdout=subprocess.DEVNULL)
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
    good = same_as_file(connection, map_file, "killed", rows, BUILD)
    connection.close()
    return {"rows": rows, "kills": kills, "of_them_server": kills // 5, "begun_again": restarts, "lost": rows - report["translated"], "same_bytes": good}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--loop-rows", type=int, default=20_000)
    parser.add_argument("--kill-rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=0, help="of vec2vec migrate; 0: its default")
    parser.add_argument("--hnsw", action="store_true")
    arguments = parser.parse_args()
    run_inside("bench-postgres", ["numpy", "psycopg[binary]>=3.2", "pgvector>=0.4"])
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
    pairs = [DATA / f"{name}.pairs.npy" for name in ("minilm", "e5")]
    align = [VEC2VEC, "align", *pairs, "--paired", "--procrustes", "-o", map_file, "--force", "--quiet"]
    subprocess.run(align, check=True, stdout=subprocess.DEVNULL, env=natural_blas(os.environ))
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
    command = migrate(map_file, url, "docs", "--connections", str(arguments.connections))
    with reader, Timer(folder, arguments.rows) as timer:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    report("vec2vec", timer.record | {key: json.loads(done.stdout)[key] for key in ("translated", "verified", "largest_difference")})
    report("reader_meanwhile", reader.record)
    report("same_bytes", same_as_file(connection, map_file, "docs", arguments.rows, BUILD))
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
                    subprocess.run(migrate(map_file, url, "indexed"), check=True, stdout=subprocess.DEVNULL)
                else:
                    tuned_loop(url, "indexed", 10_000, translate)
            report(name, timer.record)
    connection.close()
    if arguments.kills:
        report("killed", kill_at_random(connect, map_file, folder, url, arguments.kill_rows, arguments.kills))
    record |= {"load_after": round(os.getloadavg()[0], 1), "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())}
    add_record(ROOT / "bench" / "results" / "postgres.jsonl", record)
    if not record["same_bytes"] or (arguments.kills and not record["killed"]["same_bytes"]):
        sys.exit("rows differ from their translation")


if __name__ == "__main__":
    main()
