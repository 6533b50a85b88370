"""Check that the plots of a published folder follow from its manifest."""

from __future__ import annotations

import tempfile
from pathlib import Path

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.checks.report import look_the_same
from twokeys.builder.publish.folder import Folder
from twokeys.core.pictures.decoding import decode
from twokeys.data_cards.plots import FILES, draw_all


def drawn_again(folder: Folder) -> Checked:
    """Draw the plots again and compare: each must look the same, up to differences between releases of a library."""
    with tempfile.TemporaryDirectory() as directory:
        draw_all(folder.manifest, Path(directory))
        for name in FILES:
            published, drawn = ((place / name).read_bytes() for place in (folder.path, Path(directory)))
            if published != drawn and not look_the_same(decode(published, name), decode(drawn, name)):
                yield f"{name} is not the plot that this manifest gives"
    return counts(plot=FILES)
