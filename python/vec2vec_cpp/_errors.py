# SPDX-License-Identifier: Apache-2.0
"""The exceptions of the library: what went wrong, where, and what to try."""

from __future__ import annotations

from ._wording import in_python


class Error(Exception):
    """Base of all errors that the library raises. `message` says what is wrong, `where` the file, row or option, `hint` what to
    try; either may be empty. Options stand between back quotes, as they are written in Python: `overwrite=True`.

    A message that begins with a verb ("has 3 rows") has `where` for its subject: it becomes a whole sentence here."""

    def __init__(self, message: str, where: str = "", hint: str = "") -> None:
        from . import _core

        message = _core.sentence(message, where)
        super().__init__(message, where, hint)
        self.message, self.where, self.hint = message, where, hint

    def __str__(self) -> str:
        from . import _core

        return _core.told(self.message, self.where, self.hint)


class BadInputError(Error, ValueError):
    """The input cannot be used: a missing or foreign file, NaN, unequal dimensions, an option out of range."""


class UnavailableError(Error, RuntimeError):
    """The machine or a server lacks something: memory, disk space, a connection. The same call may work later."""


class InternalError(Error, RuntimeError):
    """A fault of the library."""


def of_library(kind: str, message: str, where: str, hint: str) -> Error:
    """The exception for an error of the library, in Python's words."""
    kinds: dict[str, type[Error]] = {"bad input": BadInputError, "unavailable": UnavailableError}
    return kinds.get(kind, InternalError)(in_python(message), in_python(where), in_python(hint))


class InputWarning(UserWarning):
    """A remark on how a file was read: columns that were left out, a first line taken for column names, a column that looks like ids."""


class AlignmentWarning(UserWarning):
    """The verdict on a map is not ALIGNED: do not trust it before it is evaluated."""
