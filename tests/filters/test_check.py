"""Each check catches the rule that breaks its clause, and a sound rule passes all."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest

from twokeys.filters import CHECKS, Finding, Rule, check_rule, run_check

TURN = itertools.count()


@dataclass(frozen=True)
class Sound(Rule):
    """Drop items whose question has too few words.

    Attributes:
        words: Number of words that is too few.
    """

    id = "sound"
    summary = "the question is short"
    bias = "none; keeps the contract"

    words: int = 4

    def reads(self):
        return ("question",)

    def decide(self, table):
        return {item: f"only {question!r}" for item, question in self.short(table)}

    def short(self, table):
        for item, question in zip(table["id"], table["question"], strict=True):
            if isinstance(question, str) and len(question.split()) <= self.words:
                yield item, question


def broken(cls):
    """Make a frozen dataclass of a class that breaks one clause; its docstring is inherited."""
    cls.__doc__ = cls.__doc__ or Sound.__doc__
    return dataclass(frozen=True)(cls)


@broken
class NoSummary(Sound):
    summary = ""


@broken
class WrongScope(Sound):
    scope = "row"


@broken
class WrongVersion(Sound):
    version = 0


@dataclass(frozen=True)
class Undocumented(Sound):
    pass


@broken
class UnexplainedParameter(Sound):
    """Drop items. Attributes: words: too few."""

    letters: int = 3


@broken
class ShoutingId(Sound):
    id = "Short_Question"


@broken
class WrongDefault(Sound):
    words: int = 4.5


@broken
class UnknownType(Sound):
    words: Nowhere = 4  # noqa: F821


class NoDataclass(Sound):
    """Drop items whose question has too few words: 4."""


@broken
class ListParameter(Sound):
    words: list[int] = field(default_factory=lambda: [4])

    def short(self, table):
        return Sound(self.words[0]).short(table)


@broken
class NeverEqual(Sound):
    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)


def local_rule():
    @broken
    class Local(Sound):
        pass

    return Local()


@broken
class ReadsList(Sound):
    def reads(self):
        return ["question"]


@broken
class ReadsTwice(Sound):
    def reads(self):
        return ("question", "question")


@broken
class HidesGold(Sound):
    def reads(self):
        return ("question", "choices.tfidf.p_gold")

    def decide(self, table):
        sure = dict(zip(table["id"], table["choices.tfidf.p_gold"] > 0.5, strict=True))
        return {item: "short and sure" for item, _ in self.short(table) if sure[item]}


@broken
class NoReason(Sound):
    def decide(self, table):
        return {item: " " for item, _ in self.short(table)}


@broken
class UnknownItem(Sound):
    def decide(self, table):
        return super().decide(table) | ({"nobody": "is unknown"} if len(table) > 1 else {})


@broken
class ReturnsList(Sound):
    def decide(self, table):
        return list(super().decide(table))


@broken
class AddsColumn(Sound):
    def decide(self, table):
        table["words"] = 1
        return super().decide(table)


@broken
class ChangesList(Sound):
    def reads(self):
        return ("question", "choices")

    def decide(self, table):
        for choices in table["choices"]:
            if isinstance(choices, list):
                choices.append("none of these")
        return super().decide(table)


@broken
class GlobalRandom(Sound):
    def decide(self, table):
        return {item: "bad luck" for item in table["id"] if np.random.random() < 0.5 and len(table) > 1}


@broken
class Counts(Sound):
    def decide(self, table):
        return {item: f"call {next(TURN)}" for item, _ in self.short(table)}


@broken
class FirstRows(Sound):
    scope = "set"

    def decide(self, table):
        return dict(list(super().decide(table).items())[:3])


@broken
class PeeksAtGold(Sound):
    def decide(self, table):
        answers = table["answer"] if "answer" in table else table["question"]
        dropped = super().decide(table)
        return {
            item: dropped[item]
            for item, answer in zip(table["id"], answers, strict=True)
            if item in dropped and answer == "yes"
        }


@broken
class NeedsRows(Sound):
    def decide(self, table):
        table.iloc[0]
        return super().decide(table)


@broken
class NeedsTwoRows(Sound):
    scope = "set"

    def decide(self, table):
        if len(table) == 1:
            raise ValueError("one row has no neighbours")
        return super().decide(table)


@broken
class ReadsTooLittle(Sound):
    def reads(self):
        return ("question", "split")


@broken
class ReadsTooMuch(Sound):
    def decide(self, table):
        dropped = super().decide(table)
        return {
            item: dropped[item]
            for item, split in zip(table["id"], table["split"], strict=True)
            if item in dropped and split == "train"
        }


@broken
class ReadsIfThere(Sound):
    def decide(self, table):
        return {item: f"short ({table.get('license', ['?'])[0]})" for item, _ in self.short(table)}


@broken
class NeedsValues(Sound):
    def decide(self, table):
        return {
            item: "short"
            for item, question in zip(table["id"], table["question"], strict=True)
            if len(question.split()) <= self.words
        }


@broken
class NeedsWords(Sound):
    def decide(self, table):
        return {item: f"begins with {question.split()[0]}" for item, question in self.short(table)}


@broken
class NeedsLists(Sound):
    def reads(self):
        return ("choices",)

    def decide(self, table):
        return {
            item: "has options"
            for item, choices in zip(table["id"], table["choices"], strict=True)
            if not isinstance(choices, float) and choices
        }


@broken
class ComparesRows(Sound):
    def decide(self, table):
        lengths = table["question"].astype(str).str.len()
        return dict.fromkeys(table["id"][lengths > lengths.mean()], "longer than the mean")


@broken
class NeverDrops(Sound):
    words: int = 0


@broken
class AlwaysDrops(Sound):
    words: int = 50_000


BROKEN = [
    (NoSummary(), {"described"}),
    (WrongScope(), {"described"}),
    (WrongVersion(), {"described"}),
    (Undocumented(), {"described"}),
    (UnexplainedParameter(), {"described"}),
    (ShoutingId(), {"id_format"}),
    (WrongDefault(), {"parameters_typed"}),
    (UnknownType(), {"parameters_typed"}),
    (NoDataclass(), {"frozen"}),
    (ListParameter(), {"hashable"}),
    (NeverEqual(), {"hashable", "picklable"}),
    (local_rule(), {"picklable"}),
    (ReadsList(), {"reads_declared"}),
    (ReadsTwice(), {"reads_declared"}),
    (HidesGold(), {"gold_declared"}),
    (NoReason(), {"reasons"}),
    (UnknownItem(), {"reasons"}),
    (ReturnsList(), {"reasons"}),
    (GlobalRandom(), {"deterministic"}),
    (Counts(), {"deterministic"}),
    (AddsColumn(), {"pure"}),
    (ChangesList(), {"pure"}),
    (FirstRows(), {"row_order"}),
    (PeeksAtGold(), {"gold_unused", "reads_only_declared"}),
    (NeedsRows(), {"empty_table"}),
    (NeedsTwoRows(), {"one_row"}),
    (ReadsTooLittle(), {"reads_all_declared"}),
    (ReadsTooMuch(), {"reads_only_declared"}),
    (ReadsIfThere(), {"reads_only_declared"}),
    (NeedsValues(), {"missing_values"}),
    (NeedsWords(), {"odd_texts"}),
    (NeedsLists(), {"lists_or_arrays"}),
    (ComparesRows(), {"alone_as_among_others"}),
    (NeverDrops(), {"drops_some"}),
    (AlwaysDrops(), {"drops_some"}),
]


def test_sound_rule_has_no_findings() -> None:
    assert check_rule(Sound()) == []


@pytest.mark.parametrize(("rule", "checks"), BROKEN, ids=[type(rule).__name__ for rule, _ in BROKEN])
def test_broken_rule_is_caught_by_its_check_and_no_other(rule: Rule, checks: set[str]) -> None:
    assert {finding.check for finding in check_rule(rule)} == checks


def test_every_check_has_a_rule_that_it_catches() -> None:
    assert set().union(*(checks for _, checks in BROKEN)) == set(CHECKS)


def test_only_a_rule_that_drops_all_or_nothing_is_merely_warned_about() -> None:
    kinds = {finding.kind for rule, _ in BROKEN for finding in check_rule(rule) if finding.check != "drops_some"}
    assert kinds == {"error"}
    assert [finding.kind for finding in check_rule(NeverDrops())] == ["warning"]


def test_finding_says_what_was_found_and_what_to_do() -> None:
    assert run_check("id_format", ShoutingId()) == [
        Finding(
            check="id_format",
            kind="error",
            message="id is 'Short_Question'; use lower-case words joined by '-', such as 'low-agreement'",
        )
    ]


def test_rule_that_raises_has_failed_the_check() -> None:
    [finding] = run_check("empty_table", NeedsRows())
    assert finding.message.startswith("raised IndexError: ")


def test_checks_leave_the_global_random_state_alone() -> None:
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    run_check("deterministic", Sound())
    assert np.random.random() == expected
