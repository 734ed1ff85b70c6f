# SPDX-License-Identifier: Apache-2.0
"""A table of vectors in a throw-away Postgres server, as the benches of migration fill and read it."""

import os
import sys

from .env import DEMO, ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import postgres_server  # noqa: E402, F401

PACKAGES = ["numpy", "psycopg[binary]>=3.2", "pgvector>=0.4"]
DIM = 384
SETTINGS = ["shared_buffers=512MB", "min_wal_size=4GB", "max_wal_size=4GB", "checkpoint_timeout=15min"]  # a durable server
TICK = os.sysconf("SC_CLK_TCK")
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # of a binary COPY


def vectors(begin, count):
    """Rows (count, DIM) of the demo with noise; the same for the same `begin`."""
    import numpy as np

    few, rng = np.load(DEMO / "minilm.a.npy").astype(np.float32), np.random.default_rng(begin)
    return few[rng.integers(0, len(few), count)] + np.float32(0.01) * rng.standard_normal((count, DIM), dtype=np.float32)


def record_type(dim):
    import numpy as np

    fields = [("fields", ">i2"), ("key_size", ">i4"), ("key", ">i8"), ("size", ">i4"), ("dim", ">i2"), ("zero", ">i2")]
    return np.dtype([*fields, ("v", ">f4", (dim,))])


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
    """A fresh table of (id bigint PRIMARY KEY, title text, v vector(DIM))."""
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE TABLE {name} (id bigint PRIMARY KEY, title text DEFAULT repeat('lorem ipsum ', 8), v vector({DIM}))")
    for begin in range(0, rows, 10_000):
        count = min(10_000, rows - begin)
        with connection.cursor().copy(f"COPY {name} (id, v) FROM STDIN (FORMAT binary)") as copy:
            copy.write(copy_bytes(range(begin, begin + count), vectors(begin, count)))
    connection.execute(f"VACUUM ANALYZE {name}")
    connection.execute("CHECKPOINT")
