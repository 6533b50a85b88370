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
"""Beginning of a line that a reader would take for a fact of the build, however it is marked up."""
PEOPLE = "composition.people"
"""The one question that is answered by yes or no; further ones are asked where the answer is yes."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        key: `section.name`, where its answer stands in the YAML file of answers.
        text: What is asked.
        required: Whether the build cannot know, and a reader must: unanswered, it stops `twokeys push`.
        people: Whether it is asked only if images or questions relate to people.
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
    """Every question, in order."""
    for section in SECTIONS.values():
        yield from section


def answer(answers: Answers, question: Question) -> str | bool | None:
    """The answer that people gave; None if there is none, or if it is empty."""
    section, _, name = question.key.partition(".")
    found = answers.get(section, {}).get(name)
    return found if isinstance(found, bool) or (found and found.strip()) else None


def relates_to_people(answers: Answers) -> bool | None:
    """Whether images or questions relate to people; None if that was not answered."""
    said = answers.get("composition", {}).get("people")
    return said if isinstance(said, bool) else None


def unanswered(answers: Answers) -> list[Question]:
    """Required questions without an answer; questions about people only if the dataset relates to people."""
    relates = relates_to_people(answers)
    return [
        question
        for question in questions()
        if question.required and (relates or not question.people) and answer(answers, question) is None
    ]


def checked(value: Any) -> Answers:
    """Read answers as YAML gives them: yes and no may be bare or quoted, whatever is asked.

    Raises:
        ValueError: With all that is wrong: the value is no mapping of sections, a question is unknown, an answer is of
            the wrong kind or has a line that begins like a fact of the build.
    """
    known: dict[str, list[str]] = {}
    for question in questions():
        section, _, name = question.key.partition(".")
        known.setdefault(section, []).append(name)
    if not isinstance(value, dict):
        raise ValueError(f"answers are a mapping of sections ({', '.join(known)}), not {value!r}")
    if problems := list(_problems(value, known)):
        raise ValueError("; ".join(problems))
    found = {
        section: {name: _plain(f"{section}.{name}", answer) for name, answer in said.items() if answer is not None}
        for section, said in value.items()
        if said is not None
    }
    return {section: said for section, said in found.items() if said}


def _problems(value: Mapping[Any, Any], known: Mapping[str, list[str]]) -> Iterator[str]:
    """All that is wrong with a mapping of sections; empty places are not."""
    for section, said in value.items():
        if said is None and section in known:
            continue
        if section not in known:
            yield _unknown(section, [*known], "section")
        elif not isinstance(said, dict):
            yield f"the section {section!r} holds {said!r}, and no mapping of questions to answers"
        else:
            for name, answer in said.items():
                if name not in known[section]:
                    yield _unknown(name, known[section], f"question of the section {section}")
                elif answer is not None:
                    yield from _problem(f"{section}.{name}", _plain(f"{section}.{name}", answer))


def _unknown(name: object, names: list[str], what: str) -> str:
    close = closest(str(name), names)
    hint = f"did you mean {close!r}?" if close is not None else f"there are {', '.join(names)}"
    return f"{name!r} is no {what}; {hint}"


def _plain(key: str, said: Any) -> Any:
    """Yes and no as the question wants them: YAML makes them True and False unless they are quoted."""
    if key == PEOPLE:
        return {"yes": True, "no": False}.get(said.strip().lower(), said) if isinstance(said, str) else said
    return ("yes" if said else "no") if isinstance(said, bool) else said


def _problem(key: str, said: object) -> Iterator[str]:
    wanted, words = (bool, "yes or no") if key == PEOPLE else (str, "text; put quotes around it")
    if not isinstance(said, wanted):
        yield f"{key} is {said!r}, and must be {words}"
    elif isinstance(said, str) and (posing := next(filter(BUILT.match, said.splitlines()), None)) is not None:
        yield (
            f"{key} has the line {posing!r}, and must have none that begins with `Build:`: so begin facts "
            "that the build writes and `twokeys verify` checks; word it otherwise"
        )
