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
"""Beginning of HTML, which could close a quotation or hide what follows; links in angle brackets are none."""
_HEAD = (
    "After *Datasheets for Datasets* (Gebru et al. 2018, [arXiv:1803.09010](https://arxiv.org/abs/1803.09010)). "
    "Lines that begin with *Build:* were written from `manifest.json`, and `twokeys verify` compares them with it. "
    "Quoted lines are what people say, and nothing checks them."
)


def answers(manifest: Manifest) -> Answers:
    """What people answered; authors whom the recipe names have answered who made the dataset."""
    said: Answers = manifest.recipe.get("datasheet") or {}
    motivation = said.get("motivation", {})
    if not manifest.authors or motivation.get("creators"):
        return said
    creators: dict[str, str | bool] = {"creators": "; ".join(manifest.authors)}
    return said | {"motivation": motivation | creators}


def missing(manifest: Manifest) -> list[Question]:
    """Required questions that nobody answered."""
    return unanswered(answers(manifest))


def datasheet(manifest: Manifest) -> str:
    """Write DATASHEET.md.

    Raises:
        ValueError: When the sources cannot be combined.
    """
    said, known = answers(manifest), facts(manifest)
    title = _shown(" ".join(manifest.title.split()))
    lines = [f"# Datasheet of {title}", "", f"Version {version(manifest)}. {_HEAD}"]
    if still := unanswered(said):
        lines += ["", f"**Required questions that are not answered yet: {len(still)}.**"]
    for section, questions in SECTIONS.items():
        lines += ["", f"## {section}"]
        for question in questions:
            if question.key.endswith(".comments") and answer(said, question) is None:
                continue
            lines += ["", f"**{question.text}**", "", *_answered(question, said, known.get(question.key, []))]
    return "\n".join(lines) + "\n"


def _answered(question: Question, said: Answers, known: Sequence[str]) -> list[str]:
    human = answer(said, question)
    if isinstance(human, bool):
        human = "Yes." if human else "No."
    if human is None and question.people and relates_to_people(said) is False:
        human = "Does not apply: nothing in it relates to people."
    built = [f"* *Build:* {_shown(' '.join(line.split()))}" for line in known]
    if human is None:
        return built or ["*Not answered: this is required.*" if question.required else "*Not answered.*"]
    return [*_quoted(human), *([""] if built else []), *built]


def _quoted(human: str) -> list[str]:
    """What people say as a quotation: no heading, table or list of theirs reaches beyond it."""
    return [f"> {_shown(line)}".rstrip() for line in human.strip().splitlines()]


def _shown(line: str) -> str:
    """A line whose HTML is shown as text."""
    return _TAG.sub("&lt;", line)
