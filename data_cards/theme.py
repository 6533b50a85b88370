"""The look of figures and pages: one palette and one style, so that the same content gives the same bytes."""

from __future__ import annotations

from typing import Any

# The palette of Okabe and Ito: all readers can distinguish its colours, also in grey.
BLUE, ORANGE, SKY, GREEN, GREY = "#0072B2", "#D55E00", "#56B4E9", "#009E73", "#7F7F7F"
INK, FAINT = "#222222", "#DDDDDD"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so it is the same everywhere
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
}
"""Settings of matplotlib besides its defaults; the user's style is never used."""
