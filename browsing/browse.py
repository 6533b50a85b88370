"""`twokeys browse`: look at a published folder in a web browser."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from twokeys.browsing.library import opened
from twokeys.core.errors import MissingPackage

if TYPE_CHECKING:
    from twokeys.browsing.page.serving import Served

INSTALL = 'pip install "twokeys[browse]"'


def browse(
    folder: Path | str,
    *,
    evaluations: Sequence[Path | str] = (),
    explanations: Sequence[Path | str] = (),
    host: str = "127.0.0.1",
    port: int | None = None,
) -> Served:
    """Serve a page that shows a published folder: items, partners, adversaries, removed items, models, heat maps.

    Args:
        folder: The folder.
        evaluations: Folders that `twokeys evaluate FOLDER --out DIR` wrote.
        explanations: Folders that `twokeys explain FOLDER --out DIR` wrote.
        host: The address that is listened on; `0.0.0.0` lets other machines in.
        port: The port; a free one from 7860 on when None.

    Returns:
        The page: `url`, `wait()` until Ctrl-C, `close()`.

    Raises:
        MissingPackage: If Gradio is not installed.
        BadInput: If the folder is none that twokeys published, or a run is of other rows.
    """
    if find_spec("gradio") is None:
        raise MissingPackage("`twokeys browse`", "gradio", INSTALL)
    library = opened(Path(folder), [Path(run) for run in evaluations], [Path(run) for run in explanations])
    from twokeys.browsing.page.serving import serve

    return serve(library, host, port)
