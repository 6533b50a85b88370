"""Figures that a notebook shows: matplotlib's own show there only after `pyplot` has drawn one."""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure


class Shown(Figure):
    """A figure that is the output of the notebook's cell that it ends."""

    def _repr_png_(self) -> bytes:
        out = BytesIO()
        self.savefig(out, format="png")
        return out.getvalue()
