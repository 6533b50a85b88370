"""Whether the figures of a published folder, and the tables beside them, show what its rows and its manifest give."""

from __future__ import annotations

import tempfile
from pathlib import Path

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.checks.report import look_the_same
from twokeys.builder.publish.folder import Folder
from twokeys.builder.publish.report.compose import folder_figures
from twokeys.core.pictures.decoding import decode
from twokeys.data_cards.figure_files import FILES, write_figures


def drawn_again(known: Folder) -> Checked:
    """Draw the figures again and compare: images must look the same, and every number of the tables be equal."""
    with tempfile.TemporaryDirectory() as folder:
        made = write_figures(folder_figures(known), Path(folder))
        yield from (f"{name} is no figure of this manifest" for name in FILES if _more(known.path / name, name in made))
        for name in made:
            if not (known.path / name).is_file():
                yield f"{name} is missing"
                continue
            one, other = ((place / name).read_bytes() for place in (known.path, Path(folder)))
            alike = one == other or (name.endswith(".png") and look_the_same(decode(one, name), decode(other, name)))
            if not alike:
                yield f"{name} is not the {'plot' if name.endswith('.png') else 'table'} that this manifest gives"
    images = sum(name.endswith(".png") for name in made)
    return counts(figure=images, table=len(made) - images)


def _more(path: Path, made: bool) -> bool:
    return path.exists() and not made
