"""How results show themselves: one line for `repr`, a table for `print`, the same table in notebooks."""

from __future__ import annotations

from html import escape


class Shown:
    """`_line` is what stands behind the name of the class in `repr`."""

    def _line(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<vec2vec_cpp.{type(self).__name__} {self._line()}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"
