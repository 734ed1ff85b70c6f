# SPDX-License-Identifier: Apache-2.0
"""Messages in the words of the caller. The library names options and functions as C++ does, between back quotes: `AlignOptions::partial = true`.

Here they become Python's: `partial=True`. cli/help/spelling.cpp does the same for the command, __main__.py for vec2vec-py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

#: What does not follow the rule of `_spell`.
_EXCEPTIONS = {
    "Map::to": "Map.to",
    "MeasureGrid::to_json()": "to_dict()",
    "NeuralOptions::loss": "losses",
    "measure_page()": "to_html()",
}
#: Names that stand for something else in the call that runs; see `meaning`.
_meaning: ContextVar[Mapping[str, str]] = ContextVar("meaning", default=MappingProxyType({}))

_QUOTED = re.compile(r"`([A-Z][A-Za-z0-9]*::[a-z_0-9]+(?:\(\))?|[a-z_0-9]+\(\))(?: = ([^`]+))?`")
_VALUES = {"true": "True", "false": "False"}


def in_python(text: str) -> str:
    """A message or report of the library in Python's words. Text that is no name of the library stays."""
    return _QUOTED.sub(lambda found: f"`{_spell(found[1], found[2])}`", text)


def _spell(name: str, value: str | None) -> str:
    """Options::max_rows -> max_rows, Options::type = halfvec -> type="halfvec", Options::partial = true -> partial=True."""
    for table in (_meaning.get(), _EXCEPTIONS):
        if name in table:
            return table[name]
    word = name.rpartition("::")[2]
    if value is None:
        return word
    return f"{word}={_VALUES.get(value) or (value if re.fullmatch(r'[-+.0-9e]+', value) else repr(value))}"


@contextmanager
def meaning(words: Mapping[str, str]) -> Iterator[None]:
    """While it lasts, messages call the library's names by these words: where an option has another name here, or none. Of two
    around a call the outer one counts: that is what the caller wrote."""
    before = _meaning.set({**words, **_meaning.get()})
    try:
        yield
    finally:
        _meaning.reset(before)
