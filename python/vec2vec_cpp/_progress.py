# SPDX-License-Identifier: Apache-2.0
"""Progress of long work: a bar, a function of the caller, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Callback = Callable[[str, float], Any]

#: True shows a tqdm bar; a function is called with the stage's name and the part done in [0, 1], and ends the work by raising.
Progress = bool | Callback | None


class _Bar:
    """A tqdm bar: stages of one job share it, and a job whose part done begins anew has one of its own."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError("progress=True shows a tqdm bar: pip install tqdm, or hand over a function") from error
        self._tqdm = tqdm
        self._bar: Any = None

    def __call__(self, stage: str, done: float) -> None:
        percent = round(100 * min(max(done, 0.0), 1.0), 1)
        if self._bar is None or percent < self._bar.n:
            self.close()
            self._bar = self._tqdm(
                total=100, desc=stage, bar_format="{desc}: {percentage:3.0f}% |{bar}| {elapsed} < {remaining}"
            )
        self._bar.set_description(stage, refresh=False)
        self._bar.update(percent - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


@contextmanager
def reporting(progress: Progress) -> Iterator[Callback | None]:
    """The function that the extension module calls for a value of `progress`."""
    if not progress:
        yield None
    elif callable(progress):
        yield progress
    else:
        bar = _Bar()
        try:
            yield bar
        finally:
            bar.close()
