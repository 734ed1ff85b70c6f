"""The exceptions of the library: what went wrong, where, and what to try."""

from __future__ import annotations


class Error(Exception):
    """Base of all errors that the library raises."""

    def __init__(self, message: str, where: str = "", hint: str = "") -> None:
        super().__init__(message, where, hint)
        self.message, self.where, self.hint = message, where, hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  try: {self.hint}" if self.hint else text


class BadInputError(Error, ValueError):
    """The input cannot be used: a missing or foreign file, NaN, unequal dimensions, an option out of range."""


class InternalError(Error, RuntimeError):
    """A fault of the library or of the machine."""


class AlignmentWarning(UserWarning):
    """The verdict on a map is not ALIGNED: do not trust it before it is evaluated."""
