# SPDX-License-Identifier: Apache-2.0
"""The display of results: one line for `repr`, a table for `print`, and the same table in notebooks."""

from __future__ import annotations

from html import escape
from typing import Any


class Shown:
    """`_line` is the text after the name of the class in `repr`."""

    def _line(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<vec2vec_cpp.{type(self).__name__} {self._line()}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


class Tabled:
    """`_table` has a dict for each row, all of the same keys."""

    def _table(self) -> list[dict[str, Any]]:
        raise NotImplementedError

    def to_frame(self) -> Any:
        """The table as a pandas data frame; None is NaN there. ImportError without pandas."""
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("data frames need pandas: pip install pandas") from error
        return pd.DataFrame(self._table())
