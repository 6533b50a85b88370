"""How figures of the audit are made: without pyplot and without the user's own style, the same bytes each time."""

from __future__ import annotations

import io
from typing import Any

from matplotlib import style
from matplotlib.figure import Figure

from twokeys.core.figures import Shown
from twokeys.data_cards.theme import STYLE

OWN: dict[Any, Any] = STYLE | {"font.size": 9, "svg.fonttype": "path", "svg.hashsalt": "twokeys"}


def blank(width: float, height: float) -> tuple[Figure, Any]:
    """A figure of so many inches, and its axes."""
    with style.context(["default", OWN]):
        figure = Shown(figsize=(width, height), layout="constrained")
        return figure, figure.add_subplot()


def saved(figure: Figure) -> str:
    """A figure as an SVG element; the same figure gives the same text."""
    buffer = io.StringIO()
    with style.context(["default", OWN]):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
