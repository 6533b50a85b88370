"""Whether the plots of a published folder show what its manifest gives."""

from __future__ import annotations

import tempfile
from pathlib import Path

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.checks.report import look_the_same
from twokeys.builder.publish.folder import Folder
from twokeys.core.pictures.decoding import decode
from twokeys.data_cards.plots import FILES, draw_all


def drawn_again(known: Folder) -> Checked:
    """Draw the plots again and compare: each must look the same, to what releases of a library differ by."""
    with tempfile.TemporaryDirectory() as folder:
        draw_all(known.manifest, Path(folder))
        for name in FILES:
            one, other = ((place / name).read_bytes() for place in (known.path, Path(folder)))
            if one != other and not look_the_same(decode(one, name), decode(other, name)):
                yield f"{name} is not the plot that this manifest gives"
    return counts(plot=FILES)
