"""The questions of "Datasheets for Datasets" (Gebru et al. 2018, arXiv 1803.09010), by section, in our words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Answers = dict[str, dict[str, str | bool]]
"""Section -> question -> answer, as people wrote them."""

BUILT = re.compile(r"(?:[^\w<]|[\d_]|<[^>]*>)*build(?:[^\w<:]|_|<[^>]*>)*:", re.IGNORECASE)
"""The beginning of a line that a reader would take for a fact of the build, with any markup."""
PEOPLE = "composition.people"
"""The only question that is answered by yes or no; further questions follow if the answer is yes."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        key: `section.name`, the place of its answer in the YAML file of answers.
        text: The question.
        required: Whether `twokeys push` requires an answer, because readers need it and the build cannot give it.
        people: Whether the question is asked only if images or questions relate to people.
    """

    key: str
    text: str
    required: bool = False
    people: bool = False


SECTIONS: dict[str, tuple[Question, ...]] = {
    "Motivation": (
        Question("motivation.purpose", "For what purpose was this dataset made, and which gap does it fill?", True),
        Question("motivation.creators", "Who made it, and on behalf of whom?", True),
        Question("motivation.funding", "Who paid for it?"),
        Question("motivation.comments", "Is there anything else to say about why it was made?"),
    ),
    "Composition": (
        Question("composition.instances", "What does one instance stand for?"),
        Question("composition.count", "How many instances are there?"),
        Question("composition.sample", "Does it hold all possible instances, or a selection, and of what?"),
        Question("composition.data", "What does each instance consist of?"),
        Question("composition.label", "What is the label of an instance, and who gave it?"),
        Question("composition.missing", "Is anything missing from instances, or are instances missing?"),
        Question("composition.relations", "Are relations between instances made explicit?"),
        Question("composition.splits", "Which splits are recommended, and how were they made?"),
        Question("composition.errors", "Which errors, noise or redundancies are known?"),
        Question("composition.external", "Is it self-contained, or does it rely on outside resources?"),
        Question("composition.confidential", "Does it hold data that could be considered confidential?", True),
        Question("composition.offensive", "Could anything in it offend, insult, threaten or frighten a reader?", True),
        Question(PEOPLE, "Do images or questions relate to people?", True),
        Question("composition.groups", "Which groups of people can be told apart in it?", people=True),
        Question("composition.identification", "Can a person be identified from it?", True, people=True),
        Question("composition.sensitive", "Does it hold sensitive data about people, such as health?", True, True),
        Question("composition.comments", "Is there anything else to say about its composition?"),
    ),
    "Collection process": (
        Question("collection.acquired", "How were images, questions and answers created in the sources?", True),
        Question("collection.mechanisms", "With which tools or procedures were they collected and checked?"),
        Question("collection.sampling", "By which strategy were instances chosen?"),
        Question("collection.collectors", "Who took part in collecting, and how were they paid?"),
        Question("collection.timeframe", "Over which time were they collected?"),
        Question("collection.ethics", "Was there an ethical review?"),
        Question("collection.consent", "Were the people in it notified, and did they consent?", True, people=True),
        Question("collection.revoke", "How can a person withdraw consent?", people=True),
        Question("collection.impact", "Was the impact on the people in it assessed?", people=True),
        Question("collection.comments", "Is there anything else to say about collection?"),
    ),
    "Preprocessing, cleaning and labelling": (
        Question("preprocessing.done", "What was done to the data?"),
        Question("preprocessing.raw", "Is the raw data there beside it?"),
        Question("preprocessing.software", "Is the software that did it available?"),
        Question("preprocessing.comments", "Is there anything else to say about preprocessing?"),
    ),
    "Uses": (
        Question("uses.done", "What has it been used for?"),
        Question("uses.works", "Where are works that use it listed?"),
        Question("uses.suited", "What is it suited for?"),
        Question("uses.risks", "What in its composition could mislead or harm later uses?"),
        Question("uses.unsuited", "What should it not be used for?"),
        Question("uses.comments", "Is there anything else to say about its uses?"),
    ),
    "Distribution": (
        Question("distribution.parties", "Will it be distributed to third parties?"),
        Question("distribution.how", "How is it distributed, and under which identifier?"),
        Question("distribution.when", "Since when?"),
        Question("distribution.licence", "Under which licence or terms?"),
        Question("distribution.restrictions", "Do third parties hold rights in images or texts?", True),
        Question("distribution.export", "Do export controls or other regulations apply?"),
        Question("distribution.comments", "Is there anything else to say about distribution?"),
    ),
    "Maintenance": (
        Question("maintenance.maintainer", "Who hosts and maintains it?", True),
        Question("maintenance.contact", "How can they be reached?", True),
        Question("maintenance.erratum", "Is there an erratum?"),
        Question("maintenance.updates", "Will it be updated, by whom, and how will updates be announced?"),
        Question("maintenance.retention", "Is there a limit to how long data about people is kept?", people=True),
        Question("maintenance.older", "What happens to older versions?"),
        Question("maintenance.extend", "How can others extend it or build on it?"),
        Question("maintenance.comments", "Is there anything else to say about maintenance?"),
    ),
}
"""Title of a section -> its questions."""


def questions() -> Iterator[Question]:
    """Yield every question, in order."""
    for section in SECTIONS.values():
        yield from section


def answer(answers: Answers, question: Question) -> str | bool | None:
    """Return the answer of people; None if there is none, or if it is empty."""
    section, _, name = question.key.partition(".")
    stated = answers.get(section, {}).get(name)
    return stated if isinstance(stated, bool) or (stated and stated.strip()) else None


def relates_to_people(answers: Answers) -> bool | None:
    """Return whether images or questions relate to people; None if that was not answered."""
    stated = answers.get("composition", {}).get("people")
    return stated if isinstance(stated, bool) else None


def unanswered(answers: Answers) -> list[Question]:
    """Return the required questions without an answer; those about people only if the dataset relates to people."""
    relates = relates_to_people(answers)
    return [
        question
        for question in questions()
        if question.required and (relates or not question.people) and answer(answers, question) is None
    ]


def checked(value: Any) -> Answers:
    """Check and normalise answers from YAML; yes and no may be quoted or not.

    Raises:
        ValueError: With all problems: the value is no mapping of sections, a question is unknown, an answer is of the
            wrong kind or has a line that begins like a fact of the build.
    """
    expected: dict[str, list[str]] = {}
    for question in questions():
        section, _, name = question.key.partition(".")
        expected.setdefault(section, []).append(name)
    if not isinstance(value, dict):
        raise ValueError(f"answers are a mapping of sections ({', '.join(expected)}), not {value!r}")
    if problems := list(_problems(value, expected)):
        raise ValueError("; ".join(problems))
    filled: Answers = {}
    for section, answers in value.items():
        for name, answer in (answers or {}).items():
            if answer is not None:
                filled.setdefault(section, {})[name] = _plain(f"{section}.{name}", answer)
    return filled


def _problems(value: Mapping[Any, Any], expected: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield all problems of a mapping of sections; empty places are none."""
    for section, answers in value.items():
        if answers is None and section in expected:
            continue
        if section not in expected:
            yield _unknown(section, [*expected], "section")
        elif not isinstance(answers, dict):
            yield f"the section {section!r} holds {answers!r}, and no mapping of questions to answers"
        else:
            for name, answer in answers.items():
                if name not in expected[section]:
                    yield _unknown(name, expected[section], f"question of the section {section}")
                elif answer is not None:
                    yield from _problem(f"{section}.{name}", _plain(f"{section}.{name}", answer))


def _unknown(name: object, names: list[str], what: str) -> str:
    close = closest(str(name), names)
    hint = f"did you mean {close!r}?" if close is not None else f"there are {', '.join(names)}"
    return f"{name!r} is no {what}; {hint}"


def _plain(key: str, answer: Any) -> Any:
    """Convert yes and no to the type that the question requires: YAML reads them as booleans unless they are quoted."""
    if key == PEOPLE:
        return {"yes": True, "no": False}.get(answer.strip().lower(), answer) if isinstance(answer, str) else answer
    return ("yes" if answer else "no") if isinstance(answer, bool) else answer


def _problem(key: str, answer: object) -> Iterator[str]:
    wanted, words = (bool, "yes or no") if key == PEOPLE else (str, "text; put quotes around it")
    if not isinstance(answer, wanted):
        yield f"{key} is {answer!r}, and must be {words}"
    elif isinstance(answer, str) and (line := next(filter(BUILT.match, answer.splitlines()), None)) is not None:
        yield (
            f"{key} has the line {line!r}, and must have none that begins with `Build:`: so begin facts "
            "that the build writes and `twokeys verify` checks; word it otherwise"
        )
