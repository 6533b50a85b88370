"""What a published folder still owes its readers, by its datasheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.data_cards.datasheet import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twokeys.builder.publish.folder import Folder

REMEDY = (
    "write answers into the YAML file that the recipe names with `datasheet:` (`twokeys datasheet RECIPE` prints one "
    "to fill in), and where a source is from into its part of the recipe, as `citation:` or `homepage:`; then build "
    "again, which measures nothing anew"
)
"""What to do where `datasheet` finds something."""


def datasheet(known: Folder) -> Iterator[str]:
    """What a published folder still owes its readers: answers that only people have, and where its sources are from."""
    for question in missing(known.manifest):
        yield f"no answer to {question.key}: {question.text}"
    for source in known.manifest.origins:
        if not source.citation.strip() and not source.homepage:
            yield f"the source {source.name!r} has neither citation nor homepage"
