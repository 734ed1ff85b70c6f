"""What a folder of translated files says of itself, and how a later run tells that it may go on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _core
from ._arrow_files import ENDINGS, Part, Source, SourceFile
from ._errors import BadInputError
from ._files import written_whole

if TYPE_CHECKING:
    from .arrow import Translator

NAME = "_vec2vec.json"


class State:
    """Beside the files of a folder lies _vec2vec.json: the map, the input, the options, and whether all is done. Beside a single
    file nothing is kept: it appears at the end, or not at all."""

    def __init__(self, source: Source, target: Path, translator: Translator, part_rows: int, overwrite: bool) -> None:
        self._translator = translator
        self._map_sha256 = hashlib.sha256(translator.map.to_bytes()).hexdigest()
        self._job: dict[str, Any] = {
            "what": "vectors translated by vec2vec; not native rows of the target model",
            "map_sha256": self._map_sha256,
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
        self._folder: Path | None = None
        if not self._is_folder(source, target):
            if target.exists() and not overwrite:
                raise BadInputError("exists already", str(target), "another name, or `overwrite=True`")
            return
        if target.exists() and not target.is_dir():
            raise BadInputError("is neither a folder nor ends like a Parquet or Arrow file", str(target), "another name")
        self._folder = target
        if target.exists() and not self._may_go_on(target):
            if not (target / NAME).exists():
                raise BadInputError("holds files of others", str(target), "a new folder")
            if not overwrite:
                message = "holds the files of another map, input or options"
                raise BadInputError(message, str(target), "another folder, or `overwrite=True`")
            for path in target.iterdir():
                if path.name == NAME or path.suffix in ENDINGS:
                    path.unlink()
        target.mkdir(parents=True, exist_ok=True)
        for left in target.glob(".*.tmp"):  # of a run that was killed
            left.unlink()
        self._write(finished=False)

    @staticmethod
    def _is_folder(source: Source, target: Path) -> bool:
        return target.is_dir() or source.path.is_dir() or target.suffix not in ENDINGS

    def _may_go_on(self, folder: Path) -> bool:
        if not any(folder.iterdir()):
            return True
        try:
            kept = json.loads((folder / NAME).read_text())
        except (OSError, ValueError):
            return False
        return bool({key: value for key, value in kept.items() if key not in ("finished", "rows")} == self._job)

    def _write(self, **more: Any) -> None:
        if self._folder is None:
            return
        with written_whole(self._folder / NAME) as path:
            path.write_text(json.dumps(self._job | more, indent=2) + "\n")

    def has(self, part: Part) -> bool:
        """Whether an earlier run finished this file."""
        return self._folder is not None and part.path.exists()

    def finish(self, rows: int) -> None:
        self._write(rows=rows, finished=True)

    def provenance(self, source: SourceFile) -> str:
        """What the schema metadata of a file says under "vec2vec"; the same in every run."""
        keys = ("what", "map_sha256", "library_version", "column", "centred")
        kept = {key: self._job[key] for key in keys} | {"into": self._translator.into or self._translator.column}
        return json.dumps(kept | {"input": source.fingerprint()})
