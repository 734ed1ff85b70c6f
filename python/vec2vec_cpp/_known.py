# SPDX-License-Identifier: Apache-2.0
"""Several known spaces: rows of the same texts by several models, as opposed to the rows of one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ._errors import BadInputError
from ._options import text
from ._rows import Float32, as_rows, name_of, require_finite


def is_several(data: Any) -> bool:
    """Whether data are several known spaces: a dict, or a list of row sets. A list of vectors is the rows of one space."""
    return isinstance(data, Mapping) or (isinstance(data, (list, tuple)) and len(data) > 0 and _is_rows(data[0]))


def _is_rows(data: Any) -> bool:
    """Whether an entry of a list is a set of rows, not one vector."""
    if isinstance(data, (str, os.PathLike)):
        return True
    shape = getattr(data, "shape", None)  # numpy, torch, pandas, polars, tables of Arrow
    if shape is not None and len(shape) != 1:
        return len(shape) > 1
    if not hasattr(data, "__len__"):
        return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")
    first = next((item for item in data if item is not None), None)
    if getattr(first, "shape", None) is not None:
        return len(first.shape) > 0  # type: ignore[union-attr]
    return hasattr(first, "__len__") and not isinstance(first, (str, bytes))


def known_spaces(data: Any, given: str | Sequence[str] = "", argument: str = "B") -> list[tuple[str, Any]]:
    """Rows of one known space or of several -> [(name, its rows as they came)].

    given: `target_name` of the caller, one name or a list of them. Without it, files have the names of the files, other rows of
    several spaces "known 1", "known 2" ..., those of one space none. argument: what errors call the data.
    """
    if isinstance(data, Mapping):
        if not data:
            raise BadInputError("is an empty dict", f"`{argument}`", "{name: rows} with a known space or more")
        if given:
            raise BadInputError("is given beside a dict", "`target_name`", "the keys of the dict are the names: leave it out")
        return [(text(f"a name in {argument}", name), rows) for name, rows in data.items()]
    spaces = list(data) if is_several(data) else [data]
    if isinstance(given, str):
        if given and len(spaces) > 1:
            message = f"is '{given}' for {len(spaces)} known spaces"
            raise BadInputError(message, "`target_name`", "a list of names, one for each")
        names = [given] * len(spaces)
    else:
        names = [text("a name in target_name", name) for name in given]
        if len(names) != len(spaces):
            message = f"has {len(names)} names, {argument} {len(spaces)} known space{'s' if len(spaces) > 1 else ''}"
            raise BadInputError(message, "`target_name`", "a list of names, one for each")
    names = [name_of(rows, name) for rows, name in zip(spaces, names, strict=True)]
    if len(spaces) > 1:
        names = [name or f"known {number}" for number, name in enumerate(names, 1)]
    return list(zip(names, spaces, strict=True))


def as_known(
    data: Any, given: str | Sequence[str] = "", argument: str = "B", what: str = "target"
) -> tuple[list[str], list[Float32]]:
    """The names of `known_spaces`, and the rows of each as `as_rows` makes them: (m, d_k). what: the name of rows without one."""
    spaces = known_spaces(data, given, argument)
    rows = [as_rows(space, name or what) for name, space in spaces]
    if len(rows) > 1 and all(len(space) == 1 for space in rows):
        message = f"is a list of {len(rows)} arrays of one row each"
        raise BadInputError(message, f"`{argument}`", f"`numpy.concatenate({argument})` when they are the rows of one space")
    return [name for name, _ in spaces], rows


def in_order(known: Any, names: Sequence[str], argument: str = "known") -> list[Float32]:
    """Rows of the known spaces of these names, a dict of them or a list in their order -> their rows in that order, finite."""
    given = list(known) if is_several(known) else []
    if isinstance(known, Mapping):
        spaces = [known[name] for name in names if name in known]
        found = f"has rows of {', '.join(map(str, given)) or 'no space'}"
    else:
        spaces = given
        found = f"has rows of {len(given)} known spaces" if given else "is no list or dict of row sets"
    if not len(spaces) == len(given) == len(names):
        raise BadInputError(found, f"`{argument}`", f"rows of the same texts by each of {', '.join(names)}")
    rows = [as_rows(space, name) for name, space in zip(names, spaces, strict=True)]
    for name, space in zip(names, rows, strict=True):
        require_finite(space, name)
    return rows
