# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from threading import Lock

from ._errors import BadInputError

#: What the names of unfinished files match.
UNFINISHED = ".vec2vec-*.tmp"

_lock = Lock()
_open: set[Path] = set()  # unfinished files of this process
_left = False


@contextmanager
def written_whole(
    target: Path, *, overwrite: bool = True, provenance: Callable[[str], str] | None = None
) -> Iterator[Path]:
    """A new file beside the target to write to; it gets the name of the target, synced to disk, when all went well. After an
    error, or Ctrl-C at any moment, nothing stays. Two writers of one target do not disturb each other; without overwrite the second
    to end is refused. A file that is replaced hands on its permissions.

    provenance: makes the text of target + ".provenance.json" out of the SHA-256 of the file. The old one goes, the file comes, then
    its provenance: a crash between leaves the file without one, never with that of another file.
    """
    temporary = _new_file(target)
    note, note_target = None, target.with_name(target.name + ".provenance.json")
    published = False
    try:
        yield temporary
        _finish(temporary, target)
        if provenance is not None:
            note = _new_file(note_target)
            note.write_text(provenance(sha256_of(temporary)))
            _finish(note, note_target)
            if overwrite or not target.exists():
                note_target.unlink(missing_ok=True)
                _sync(target.parent)
        _publish(temporary, target, overwrite)
        published = True
    finally:
        _drop(temporary)
        if note is not None and published:
            os.replace(note, note_target)
            _sync(target.parent)
        if note is not None:
            _drop(note)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def utc_now() -> str:
    """The time as provenance and pages write it: 2026-01-31T12:00:00Z."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def require_free(target: Path, overwrite: bool) -> None:
    """Checks that a target is free before long work begins; `written_whole` checks again."""
    if target.exists() and not overwrite:
        raise BadInputError("exists already", str(target), "another name, or `overwrite=True`")


def _new_file(target: Path) -> Path:
    """An empty file in the folder of the target, under a name that nobody can foresee or share."""
    path = target.with_name(UNFINISHED.replace("*", secrets.token_hex(16)))
    with _lock:
        if _left:
            raise RuntimeError("the process is about to end")
        _open.add(path)  # first: Ctrl-C may come between any two steps
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))
    return path


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)
    _open.discard(path)


def leave_nothing() -> None:
    """Removes unfinished files and prevents new ones, for a process that ends at once whatever its threads do."""
    global _left
    with _lock:
        _left = True
        for path in list(_open):
            path.unlink(missing_ok=True)


def _finish(temporary: Path, target: Path) -> None:
    if target.exists():
        os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
    _sync(temporary)


def _publish(temporary: Path, target: Path, overwrite: bool) -> None:
    if overwrite:
        os.replace(temporary, target)
    else:
        try:
            os.link(temporary, target)  # which refuses to replace a file that appeared meanwhile
        except FileExistsError:
            raise BadInputError("exists already", str(target), "another name, or `overwrite=True`") from None
        except OSError:  # a file system without links
            os.replace(temporary, target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
