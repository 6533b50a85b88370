"""Show results in a notebook: a sentence and a table."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

ROWS = 60
"""Most rows of a table that are shown."""


class Tabular(Protocol):
    """A result that is a table."""

    def to_pandas(self) -> pd.DataFrame:
        """The result as a table."""
        ...


def notebook(sentence: str, result: Tabular) -> str:
    """Return the HTML of a result: a sentence, and a table whose cells are plain text."""
    table = result.to_pandas().to_html(index=False, max_rows=ROWS, float_format="{:.3f}".format, na_rep="", border=0)
    return f"<p><b>{html.escape(sentence)}</b></p>{table}"
