"""How figures and pages look: one palette, one style, the same bytes for the same content."""

from __future__ import annotations

from typing import Any

# Okabe and Ito's palette: told apart by all readers, also in grey.
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
"""What matplotlib is told, beside its own defaults; never the user's own style."""
