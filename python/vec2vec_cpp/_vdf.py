# SPDX-License-Identifier: Apache-2.0
"""Folders in the Vector Dataset Format of vector-io: VDF_META.json, and for each namespace of an index a folder of Parquet files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from . import arrow
from ._arrow_files import open_source
from ._errors import BadInputError
from ._files import written_whole
from ._map import Map
from ._progress import Progress, reporting
from ._rows import Float32
from ._summary import Summary

META = "VDF_META.json"


@dataclass(frozen=True)
class _Namespace:
    entry: dict[str, Any]  #: of the metadata
    folder: Path  #: of its Parquet files, relative to that of the data set
    column: str


def _read(folder: Path, column: str | None) -> tuple[dict[str, Any], list[_Namespace]]:
    where = str(folder / META)
    try:
        meta: dict[str, Any] = json.loads((folder / META).read_text())
        entries = [entry for index in meta["indexes"].values() for entry in index]
        found = [_namespace(folder, entry, column, where) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, BadInputError):
            raise
        message = f"does not describe a data set: {type(error).__name__} {error}"
        raise BadInputError(message, where, "export it again with vector-io") from error
    if not found:
        raise BadInputError("names no index", where, "export it again with vector-io")
    return meta, found


def _namespace(folder: Path, entry: dict[str, Any], column: str | None, where: str) -> _Namespace:
    path = Path(entry["data_path"])
    name = entry.get("namespace") or path
    if path.is_absolute() or ".." in path.parts:
        raise BadInputError(f"namespace '{name}' lies outside the folder: {path}", where, "paths inside the folder are read")
    if not (folder / path).is_dir():
        raise BadInputError(f"namespace '{name}' has no folder {path}", where, "copy the data set again")
    columns: list[str] = entry.get("vector_columns") or ["vector"]
    if column is None and len(columns) != 1:
        raise BadInputError(f"namespace '{name}' has several vector columns: {', '.join(columns)}", where, "name one: `column`")
    if column is not None and column not in columns:
        raise BadInputError(f"namespace '{name}' has no vector column '{column}'", where, f"it has {', '.join(columns)}")
    return _Namespace(entry, path, column or columns[0])


def sample(source: Path, *, column: str | None = None, max_rows: int = 20000) -> Float32:
    """At most `max_rows` vectors (n, d), of each namespace in proportion to its size."""
    _, found = _read(source, column)
    sizes = [sum(sum(file.group_rows) for file in open_source(source / space.folder).files) for space in found]
    wanted = [-(-max_rows * size // max(1, sum(sizes))) for size in sizes]
    parts = [
        arrow.sample(source / space.folder, column=space.column, max_rows=count)
        for space, count in zip(found, wanted, strict=True)
        if count > 0
    ]
    if not parts:
        raise BadInputError("holds no vectors", str(source))
    return np.concatenate(parts)[:max_rows]


def translate(
    map: Map | Path,
    source: Path,
    target: Path,
    *,
    to: str | None = None,
    column: str | None = None,
    overwrite: bool = False,
    progress: Progress = None,
    **options: Any,
) -> Summary:
    """A data set -> a new folder with the same namespaces, ids and other columns; its metadata name the new dimension and model,
    and the map under `vec2vec`. Namespaces are translated as `arrow.translate` does it, and resumed so."""
    began = monotonic()
    map = Map.of(map, to)
    meta, found = _read(source, column)
    for space in found:
        dim = space.entry.get("dimensions", -1)
        if dim not in (-1, map.source_dim):
            message = f"namespace '{space.entry.get('namespace', '')}' has dimension {dim}, but the map translates from"
            raise BadInputError(f"{message} {map.source_dim}", str(source / META), "a map of that model")
    if target.resolve() == source.resolve() or source.resolve() in target.resolve().parents:
        raise BadInputError("is where the input lies", str(target), "another folder for the output")
    _take(target, map, overwrite)
    done: list[Summary] = []
    folders: list[Path] = []
    with reporting(progress) as callback:
        for space in found:
            if space.folder in folders:
                continue
            folders.append(space.folder)

            def part(stage: str, share: float, before: int = len(folders) - 1) -> None:
                if callback:
                    callback(stage, (before + share) / len(found))

            done.append(
                arrow.translate(
                    map,
                    source / space.folder,
                    target / space.folder,
                    column=space.column,
                    overwrite=overwrite,
                    progress=part,
                    **options,
                )
            )
    model = map.card.get("target", {}).get("name") or "unknown"
    for space in found:
        space.entry["dimensions"] = map.target_dim
        space.entry["model_name"] = f"{model} (translated by vec2vec, not native)"
    meta["vec2vec"] = _provenance(target / found[0].folder)
    files = (path for folder in folders for path in (target / folder).glob("*.parquet"))
    meta["file_structure"] = sorted([META, *(path.relative_to(target).as_posix() for path in files)])
    with written_whole(target / META) as path:
        path.write_text(json.dumps(meta, indent=4) + "\n")
    return Summary(
        sum(one.rows for one in done),
        sum(one.null_rows for one in done),
        sum(one.files for one in done),
        sum(one.resumed_files for one in done),
        monotonic() - began,
    )


def _take(target: Path, map: Map, overwrite: bool) -> None:
    """Makes the folder, or removes the metadata of what will be replaced in it, so that they never describe missing data."""
    target.mkdir(parents=True, exist_ok=True)
    path = target / META
    if not path.exists():
        return
    try:
        ours = json.loads(path.read_text())["vec2vec"]["map_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BadInputError("holds a data set of others", str(target), "a new folder") from None
    if overwrite:
        path.unlink()
    elif ours != map._facts()["map_sha256"]:
        raise BadInputError("holds a data set of another map", str(target), "another folder, or `overwrite=True`")


def _provenance(folder: Path) -> dict[str, Any]:
    """What the translated folder says of the job, but for what belongs to it alone."""
    job = json.loads((folder / "_vec2vec.json").read_text())
    return {key: job[key] for key in ("what", "map_sha256", "target", "library_version", "centred") if key in job}
