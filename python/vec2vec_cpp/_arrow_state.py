# SPDX-License-Identifier: Apache-2.0
"""The state of a folder of translated files, by which a later run knows whether it may go on."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from ._arrow_files import Part, Source, SourceFile, store_files
from ._errors import BadInputError
from ._files import UNFINISHED, require_free, written_whole
from ._kinds import ENDINGS

if TYPE_CHECKING:
    from .arrow import Translator

NAME = "_vec2vec.json"


def _lock(folder: Path) -> int | None:
    """Keeps other runs out of a folder until the descriptor is closed, at the latest by the end of this process; None where the
    file system has no locks."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    except BlockingIOError:
        os.close(descriptor)
        raise BadInputError("is being written to by another run", str(folder), "wait for that run, or name another folder") from None
    except OSError:
        os.close(descriptor)
        return None


class State:
    """Beside the files of a folder lies _vec2vec.json: the map, the input, the options, and whether all is done. A single file
    has no state beside it: it appears at the end, or not at all."""

    def __init__(self, source: Source, target: Path, translator: Translator, part_rows: int, overwrite: bool) -> None:
        self._translator = translator
        self._job: dict[str, Any] = {
            "what": "vectors translated by vec2vec; not native rows of the target model",
            **translator.map._facts(),
            "library_version": _core.version(),
            "column": translator.column,
            "into": translator.into,
            "centred": translator.centred,
            "float16": translator.float16,
            "nulls": translator.nulls,
            "part_rows": part_rows,
            "input": [file.fingerprint() for file in source.files],
        }
        resolved = target.resolve()
        if resolved == source.path.resolve() or resolved == source.path.resolve().parent:
            raise BadInputError("is where the input lies", str(target), "another name for the output")
        self.overwrite = overwrite
        self._folder: Path | None = None
        self._lock: int | None = None
        if not self._is_folder(source, target):
            require_free(target, overwrite)
            return
        if target.exists() and not target.is_dir():
            raise BadInputError("is neither a folder nor ends like a Parquet or Arrow file", str(target), "another name")
        self._folder = target
        target.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(target)
        try:
            self._take(target)
        except BaseException:
            self.close()
            raise

    def _take(self, folder: Path) -> None:
        """Takes the folder for this job: as it is, or without the files of another job."""
        if not self._may_go_on(folder):
            if not (folder / NAME).exists():
                raise BadInputError("holds files of others", str(folder), "a new folder")
            if not self.overwrite:
                message = "holds the files of another map, input or options"
                raise BadInputError(message, str(folder), "another folder, or `overwrite=True`")
            self._write({"what": "files of another job, which are being removed"}, finished=False)
            for path in store_files(folder):
                path.unlink()
        if self._lock is not None:  # else they may be those of a run that goes on
            for left in folder.rglob(UNFINISHED):
                left.unlink()
        self._write(self._job, finished=False)

    def __enter__(self) -> State:
        return self

    def __exit__(self, *of_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the folder for other runs."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @staticmethod
    def _is_folder(source: Source, target: Path) -> bool:
        return target.is_dir() or source.path.is_dir() or target.suffix not in ENDINGS

    def _may_go_on(self, folder: Path) -> bool:
        if all(path.match(UNFINISHED) for path in folder.iterdir()):
            return True
        try:
            kept = json.loads((folder / NAME).read_text())
        except (OSError, ValueError):
            return False
        return bool({key: value for key, value in kept.items() if key not in ("finished", "rows")} == self._job)

    def _write(self, job: dict[str, Any], **more: Any) -> None:
        if self._folder is None:
            return
        with written_whole(self._folder / NAME) as path:
            path.write_text(json.dumps(job | more, indent=2) + "\n")

    def has(self, part: Part) -> bool:
        """Whether an earlier run finished this file."""
        return self._folder is not None and part.path.exists()

    def finish(self, rows: int) -> None:
        self._write(self._job, rows=rows, finished=True)

    def provenance(self, source: SourceFile) -> str:
        """The entry "vec2vec" of a file's schema metadata, the same in every run."""
        keys = ("what", "map_sha256", "target", "library_version", "column", "centred")
        kept = {key: self._job[key] for key in keys if key in self._job} | {"into": self._translator.into or self._translator.column}
        return json.dumps(kept | {"input": source.fingerprint()})
