"""The filter stage: rules in the order of the recipe, each with reasons, effects and a random control."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure.blindness import measured_by
from twokeys.builder.measure.survey import Survey
from twokeys.builder.recipe import Recipe, RuleUse
from twokeys.builder.run.keys import KeyedTable, NamedModel
from twokeys.builder.run.results import Result
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.answers.normal import compared
from twokeys.core.items import canonical_json
from twokeys.core.progress import note
from twokeys.core.spread import spread
from twokeys.data_cards.manifest import Effect, Example, RuleReport
from twokeys.filters.asking import decided
from twokeys.filters.registry import rule_for_build
from twokeys.filters.rule import Rule
from twokeys.filters.rule_apart import RuleApart

Floats = NDArray[np.float64]
CONTROLS = 200
"""Random draws of as many items as a rule dropped."""
EXAMPLES = 5


@dataclass(frozen=True, eq=False)
class Filtered(Result):
    """What the rules did.

    Attributes:
        removed: Table of `id`, `rule`, `reason`, for every dropped item.
        reports: One report per rule, in order.
    """

    removed: pd.DataFrame
    reports: list[RuleReport]

    def left(self, items: pd.DataFrame) -> KeyedTable:
        """Items that no rule dropped."""
        return KeyedTable(items[~items["id"].isin(set(self.removed["id"]))].reset_index(drop=True), self.key)


@dataclass(frozen=True)
class Rules:
    """The rules of a recipe, and the code that is run for them: a file that is written later changes neither.

    Attributes:
        uses: Rules with their parameters, in order.
        made: The rules as objects.
    """

    uses: list[RuleUse]
    made: list[Rule | RuleApart] = field(init=False)

    def __post_init__(self) -> None:
        """Make every rule.

        Raises:
            BadInput: When a rule is unknown, a parameter is wrong, or a user's rule cannot be loaded.
        """
        vars(self)["made"] = [rule_for_build(use.located, use.with_) for use in self.uses]

    @property
    def reads(self) -> set[str]:
        """Columns that the rules read."""
        return {name for rule in self.made for name in rule.reads()}

    @property
    def key(self) -> str:
        """Every rule with its version, its parameters and, if it is in a file of its own, the code of that file."""
        return canonical_json([
            [use.rule, str(rule.version), canonical_json(_parameters(rule)), *_code(rule)]
            for use, rule in zip(self.uses, self.made, strict=True)
        ])  # fmt: skip


def _parameters(rule: Rule | RuleApart) -> dict[str, Any]:
    return rule.said.parameters if isinstance(rule, RuleApart) else asdict(rule)


def _code(rule: Rule | RuleApart) -> list[str]:
    return rule.code.code if isinstance(rule, RuleApart) and rule.code is not None else [""]


def apply(items: pd.DataFrame, rules: Rules, column: Callable[[str, pd.DataFrame], pd.Series], seed: int) -> Filtered:
    """Apply rules one after the other; each sees what the ones before it left.

    Args:
        items: Item table with measurements, sorted by id.
        rules: The rules.
        column: Makes a column that is not in the table, such as an embedding: called with its name and the items.
        seed: For the controls.

    Raises:
        BadInput: When a rule cannot be made, reads a column that nothing made, or does anything but answer.
    """
    left, removed, reports = items, [], []
    for use, rule, name in zip(rules.uses, rules.made, _names(rules.made), strict=True):
        table, rows = _view(rule, left, column), left["row"].tolist()
        if isinstance(rule, RuleApart):
            drops = rule.decided(use.rule, table, rows)
        else:
            drops = decided(rule, use.rule, None, table, rows)
        gone = left["id"].isin(drops.keys())
        dropped = left[gone]
        reports.append(_report(rule, left, ~gone.to_numpy(), dropped, drops, seed).model_copy(update={"id": name}))
        removed += [(identity, name, drops[identity]) for identity in dropped["id"]]
        left = left[~gone].reset_index(drop=True)
    return Filtered(pd.DataFrame(removed, columns=["id", "rule", "reason"]), reports)


def _names(rules: list[Rule | RuleApart]) -> list[str]:
    """Name each rule in reports and reasons: its id, and a number from its second use on."""
    ids = [rule.id for rule in rules]
    uses = [ids[: place + 1].count(name) for place, name in enumerate(ids)]
    return [name if use == 1 else f"{name} ({use})" for name, use in zip(ids, uses, strict=True)]


def _view(
    rule: Rule | RuleApart, items: pd.DataFrame, column: Callable[[str, pd.DataFrame], pd.Series]
) -> pd.DataFrame:
    """The table that a rule sees: `id` and what it reads, nothing else; answers as they are compared."""
    found = {"id": items["id"]}
    items = as_compared(items)
    for name in rule.reads():
        found[name] = items[name] if name in items else column(name, items)
    return pd.DataFrame(found).reset_index(drop=True)


def as_compared(items: pd.DataFrame) -> pd.DataFrame:
    """Items with their answers, and those of all annotators, in the form in which they are compared."""
    found = items.assign(answer=items["compared"])
    if "answers" in items:
        found["answers"] = [
            [compared(kind, choices, answer) for answer in answers]
            for kind, choices, answers in zip(items["answer_type"], items["choices"], items["answers"], strict=True)
        ]
    return found


def _report(
    rule: Rule | RuleApart,
    items: pd.DataFrame,
    kept: NDArray[np.bool_],
    dropped: pd.DataFrame,
    drops: dict[str, str],
    seed: int,
) -> RuleReport:
    return RuleReport(
        id=rule.id,
        version=rule.version,
        summary=rule.summary,
        bias=rule.bias,
        citation=rule.citation,
        parameters=_parameters(rule),
        seen=len(items),
        dropped=len(dropped),
        examples=examples(dropped.assign(reason=dropped["id"].map(drops))),
        effects=effects(items, kept, seed),
    )


def examples(dropped: pd.DataFrame) -> list[Example]:
    """Some of the items that a rule dropped, spread over them, so that they are not all of one kind."""
    shown = dropped.iloc[spread(len(dropped), EXAMPLES)][["id", "question", "answer", "reason"]]
    return [Example.model_validate(row) for row in shown.to_dict("records")]


def effects(items: pd.DataFrame, kept: NDArray[np.bool_], seed: int) -> list[Effect]:
    """Accuracy on what is kept, against keeping as many at random. Predictions are those made before any rule.

    Args:
        items: Item table with measurements, sorted by id.
        kept: (n,) what a rule keeps.
        seed: For the random draws.
    """
    names = measured_by(items)
    if kept.all() or not kept.any() or not names:
        return []
    generator = np.random.default_rng(seed)
    right = np.stack([(items[column] == items["compared"]).to_numpy(dtype=float) for column in names.values()])
    applies = np.stack([items[column].notna().to_numpy(dtype=float) for column in names.values()])

    def share(mask: Floats) -> Floats:
        accuracy: Floats = (right @ mask) / np.maximum(applies @ mask, 1)
        return accuracy

    draws = []
    for _ in range(CONTROLS):
        mask = np.zeros(len(items))
        mask[generator.choice(len(items), int(kept.sum()), replace=False)] = 1.0
        draws.append(share(mask))
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    columns = {
        "before": share(np.ones(len(items))),
        "after": share(kept.astype(float)),
        "control": np.mean(draws, axis=0),
        "control_low": low,
        "control_high": high,
    }
    return [
        Effect.model_validate({"baseline": name} | {key: round(float(v[row]), 6) for key, v in columns.items()})
        for row, name in enumerate(names)
        if applies[row].any()
    ]


def filter_items(run: Run, recipe: Recipe, survey: Survey) -> Filtered:
    """Apply the rules of a recipe to all items."""
    rules = Rules(recipe.rules)
    for rule in rules.made:
        for name in idle(rule, survey.items):
            note(run.say, f"rule {rule.id}: no item has `{name}`, which it reads; it can drop nothing for want of it")
    return apply_rules(run, survey, rules, recipe.seed, survey.represent.encoders_of(rules.reads))


@stage("filter", version=2)
def apply_rules(
    space: Workspace, survey: Survey, rules: Rules, seed: int, encoders: Mapping[str, NamedModel]
) -> Filtered:
    """Apply rules to all items.

    Args:
        space: Where the work is done.
        survey: The items, measured.
        rules: The rules.
        seed: For the controls.
        encoders: Encoders of the vectors that the rules read, by what they encode.
    """
    return apply(survey.items, rules, survey.represent.column, seed)


def idle(rule: Rule | RuleApart, items: pd.DataFrame) -> list[str]:
    """Columns of the item table that a rule reads and that hold nothing for any item."""
    there = [name for name in rule.reads() if name in items]
    return [name for name in there if not any(map(_holds, items[name].tolist()))]


def _holds(cell: object) -> bool:
    """Whether a cell is more than missing, an empty text or an empty list."""
    if isinstance(cell, Sized):
        return len(cell) > 0
    return cell is not None and bool(cell == cell)
