#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares ways to fill a new column of vectors in Postgres by what they cost the server: the reasons for src/postgres/run/batch.cpp.

    bench/postgres/ways.py [--rows 50000]

Each way writes the same 384-d vectors into a fresh table of bench/postgres/migrate.py (bigint key, text, vector(384)), 4,096 rows a
transaction, over one connection. Prints CPU of the server's session, WAL, and size of table and indexes, each per row. The last two ways
have an HNSW index on the old column and do 4,096 rows. Appends a record to bench/results/postgres_ways.jsonl.
"""

import atexit
import json
import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, RESULTS, run_inside
from benchlib.postgres import DIM, PACKAGES, SETTINGS, TICK, copy_bytes, make_table, postgres_server, vectors
from benchlib.records import add_record, now
from benchlib.run import parser_of

BATCH = 4096


def session_cpu(connection):
    fields = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def copy_into(connection, table, begin, rows):
    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.write(copy_bytes(range(begin, begin + len(rows)), rows))


def update_each(connection, begin, rows):
    from pgvector.psycopg import register_vector

    register_vector(connection)
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE docs SET v_new = %s WHERE id = %s", [(row, begin + i) for i, row in enumerate(rows)])


def update_from_copy(connection, begin, rows):
    copy_into(connection, "batch", begin, rows)
    connection.execute(f"UPDATE docs t SET v_new = b.v FROM batch b WHERE t.id = b.id AND t.id >= {begin} AND t.id < {begin + len(rows)}")


def side_table(connection, begin, rows):
    copy_into(connection, "side", begin, rows)


def measure(connect, name, way, rows, prepare=""):
    connection = connect()
    make_table(connection, "docs", BATCH if "HNSW" in name else rows)
    connection.execute(f"""
        ALTER TABLE docs ADD COLUMN v_new vector({DIM});
        DROP TABLE IF EXISTS side; CREATE TABLE side (id bigint PRIMARY KEY, v vector({DIM}));
        CREATE TEMPORARY TABLE batch (id bigint, v vector({DIM})) ON COMMIT DELETE ROWS;
        {prepare};
        SET synchronous_commit = off""")
    rows = min(rows, BATCH) if "HNSW" in name else rows
    connection.execute("CHECKPOINT")
    wal = connection.execute("SELECT pg_current_wal_lsn()").fetchone()[0]
    cpu, start = session_cpu(connection), time.perf_counter()
    for begin in range(0, rows, BATCH):
        with connection.transaction():
            way(connection, begin, vectors(begin, min(BATCH, rows - begin)))
    cpu, seconds = session_cpu(connection) - cpu, time.perf_counter() - start
    wal = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s::pg_lsn)", [wal]).fetchone()[0]
    size = connection.execute("SELECT pg_total_relation_size('docs') + pg_total_relation_size('side')").fetchone()[0]
    connection.close()
    record = {"way": name, "rows": rows, "server_us": round(1e6 * cpu / rows, 1), "wal_bytes": round(float(wal) / rows)}
    record |= {"size_bytes": round(float(size) / rows), "seconds": round(seconds, 2)}
    print(json.dumps(record), flush=True)
    return record


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    arguments = parser.parse_args()
    run_inside("bench-postgres", PACKAGES)
    import psycopg

    folder = BUILD / "postgres-ways"
    shutil.rmtree(folder, ignore_errors=True)
    url = postgres_server.start(folder, settings=SETTINGS)
    atexit.register(postgres_server.kill, folder)

    def connect():
        return psycopg.connect(url, autocommit=True)

    connect().execute("CREATE EXTENSION vector")
    storage, index = "ALTER TABLE docs ALTER COLUMN v_new SET STORAGE ", "CREATE INDEX ON docs USING hnsw (v vector_cosine_ops)"
    ways = [
        measure(connect, "UPDATE of each row", update_each, arguments.rows),
        measure(connect, "COPY, UPDATE ... FROM", update_from_copy, arguments.rows),
        measure(connect, "COPY, UPDATE ... FROM; storage plain", update_from_copy, arguments.rows, storage + "PLAIN"),
        measure(connect, "COPY, UPDATE ... FROM; storage main", update_from_copy, arguments.rows, storage + "MAIN"),
        measure(connect, "COPY into a side table", side_table, arguments.rows),
        measure(connect, "COPY, UPDATE ... FROM; HNSW on v", update_from_copy, arguments.rows, index),
        measure(connect, "COPY into a side table; HNSW on v", side_table, arguments.rows, index),
    ]
    record = {"ways": ways, "dim": DIM, "load_after": round(os.getloadavg()[0], 1)}
    record["date"] = now()
    add_record(RESULTS / "postgres_ways.jsonl", record)


if __name__ == "__main__":
    main()
