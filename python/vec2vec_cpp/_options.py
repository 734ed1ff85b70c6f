# SPDX-License-Identifier: Apache-2.0
"""Types of options, and their check, which gives an error of one sentence where the extension module would show its signatures."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from inspect import signature
from operator import index
from typing import Any, Literal, TypeVar, cast, get_args

from ._errors import BadInputError

Path = str | os.PathLike[str]
#: How much time a search may take; an easy pair takes as long as it needs at any effort.
Effort = Literal["low", "normal", "high"]
#: Presets of neural training (docs/neural.md).
Preset = Literal["refine", "paper"]
#: Whose dot products a neural translation is to keep.
Preserve = Literal["rows", "start"]
#: Of matrix products in neural training.
Precision = Literal["auto", "float32", "bfloat16"]
#: What to do about null vectors in tables.
Nulls = Literal["error", "keep"]
#: On a map: whether it can be trusted.
Verdict = Literal["ALIGNED", "UNCERTAIN", "NOT_ALIGNED"]
#: On two models.
Relation = Literal["SAME_MODEL", "RELATED", "ALIGNABLE", "UNCERTAIN", "UNALIGNABLE"]
#: Of what an audit found.
Severity = Literal["inconclusive", "low", "moderate", "high"]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_CHOICES = {"Effort": get_args(Effort), "Preset": get_args(Preset), "Preserve": get_args(Preserve), "Precision": get_args(Precision), "Nulls": get_args(Nulls)}
_RANGES = {"seed": (0, 2**64 - 1), "threads": (0, 2**31 - 1)}


def _whole(name: str, value: Any) -> int:
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, not {value!r}") from None
    low, high = _RANGES.get(name, (-(2**63), 2**63 - 1))
    if not low <= number <= high:
        raise BadInputError(f"must lie in {low} .. {high}, but is {number}", f"`{name}`")
    return number


def _number(name: str, value: Any) -> float:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} must be a number, not {value!r}")
    return float(value)


def _switch(name: str, value: Any) -> bool:
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy's too
        return bool(value)
    raise TypeError(f"{name} must be True or False, not {value!r}")


def text(name: str, value: Any) -> str:
    """The value, which must be text; name is what the TypeError calls it."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, not {value!r}")
    return value


def _choice(words: tuple[str, ...]) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if value not in words:
            raise BadInputError(
                f"must not be {value!r}", f"`{name}`", ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
            )
        return cast(str, value)

    return check


#: By the annotation of a parameter.
_CHECKS: dict[str, Callable[[str, Any], Any]] = {"int": _whole, "float": _number, "bool": _switch, "str": text}
_CHECKS |= {name: _choice(words) for name, words in _CHOICES.items()}


def checked(function: _Function) -> _Function:
    """The same function, whose keyword options are of the types that its signature says: numpy's numbers become Python's, other
    types are a TypeError, a number out of range and an unknown word a BadInputError."""
    annotations = {name: str(p.annotation) for name, p in signature(function).parameters.items()}
    optional = {name for name, kind in annotations.items() if kind.endswith(" | None")}
    checks = {name: _CHECKS[word] for name, kind in annotations.items() if (word := kind.removesuffix(" | None")) in _CHECKS}

    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        for name, value in options.items():
            if name in checks and not (value is None and name in optional):
                options[name] = checks[name](name, value)
        return function(*arguments, **options)

    return cast(_Function, call)
