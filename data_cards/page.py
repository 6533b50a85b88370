"""HTML pages of one file: style and images are inside. They suit screens, phones, paper and dark mode.

`templates/page.html.j2` is the frame of every page; a report fills its blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Callable


def environment(package: str = "twokeys.data_cards", **filters: Callable[..., object]) -> Environment:
    """Return the templates of a package and the frame of all pages; inserted text is escaped.

    Args:
        package: A package with a folder `templates`.
        filters: Further filters by name.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("twokeys.data_cards")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= filters
    return made
