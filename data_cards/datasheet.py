"""DATASHEET.md: the questions of "Datasheets for Datasets", answered by the build and by people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twokeys.data_cards.citation import version
from twokeys.data_cards.datasheet_facts import facts
from twokeys.data_cards.questions import SECTIONS, Answers, Question, answer, relates_to_people, unanswered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twokeys.data_cards.manifest import Manifest

FILE = "DATASHEET.md"
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?:|mailto:)")
"""The beginning of HTML, which could close a quotation or hide text; a link in angle brackets does not match."""
_HEAD = (
    "After *Datasheets for Datasets* (Gebru et al. 2018, [arXiv:1803.09010](https://arxiv.org/abs/1803.09010)). "
    "Lines that begin with *Build:* were written from `manifest.json`, and `twokeys verify` compares them with it. "
    "Quoted lines are what people say, and nothing checks them."
)


def answers(manifest: Manifest) -> Answers:
    """Return the answers of people; the authors of the recipe answer the question about the creators."""
    stated: Answers = manifest.recipe.get("datasheet") or {}
    motivation = stated.get("motivation", {})
    if not manifest.authors or motivation.get("creators"):
        return stated
    creators: dict[str, str | bool] = {"creators": "; ".join(manifest.authors)}
    return stated | {"motivation": motivation | creators}


def missing(manifest: Manifest) -> list[Question]:
    """Return the required questions without an answer."""
    return unanswered(answers(manifest))


def datasheet(manifest: Manifest) -> str:
    """Write DATASHEET.md.

    Raises:
        ValueError: If the sources cannot be combined.
    """
    stated, statements = answers(manifest), facts(manifest)
    title = _shown(" ".join(manifest.title.split()))
    lines = [f"# Datasheet of {title}", "", f"Version {version(manifest)}. {_HEAD}"]
    if required := unanswered(stated):
        lines += ["", f"**Required questions that are not answered yet: {len(required)}.**"]
    for section, questions in SECTIONS.items():
        lines += ["", f"## {section}"]
        for question in questions:
            if question.key.endswith(".comments") and answer(stated, question) is None:
                continue
            lines += ["", f"**{question.text}**", "", *_answered(question, stated, statements.get(question.key, []))]
    return "\n".join(lines) + "\n"


def _answered(question: Question, stated: Answers, statements: Sequence[str]) -> list[str]:
    human = answer(stated, question)
    if isinstance(human, bool):
        human = "Yes." if human else "No."
    if human is None and question.people and relates_to_people(stated) is False:
        human = "Does not apply: nothing in it relates to people."
    built = [f"* *Build:* {_shown(' '.join(line.split()))}" for line in statements]
    if human is None:
        return built or ["*Not answered: this is required.*" if question.required else "*Not answered.*"]
    return [*_quoted(human), *([""] if built else []), *built]


def _quoted(human: str) -> list[str]:
    """Quote the text of people, so that its headings, tables and lists end with the quotation."""
    return [f"> {_shown(line)}".rstrip() for line in human.strip().splitlines()]


def _shown(line: str) -> str:
    """Return a line whose HTML is shown as text."""
    return _TAG.sub("&lt;", line)
