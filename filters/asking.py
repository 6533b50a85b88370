"""Ask a user's rule for its decisions: if it fails, one sentence says how, and at which row."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput, clipped, short
from twokeys.filters.contract.check_declaration import answers_for_itself
from twokeys.filters.contract.trial import complaints
from twokeys.filters.rule_file import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pandas as pd

    from twokeys.filters.rule import Drops, Rule
    from twokeys.filters.rule_file import RuleFile


@dataclass(frozen=True)
class Asked:
    """What a process of its own is asked about a rule.

    Attributes:
        located: Id of the rule, or `path/to/file.py:ClassName`.
        parameters: Its parameters, as a recipe states them.
        name: How the user names it.
        code: The text of its file and of every module beside it, as they were read; None for a rule of a package.
        table: What it reads; None if it is to describe itself.
        rows: For each row of the table, the row of the source.
    """

    located: str
    parameters: Mapping[str, Any]
    name: str
    code: tuple[bytes, dict[Path, bytes]] | None = None
    table: pd.DataFrame | None = None
    rows: Sequence[str] = ()


def declared(rule: type[Rule], given: Mapping[str, Any], name: str, file: RuleFile | None) -> Rule:
    """Make a rule that says of itself what every user of rules needs.

    Args:
        rule: Its class.
        given: Its parameters.
        name: How the user names it.
        file: The file that it is of; None for a rule that is known by its id.

    Raises:
        BadInput: When it does not.
    """
    try:
        with _beside(file):
            made = rule(**given)
            problems = list(answers_for_itself(made))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise faulty(name, None, told(error, file)) from error
    if problems:
        raise faulty(name, None, problems[0])
    return made


def facts(rule: Rule) -> dict[str, Any]:
    """What a rule says of itself, as plain values."""
    return {
        "id": rule.id, "version": rule.version, "summary": rule.summary, "bias": rule.bias, "citation": rule.citation,
        "scope": rule.scope, "uses_gold": bool(rule.uses_gold), "cost": str(rule.cost), "reads": list(rule.reads()),
        "parameters": asdict(rule), "text": repr(rule), "doc": inspect.getdoc(type(rule)) or "",
    }  # fmt: skip


def decided(rule: Rule, name: str, file: RuleFile | None, table: pd.DataFrame, rows: Sequence[str]) -> Drops:
    """What a rule decides of a table; it gets a copy, lists too, so that nothing that it changes is seen elsewhere.

    Args:
        rule: The rule.
        name: How the user names it.
        file: The file that it is of; None for a rule that is known by its id.
        table: What it reads.
        rows: For each row of the table, the row of the source.

    Raises:
        BadInput: When it raises, ends, or answers something else than which of these items it drops and why.
    """
    with _beside(file):
        drops, error = _answer(rule, table)
        if error is not None:
            if isinstance(error, BadInput | KeyboardInterrupt):
                raise error
            place, how = _culprit(rule, table, error), told(error, file)
            if place is None:
                raise faulty(name, None, how) from error
            values = ", ".join(f"{column} is {short(table[column].iloc[place], 60)}" for column in list(table)[1:5])
            where = f"item {table['id'].iloc[place]} ({rows[place]})"
            raise faulty(name, where, f"{how}{f'; {values}' if values else ''}") from error
    for problem in complaints(drops, table):
        raise faulty(name, None, problem)
    return dict(drops)


def _beside(file: RuleFile | None) -> AbstractContextManager[None]:
    return nullcontext() if file is None else file.modules.found()


def _answer(rule: Rule, table: pd.DataFrame) -> tuple[Any, BaseException | None]:
    try:
        return rule.decide(_copied(table)), None
    except BaseException as error:  # noqa: BLE001 - the caller raises it, or says what it is
        return None, error


def _copied(table: pd.DataFrame) -> pd.DataFrame:
    objects: dict[str, Any] = {
        str(name): [cell.copy() if hasattr(cell, "copy") else cell for cell in table[name]]
        for name in table
        if table[name].dtype == object
    }
    return table.copy().assign(**objects)


def _culprit(rule: Rule, table: pd.DataFrame, error: BaseException) -> int | None:
    """Place of a row that makes the rule end alike when it is alone; None if there is none."""
    first, past = 0, len(table)
    while past - first > 1:
        middle = (first + past) // 2
        for start, end in ((first, middle), (middle, past)):
            if type(_answer(rule, table.iloc[start:end].reset_index(drop=True))[1]) is type(error):
                first, past = start, end
                break
        else:
            return None
    return first if past > first else None


def told(error: BaseException, file: RuleFile | None) -> str:
    """How a rule ended with an error, and at which line of its file."""
    line = None if file is None else line_of(error, file.path)
    at = f" at line {line}" if line else ""
    return f"it ends with {clipped(f'{type(error).__name__}: {error}'.removesuffix(': '), 300)}{at}"


def faulty(name: str, row: str | None, problem: str, more: str = "") -> BadInput:
    """What to say of a rule that does anything but answer.

    Args:
        name: How the user names it.
        row: The item at fault; None if there is none.
        problem: What it does.
        more: What else the user can do.
    """
    remedy = f"correct the rule; `twokeys rules check {name}` tries it out{more}"
    return BadInput(f"rule {name}", row, problem, "", remedy)
