# SPDX-License-Identifier: Apache-2.0
"""The result of translating a store."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """A summary of what `translate` did."""

    rows: int
    null_rows: int
    files: int
    resumed_files: int  #: finished by an earlier run
    seconds: float
