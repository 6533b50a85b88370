"""Check that the datasheet of a published folder answers its required questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.data_cards.datasheet import answers, missing
from twokeys.data_cards.questions import questions, relates_to_people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twokeys.data_cards.manifest import Manifest

DATASHEET = "datasheet"
"""Name of the check."""
REMEDY = (
    "write answers into the YAML file that the recipe names with `datasheet:` (`twokeys datasheet RECIPE` prints one "
    "to fill in), and where a source is from into its part of the recipe, as `citation:` or `homepage:`; then build "
    "again, which measures nothing anew"
)
"""What to do if `datasheet` reports a problem."""


def datasheet(manifest: Manifest) -> Iterator[str]:
    """Yield what is missing: answers that only people can give, and the origins of sources."""
    for question in missing(manifest):
        yield f"no answer to {question.key}: {question.text}"
    for source in manifest.origins:
        if not source.citation.strip() and not source.homepage:
            yield f"the source {source.name!r} has neither citation nor homepage"


def asked(manifest: Manifest) -> int:
    """Count the questions that must have an answer: required questions of the datasheet, and one for each source."""
    relates = relates_to_people(answers(manifest))
    required = [question for question in questions() if question.required and (relates or not question.people)]
    return len(required) + len(manifest.origins)
