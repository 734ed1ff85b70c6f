# SPDX-License-Identifier: Apache-2.0
"""Kinds of Parquet and Arrow files, recognised without pyarrow."""

from __future__ import annotations

#: By the ending of the name, as Arrow recommends them.
KINDS = {".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".arrows": "stream"}
ENDINGS = tuple(KINDS)


def kind_of(start: bytes) -> str | None:
    """What a file is by its first 8 bytes: "parquet", "arrow" (an IPC file), "stream" (an IPC stream) or None."""
    if start[:4] == b"PAR1":
        return "parquet"
    if start[:6] == b"ARROW1":
        return "arrow"
    if start[:4] == b"\xff\xff\xff\xff" and 0 < int.from_bytes(start[4:8], "little") < 1 << 28:  # a message and its length
        return "stream"
    return None
